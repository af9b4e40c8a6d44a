import Foundation
import Testing

@testable import CascadeFormats

@Suite("A client's own body on its way to a provider of its format")
struct ClientBodyTests {
    private func padded(_ text: String) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: OpenAIChatCall.padding)
    }

    private func openAI(_ text: String) throws -> ChatRequest {
        let bytes = padded(text)
        return try OpenAIChatCall(bytes.span, count: text.utf8.count, keepsBody: true).request
    }

    private func anthropic(_ text: String) throws -> ChatRequest {
        let bytes = padded(text)
        return try AnthropicCall(bytes.span, count: text.utf8.count, keepsBody: true).request
    }

    /// The body that a provider is sent.
    private func sent(
        _ request: ChatRequest, _ type: ProviderType, model: String = "new", streaming: Bool = false
    ) throws -> String {
        var options = EncodingOptions(type: type)
        options.passesThrough = RequestEncoder.passesThrough(request, model: model, options: options)
        return try encode(request, options, model: model, streaming: streaming).text
    }

    private static let messages = #""messages":[{"role":"user","content":"hi"}]"#

    @Test(
        "The router's own members are cut out wherever they stand, and nothing else changes",
        arguments: [
            (#"{"model":"old",M}"#, "M}"), (#"{M,"model":"old"}"#, "M}"), (#"{M , "model" : "old" }"#, "M  }"),
            (#"{"a":1,"model":"old","stream":true,M,"b":"\u0041"}"#, #""a":1,M,"b":"\u0041"}"#),
            (#"{M,"stream":false,"model":"old","max_tokens":7}"#, "M}"),
            (#"{"model":"old","stream":true,"stream_options":{"include_usage":false},M}"#, "M}"),
            (
                #"{"x":{"model":"inner","stream":[1,{"max_tokens":2}]},M,"model":"old"}"#,
                #""x":{"model":"inner","stream":[1,{"max_tokens":2}]},M}"#
            ),
            (
                " \n{ \"a\" : \"}\\\"model\\\":\" , M\n, \"model\" : \"o\"\n}\n",
                " \"a\" : \"}\\\"model\\\":\" , M\n\n}\n"
            ),
        ] as [(String, String)])
    func cut(_ text: String, rest: String) throws {
        let request = try openAI(text.replacing("M", with: Self.messages))
        let limit = text.contains("\"max_tokens\":7}") ? #""max_tokens":7,"# : ""
        let expected = #"{"model":"new","stream":false,"# + limit + rest.replacing("M", with: Self.messages)
        let body = try sent(request, .openai)
        #expect(body == expected)
        #expect(try canonical(body).isEmpty == false)
    }

    @Test("Usage is always asked of a stream; the client's other options stay")
    func streamOptions() throws {
        let plain = try openAI("{\(Self.messages),\"model\":\"m\",\"stream\":true}")
        #expect(try sent(plain, .openai, streaming: true).contains(#""stream_options":{"include_usage":true}"#))
        let options = #""stream_options":{"include_usage":false,"include_obfuscation":false}"#
        let chosen = try openAI("{\(Self.messages),\(options),\"stream\":true}")
        #expect(
            try sent(chosen, .openai, streaming: true)
                .contains(#""stream_options":{"include_usage":true,"include_obfuscation":false}"#))
    }

    @Test("The limit of tokens keeps the name that the client gave it, where that is known")
    func limits() throws {
        let old = try openAI("{\(Self.messages),\"max_tokens\":5}")
        let new = try openAI("{\(Self.messages),\"max_completion_tokens\":5}")
        #expect(try sent(old, .openai).contains(#""max_tokens":5"#))
        #expect(try sent(new, .openai).contains(#""max_completion_tokens":5"#))
        #expect(try sent(old, .openai, model: "o3").contains(#""max_completion_tokens":5"#))
        #expect(try sent(new, .vllm).contains(#""max_tokens":5"#))
    }

    @Test("A text in which two readers might see different members is put together anew")
    func escapedNames() throws {
        let request = try openAI(#"{\#(Self.messages),"model":"m","mod\u0065l":"other","extra":1}"#)
        #expect(request.clientBody == nil)
        #expect(try !sent(request, .openai).contains("other"))
    }

    @Test("A text that is not valid throughout is put together anew")
    func invalidRest() throws {
        let request = try openAI(#"{\#(Self.messages),"extra":[1,,2]}"#)
        #expect(request.clientBody == nil)
    }

    @Test(
        "What a relative is known to refuse, or to call otherwise, is put as it wants it",
        arguments: [
            (#""seed":3"#, ProviderType.mistral, "m", #""random_seed":3"#),
            (#""reasoning_effort":"max""#, .groq, "m", #""reasoning_effort":"high""#),
            (#""temperature":1"#, .openai, "o3", #""model":"o3""#),
            (#""response_format":{"type":"json_object"}"#, .lmstudio, "m", #""type":"json_schema""#),
        ])
    func dialects(_ member: String, _ type: ProviderType, model: String, expected: String) throws {
        let request = try openAI("{\(Self.messages),\(member)}")
        let body = try sent(request, type, model: model)
        #expect(body.contains(expected))
        #expect(!body.contains(member))
        #expect(try sent(request, .openaiCompatible).contains(member))
    }

    @Test("Anthropic's requests pass with all that only it knows")
    func anthropicPasses() throws {
        let rest = #""max_tokens":9,"top_k":3,"messages":[{"role":"user","content":[{"type":"search_result","a":1}]}]}"#
        let request = try anthropic(#"{"model":"m","stream":true,\#(rest)"#)
        #expect(try sent(request, .anthropic, streaming: true) == #"{"model":"new","stream":true,"# + rest)
        #expect(throws: EncodingError.self) { try sent(request, .openai) }
    }

    @Test("Reasoning that Anthropic did not sign, and sampling that a model refuses, do not pass")
    func anthropicRefusals() throws {
        let unsigned = try anthropic(
            #"""
            {"max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[
             {"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"b"}]},
             {"role":"user","content":"c"}]}
            """#)
        #expect(try !sent(unsigned, .anthropic).contains("thinking"))
        let sampled = try anthropic(#"{"max_tokens":9,"temperature":0.5,\#(Self.messages)}"#)
        #expect(try sent(sampled, .anthropic, model: "claude-3-5-haiku-latest").contains("temperature"))
        #expect(try !sent(sampled, .anthropic, model: "claude-opus-4-8").contains("temperature"))
    }

    @Test(
        "The line that names an event is what its data gives as its type",
        arguments: [
            (#"{"type":"content_block_delta","index":0}"#, "content_block_delta"),
            (#"{"index":0,"delta":{"type":"text_delta"},"type":"content_block_delta"}"#, "content_block_delta"),
            (#"{ "type" : "ping" }"#, "ping"), (#"{"type":"of\ntwo: lines"}"#, "oftwolines"),
        ])
    func eventNames(_ data: String, name: String) {
        let bytes = padded(data)
        var json = JSONBytes()
        unsafe AnthropicEvent.writeName(of: bytes.span.bytes, count: data.utf8.count, to: &json)
        #expect(String(decoding: json.bytes, as: UTF8.self) == "event: \(name)\n")
    }

    @Test("What a chunk says of usage before there is any is found where it stands, and nowhere else")
    func unaskedUsage() {
        var unasked = UnaskedUsage()
        let chunks = [
            (#"{"a":1,"usage":null}"#, #"{"a":1}"#), (#"{"a":22,"usage":null}"#, #"{"a":22}"#),
            (#"{"a":1,"usage":null,"o":"x"}"#, #"{"a":1,"o":"x"}"#),
            (#"{"a":",\"usage\":null"}"#, #"{"a":",\"usage\":null"}"#),
        ]
        for (chunk, rest) in chunks {
            let bytes = padded(chunk)
            let range = unsafe unasked.range(in: bytes.span.bytes, count: chunk.utf8.count)
            var left = Array(chunk.utf8)
            if let range { left.removeSubrange(range) }
            #expect(String(decoding: left, as: UTF8.self) == rest)
        }
    }
}
