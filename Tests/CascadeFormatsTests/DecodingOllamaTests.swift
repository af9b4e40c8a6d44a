import CascadeFormats
import Testing

@Suite struct DecodingOllamaTests {
    private func models(_ bytes: [UInt8]) -> [String]? {
        let padded = bytes + [UInt8](repeating: 0, count: 64)
        return unsafe OllamaCatalog.models(padded.span.bytes, count: bytes.count)
    }

    private func lines(_ bytes: [UInt8]) -> [OllamaPullDecoder.Line] {
        let decoder = OllamaPullDecoder()
        return bytes.split(separator: UInt8(ascii: "\n")).map { line in
            let padded = Array(line) + [UInt8](repeating: 0, count: 64)
            return unsafe decoder.decode(padded.span.bytes, count: line.count)
        }
    }

    @Test func `the catalogue lists models by name`() throws {
        let names = try #require(models(fixture("ollama/tags.json")))
        #expect(names == ["llama3:8b", "phi:latest"])
        #expect(OllamaCatalog.contains("phi", in: names))
        #expect(OllamaCatalog.contains("llama3:8b", in: names))
        #expect(!OllamaCatalog.contains("llama3", in: names))
    }

    @Test func `an empty catalogue is a catalogue, anything else is none`() {
        #expect(models(Array(#"{"models":[]}"#.utf8)) == [])
        for other in ["{}", #"{"models":null}"#, "<html>", "", "[]"] {
            #expect(models(Array(other.utf8)) == nil)
        }
    }

    @Test func `a pull reports its progress and its success`() throws {
        let expected: [OllamaPullDecoder.Line] = [
            .progress(status: "pulling manifest", digest: nil, total: nil, completed: nil),
            .progress(status: "pulling abc", digest: "sha256:abc", total: 2_142_590_208, completed: nil),
            .progress(status: "pulling abc", digest: "sha256:abc", total: 2_142_590_208, completed: 241_970),
            .progress(status: "verifying sha256 digest", digest: nil, total: nil, completed: nil),
            .success,
        ]
        #expect(lines(try fixture("ollama/pull.ndjson")) == expected)
    }

    @Test func `a failed pull says why`() throws {
        guard case .failed(let error) = lines(try fixture("ollama/pull-error.ndjson")).last else {
            Issue.record("not a failure")
            return
        }
        #expect(error.message == "pull model manifest: file does not exist")
    }

    @Test func `a line of something else is a failure`() {
        for other in ["{}", "<html>", "{\"status\":", "[]"] {
            guard case .failed(let error) = lines(Array(other.utf8)).last else {
                Issue.record("not a failure: \(other)")
                continue
            }
            #expect(error.kind == .invalidResponse)
        }
    }
}
