import CascadeFormats
import Testing

/// A chunk that repeats the last one but for its text is not parsed. Nothing may show that.
@Suite struct DecodingMemoTests {
    /// The same chunk for a parser, another one for a comparison of bytes: no two numbers of blanks are alike.
    private static func spaced(_ chunks: [String]) -> [String] {
        chunks.enumerated().map { index, chunk in
            chunk.hasPrefix("{") ? "{" + String(repeating: " ", count: index + 1) + chunk.dropFirst() : chunk
        }
    }

    private static let texts = [
        "a", "word ", "", "a longer piece of text, with punctuation.", "ü→😀", #"\n"#, #"a \"quoted\" word"#, #"\ud83d"#,
        #"\ude00"#, #"\ud83d\ude00"#, "\u{7F}", #"\\"#, "\t",
    ]

    private static func openAI(_ members: String, finish: String = "null") -> String {
        #"{"id":"i","model":"m","choices":[{"index":0,"delta":{\#(members)},"finish_reason":\#(finish)}]}"#
    }

    private static func openAIChunk(using generator: inout SeededGenerator) -> String {
        let text = texts.randomElement(using: &generator)!
        switch Int.random(in: 0..<24, using: &generator) {
        case 0: return openAI(#""reasoning_content":"\#(text)""#)
        case 1: return openAI(#""reasoning":"\#(text)","content":"\#(text)""#)
        case 2: return openAI(#""refusal":"\#(text)""#)
        case 3: return openAI(#""content":"\#(text)""#, finish: #""length""#)
        case 4: return openAI(#""role":"assistant","content":"\#(text)""#)
        case 5:
            return openAI(
                #""content":"\#(text)","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"1"}}]"#)
        case 6: return openAI(#""content":"\#(text)","tool_calls":[{"index":1,"function":{"arguments":"{"}}]"#)
        case 7: return #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#
        case 8: return openAI(#""content":[{"type":"text","text":"\#(text)"},{"type":"text","text":"x"}]"#)
        default: return openAI(#""content":"\#(text)""#)
        }
    }

    private static func anthropicChunk(using generator: inout SeededGenerator) -> String {
        let text = texts.randomElement(using: &generator)!
        let delta =
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: #""type":"thinking_delta","thinking":"\#(text)""#
            case 1: #""type":"input_json_delta","partial_json":"\#(text)""#
            default: #""type":"text_delta","text":"\#(text)""#
            }
        let index = Int.random(in: 0..<12, using: &generator) == 0 ? 1 : 0
        return #"{"type":"content_block_delta","index":\#(index),"delta":{\#(delta)}}"#
    }

    @Test(arguments: [ProviderType.openai, .anthropic])
    func `a stream reads the same whether its chunks repeat each other or not`(type: ProviderType) {
        for seed in 0..<400 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let chunks = (0..<Int.random(in: 1..<40, using: &generator)).map { _ in
                type == .openai
                    ? Self.openAIChunk(using: &generator) : Self.anthropicChunk(using: &generator)
            }
            let repeated = decode(chunks, as: type)
            let spaced = decode(Self.spaced(chunks), as: type)
            #expect(repeated.recorded.events == spaced.recorded.events, "seed \(seed): \(chunks)")
            #expect(repeated.statuses == spaced.statuses, "seed \(seed): \(chunks)")
            #expect(repeated.status == spaced.status, "seed \(seed): \(chunks)")
        }
    }

    @Test func `what only looks like a text is parsed`() {
        let first = Self.openAI(#""content":"a""#)
        let injected = Self.openAI(#""content":"b","role":"x""#)
        let cut = String(first.dropLast())
        #expect(decode([first, injected], as: .openai).answer.content == "ab")
        #expect(decode([first, cut], as: .openai).error?.kind == .invalidResponse)
        #expect(decode([first, Self.openAI("\"content\":\"b\u{1}\"")], as: .openai).error != nil)
    }

    @Test func `invalid UTF-8 is replaced in a chunk that repeats, too`() {
        let chunk = Array(Self.openAI(#""content":"Q""#).utf8)
        let invalid = chunk.map { $0 == UInt8(ascii: "Q") ? 0xFF : $0 }
        let decoded = decode([Record(chunk), Record(invalid), Record(chunk)], as: .openai)
        #expect(decoded.answer.content == "Q\u{FFFD}Q")
    }
}
