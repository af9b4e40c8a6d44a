import CascadeFormats
import Foundation
import Testing

@Suite struct EmbeddingTests {
    // MARK: - Requests

    private func body(_ request: EmbeddingRequest, _ options: EncodingOptions) throws -> Encoded {
        let arena = try makeArena()
        let tail = try RequestEncoder.encodeTail(request, options: options, into: arena)
        let head = try RequestEncoder.encodeEmbeddingHead(model: "m", options: options, into: arena)
        return Encoded(text: head.bytes.copy + tail.tail.copy, dropped: Set(tail.droppedFields + head.droppedFields))
    }

    private func full() -> EmbeddingRequest {
        var request = EmbeddingRequest(["a", "b \"\n"], model: "asked", dimensions: 5)
        request.numberFormat = .base64
        request.user = "u"
        return request
    }

    @Test(
        arguments: [
            (
                ProviderType.openai,
                #"{"dimensions":5,"encoding_format":"base64","input":["a","b \"\n"],"model":"m","user":"u"}"#, []
            ),
            (
                .mistral, #"{"encoding_format":"base64","input":["a","b \"\n"],"model":"m","output_dimension":5}"#,
                ["user"]
            ),
            (.ollama, #"{"dimensions":5,"input":["a","b \"\n"],"model":"m"}"#, ["user"]),
        ] as [(ProviderType, String, Set<String>)])
    func `a request is written in each format`(type: ProviderType, expected: String, dropped: Set<String>) throws {
        let encoded = try body(full(), EncodingOptions(type: type))
        #expect(try canonical(encoded.text) == expected)
        #expect(encoded.dropped == dropped)
    }

    @Test func `what was not asked for is not sent`() throws {
        let encoded = try body(EmbeddingRequest(["a"], model: "m"), EncodingOptions(type: .openai))
        #expect(encoded.text == #"{"model":"m","input":["a"]}"#)
    }

    @Test func `a request that no format can carry is refused`() throws {
        func code(_ request: EmbeddingRequest, _ type: ProviderType, strict: Bool = false) -> EncodingError.Code? {
            do {
                _ = try body(request, EncodingOptions(type: type, strict: strict))
                return nil
            } catch {
                return (error as? EncodingError)?.code
            }
        }
        #expect(code(EmbeddingRequest([], model: "m"), .openai) == .invalidRequest)
        #expect(code(EmbeddingRequest(["a"], model: "m", dimensions: 0), .openai) == .invalidRequest)
        #expect(code(EmbeddingRequest(["a"], model: "m"), .anthropic) == .unsupported)
        #expect(code(full(), .ollama, strict: true) == .unsupported)
    }

    @Test(
        arguments: [
            (ProviderType.openai, "https://api.openai.com/v1", "https://api.openai.com/v1/embeddings"),
            (.openai, "https://api.openai.com", "https://api.openai.com/v1/embeddings"),
            (.openai, "https://h/v1/chat/completions", "https://h/v1/embeddings"),
            (.openaiCompatible, "https://h/v1/embeddings?v=1", "https://h/v1/embeddings?v=1"),
            (.ollama, "http://localhost:11434/api/", "http://localhost:11434/api/embed"),
            (.anthropic, "https://api.anthropic.com", nil), (.gemini, "https://h", nil),
        ] as [(ProviderType, String, String?)])
    func `the address follows from the base`(type: ProviderType, base: String, expected: String?) {
        #expect(RequestEncoder.embeddingURL(base: base, type: type) == expected)
    }

    // MARK: - Answers

    private func decode(_ text: String, _ type: ProviderType = .openai, expected: Int = 2) throws -> EmbeddingAnswer {
        let padded = Array(text.utf8) + [UInt8](repeating: 0, count: 64)
        return unsafe try EmbeddingDecoder.decode(
            type: type, padded.span.bytes, count: text.utf8.count, expected: expected)
    }

    private func kind(_ text: String, _ type: ProviderType = .openai, expected: Int = 2) -> ProviderError.Kind? {
        do {
            _ = try decode(text, type, expected: expected)
            return nil
        } catch {
            return (error as? ProviderError)?.kind
        }
    }

    @Test func `OpenAI's vectors are ordered by their index, and may be base64`() throws {
        let numbers: [Float] = [0.25, -1.5, 3e-5]
        let base64 = unsafe numbers.withUnsafeBytes { Data($0) }.base64EncodedString()
        let answer = try decode(
            #"{"object":"list","data":[{"index":1,"embedding":"\#(base64)","object":"embedding"},"#
                + #"{"embedding":[ 1 , -2.5e-1,0.0],"index":0}],"usage":{"prompt_tokens":7,"total_tokens":8}}"#)
        #expect(answer.embeddings == [[1, -0.25, 0], numbers])
        #expect(answer.usage == Usage(promptTokens: 7, completionTokens: 0, totalTokens: 8))
    }

    @Test func `Ollama's vectors come in order`() throws {
        let answer = try decode(
            #"{"model":"m","embeddings":[[1,2],[3,4]],"total_duration":5,"prompt_eval_count":6}"#, .ollama)
        #expect(answer.embeddings == [[1, 2], [3, 4]])
        #expect(answer.usage?.promptTokens == 6)
        #expect(try decode(#"{"embeddings":[[1],[2]]}"#, .ollama).usage == nil)
    }

    @Test(arguments: [
        "", "{}", "[]", "<html>", #"{"data":[]}"#, #"{"data":null}"#, #"{"embeddings":[]}"#,
        #"{"data":[{"index":0,"embedding":[1]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[2]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":null}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":["x"]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e99]}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AAA"}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AADAfw=="}]}"#,
        #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"!!!!!!!!"}]}"#,
        #"{"embeddings":[[1],[2],[3]]}"#, #"{"embeddings":[[1],[2"#,
    ])
    func `what is no answer to the question is invalid`(text: String) {
        #expect(kind(text) == .invalidResponse)
    }

    @Test func `an error inside a success is that error`() {
        #expect(kind(#"{"error":{"message":"slow down","type":"rate_limit_error"}}"#) == .rateLimited)
        #expect(kind(#"{"error":"model \"x\" not found, try pulling it first"}"#, .ollama) == .modelNotPulled)
    }

    @Test func `numbers are read as they were written, in every spelling`() throws {
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<5_000 {
            let number = Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator))
            guard number.isFinite else { continue }
            // As a float's own shortest text, and as a double's, which many servers write.
            for text in [number.description, Double(number).description] {
                let read = try decode(#"{"embeddings":[[\#(text)]]}"#, .ollama, expected: 1).embeddings[0][0]
                #expect(read == number, "\(text)")
            }
        }
        for (text, number) in [("-0", -0.0), ("1E2", 100), ("1e+2", 100), ("0.1234567890123456789012", 0.12345679)] {
            #expect(try decode(#"{"embeddings":[[\#(text)]]}"#, .ollama, expected: 1).embeddings[0][0] == Float(number))
        }
        #expect(try decode(#"{"embeddings":[[1e-99999999999999999999]]}"#, .ollama, expected: 1).embeddings[0][0] == 0)
        for text in ["1e", ".5", "1.", "-", "--1", "1 2", "0x1", "1e+"] {
            #expect(kind(#"{"embeddings":[[\#(text)]]}"#, .ollama, expected: 1) != nil, "\(text)")
        }
    }

    @Test func `base64 is written as others write it, and read back`() throws {
        for count in 0..<8 {
            let numbers = (0..<count).map { Float($0) * 0.37 - 1 }
            let expected = unsafe numbers.withUnsafeBytes { Data($0) }.base64EncodedString()
            #expect(String(decoding: FloatList.base64(numbers), as: UTF8.self) == expected)
            guard count > 0 else { continue }
            let text = #"{"data":[{"index":0,"embedding":"\#(expected)"}]}"#
            #expect(try decode(text, expected: 1).embeddings == [numbers])
            let unpadded = expected.filter { $0 != "=" }.replacing("/", with: "\\/")
            #expect(try decode(text.replacing(expected, with: unpadded), expected: 1).embeddings == [numbers])
        }
    }
}
