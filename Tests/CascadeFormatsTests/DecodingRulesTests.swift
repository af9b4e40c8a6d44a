import CascadeFormats
import Testing

private func delta(_ members: String, finish: String = "null") -> String {
    #"{"id":"i","model":"m","choices":[{"index":0,"delta":{\#(members)},"finish_reason":\#(finish)}]}"#
}

private let stop = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
private let usage = #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#

@Suite struct DecodingRulesTests {
    @Test func `the end is held back until the usage has come`() {
        let decoded = decode([delta(#""content":"a""#), stop, usage, "[DONE]"], as: .openai)
        #expect(
            decoded.recorded.events == [
                .text("a"), .usage(Usage(promptTokens: 1, completionTokens: 2)), .finished(.stop),
            ])
        #expect(decoded.statuses == [.open, .open, .open, .complete])
        #expect(decoded.sawTerminal)
    }

    @Test func `a missing marker is let pass once the model told why it stopped`() {
        let decoded = decode([delta(#""content":"a""#), stop], as: .openai)
        #expect(decoded.status == .complete)
        #expect(!decoded.sawTerminal)
        #expect(decode([delta(#""content":"a""#)], as: .openai).error?.kind == .truncated)
    }

    @Test func `a marker without a finish reason ends the answer`() {
        #expect(decode([delta(#""content":"a""#), "[DONE]"], as: .openai).answer.finishReason == .stop)
        #expect(decode(["[DONE]"], as: .openai).error?.kind == .invalidResponse)
        #expect(decode([delta(#""content":"a""#), "[DONE] "], as: .openai).status == .complete)
    }

    @Test func `nothing is decoded after the end`() {
        let decoded = decode([delta(#""content":"a""#), "[DONE]", delta(#""content":"b""#)], as: .openai)
        #expect(decoded.answer.content == "a")
        #expect(decoded.statuses.last == .complete)
    }

    @Test func `a failure stays a failure`() {
        let decoded = decode([delta(#""content":"a""#), "oops", delta(#""content":"b""#), "[DONE]"], as: .openai)
        #expect(decoded.answer.content == "a")
        #expect(decoded.error?.kind == .invalidResponse)
        #expect(decoded.answer.finishReason == nil)
    }

    @Test(arguments: ProviderType.allCases)
    func `nothing at all is no answer`(_ type: ProviderType) {
        #expect(decode([Record](), as: type).error?.kind == .truncated)
        #expect(decode([Record("", .body)], as: type, streaming: false).error?.kind == .truncated)
        #expect(decode([Record(" \r\n\n", .body)], as: type, streaming: false).error?.kind == .truncated)
        #expect(decode([Record("{}", .body)], as: type, streaming: false).error?.kind == .invalidResponse)
        #expect(decode([Record("[]", .body)], as: type, streaming: false).error?.kind == .invalidResponse)
        #expect(decode([Record("data: {}", .body)], as: type, streaming: false).error?.kind == .invalidResponse)
    }

    @Test(arguments: ProviderType.allCases)
    func `what is not known is skipped`(_ type: ProviderType) {
        let odd = [
            "{}", "[]", "null", "\"text\"", #"{"type":"news"}"#, #"{"choices":[]}"#, #"{"candidates":[]}"#, "", " ",
        ]
        let decoded = decode(odd, as: type)
        #expect(decoded.statuses == Array(repeating: .open, count: odd.count))
        #expect(decoded.recorded.events.isEmpty)
    }

    @Test func `a pending record counts only when it is whole`() {
        let text = Record(delta(#""content":"a""#))
        #expect(decode([text, Record(stop), Record("[DONE]", .tail)], as: .openai).sawTerminal)
        #expect(decode([text, Record(stop, .tail)], as: .openai).status == .complete)
        #expect(decode([text, Record(String(stop.dropLast()), .tail)], as: .openai).error?.kind == .truncated)
        #expect(decode([text, Record("[DO", .tail)], as: .openai).error?.kind == .truncated)
    }

    @Test func `an error event is an error whatever it says`() {
        #expect(decode([Record("it broke", .error)], as: .lmstudio).error?.message == "it broke")
        #expect(decode([Record(#"{"message":"no"}"#, .error)], as: .lmstudio).error?.message == "no")
        #expect(decode([Record("<html>", .error)], as: .lmstudio).error?.message == "an HTML page")
        #expect(
            decode([Record(#"{"error":{"code":429,"message":"slow"}}"#, .error)], as: .vllm).error?.kind == .rateLimited
        )
    }

    @Test func `an error member comes before anything else, unless it is empty`() {
        let mixed = #"{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}],"error":{"message":"m"}}"#
        #expect(decode([mixed], as: .openai).answer.content.isEmpty)
        #expect(decode([mixed], as: .openai).error?.message == "m")
        for nothing in ["null", "\"\"", "{}", "false"] {
            let line = #"{"error":\#(nothing),"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}"#
            #expect(decode([line], as: .openai).answer.content == "x")
        }
    }

    @Test func `the last of two equal members counts`() {
        let chunk = #"{"choices":[{"index":0,"delta":{"content":"a","content":"b"},"finish_reason":"stop"}]}"#
        #expect(decode([chunk], as: .openai).answer.content == "b")
    }

    @Test func `text in place and text with escapes come out alike`() {
        let decoded = decode(
            [delta(#""content":"plain é""#), delta(#""content":"\u00e9\n\"\\\/""#), stop], as: .openai)
        #expect(decoded.answer.content == "plain éé\n\"\\/")
    }

    @Test func `a surrogate pair cut in two becomes one character`() {
        let whole = decode([delta(#""content":"a\ud83d""#), delta(#""content":"\ude00b""#), stop], as: .openai)
        #expect(whole.answer.content == "a😀b")
        let broken = decode([delta(#""content":"a\ud83d""#), delta(#""content":"b""#), stop], as: .openai)
        #expect(broken.answer.content == "a\u{FFFD}b")
        let last = decode([delta(#""content":"a\ud83d""#), stop], as: .openai)
        #expect(last.answer.content == "a\u{FFFD}")
        let apart = decode(
            [delta(#""content":"\ud83d""#), delta(#""reasoning":"r""#), delta(#""content":"\ude00""#), stop],
            as: .openai)
        #expect(apart.answer.content == "😀")
        #expect(apart.answer.reasoning == "r")
    }

    @Test func `invalid UTF-8 is replaced`() {
        let bytes = Array(#"{"choices":[{"index":0,"delta":{"content":"a"#.utf8) + [0xFF, 0xFE]
        let record = Record(bytes + Array(#"b"},"finish_reason":"stop"}]}"#.utf8))
        #expect(decode([record], as: .openai).answer.content == "a\u{FFFD}\u{FFFD}b")
    }

    @Test func `odd numbers do no harm`() {
        let decoded = decode(
            [
                #"{"created":1e400,"choices":[{"index":0,"delta":{"content":"a"},"logprobs":-1e999}]}"#,
                #"{"choices":[],"usage":{"prompt_tokens":1e400,"completion_tokens":-5,"total_tokens":7.0}}"#, stop,
            ], as: .openai)
        #expect(decoded.answer.content == "a")
        #expect(decoded.answer.usage == Usage(promptTokens: 0, completionTokens: 0, totalTokens: 7))
    }

    @Test func `counts that are no counts add up to a bound`() {
        let unsigned = "18446744073709551615"
        let most = 1 << 53
        let anthropic = """
            {"type":"message","content":[],"usage":{"input_tokens":\(unsigned),"cache_creation_input_tokens":\(unsigned),\
            "cache_read_input_tokens":\(unsigned),"output_tokens":\(unsigned)}}
            """
        let grok = """
            {"choices":[],"usage":{"prompt_tokens":\(unsigned),"completion_tokens":\(unsigned),"total_tokens":1,\
            "completion_tokens_details":{"reasoning_tokens":\(unsigned)}}}
            """
        let gemini = """
            {"candidates":[],"usageMetadata":{"promptTokenCount":\(unsigned),"toolUsePromptTokenCount":\(unsigned),\
            "candidatesTokenCount":\(unsigned),"thoughtsTokenCount":\(unsigned)}}
            """
        for (body, type) in [(anthropic, ProviderType.anthropic), (grok, .xai), (gemini, .gemini)] {
            let usage = decode([Record(body)], as: type).answer.usage
            #expect(usage?.promptTokens == most && usage?.completionTokens == most, "\(type)")
        }
        #expect(Usage(promptTokens: .max, completionTokens: .max).totalTokens == most)
    }

    @Test func `a count that comes again and again is not added up`() {
        let counts = (0..<2000).map { _ in #""promptTokenCount":9007199254740992"# }.joined(separator: ",")
        let line = #"{"candidates":[],"usageMetadata":{\#(counts),"promptTokenCount":5,"candidatesTokenCount":2}}"#
        let usage = decode([line], as: .gemini).answer.usage
        #expect(usage == Usage(promptTokens: 5, completionTokens: 2))
    }

    @Test func `deep nesting does no harm where nobody looks`() {
        let deep = String(repeating: "[", count: 50_000) + String(repeating: "]", count: 50_000)
        let decoded = decode(
            [#"{"x":\#(deep),"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#], as: .openai)
        #expect(decoded.answer.content == "a")
        let arguments = #"{"message":{"tool_calls":[{"function":{"name":"f","arguments":\#(deep)}}]},"done":true}"#
        #expect(decode([arguments], as: .ollama).error?.kind == .invalidResponse)
    }

    @Test func `usage may come more than once and the last one counts`() {
        let late = #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":9}}"#
        let decoded = decode([delta(#""content":"a""#), usage, usage, stop, late], as: .openai)
        #expect(decoded.answer.usage == Usage(promptTokens: 9, completionTokens: 9))
        #expect(decoded.recorded.events.count == 4)
    }

    @Test func `xAI's reasoning is added only where it is missing`() {
        let counts = #""prompt_tokens":1,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":4}"#
        for (total, completion) in [(6, 5), (10, 9)] {
            let line = #"{"choices":[],"usage":{\#(counts),"total_tokens":\#(total)}}"#
            let decoded = decode([delta(#""content":"a""#), line, stop], as: .xai)
            #expect(decoded.answer.usage?.completionTokens == completion)
        }
    }

    @Test func `the model and the id are told once`() {
        let decoded = decode([#"{"id":"","model":"","choices":[]}"#, delta(#""content":"a""#), stop], as: .openai)
        #expect(decoded.recorded.model == "m")
        #expect(decoded.recorded.id == "i")
    }

    @Test func `Gemini's answer ends with its stream`() {
        let part = #"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#
        let decoded = decode([part, part], as: .gemini)
        #expect(decoded.statuses == [.open, .open])
        #expect(decoded.recorded.events == [.text("a"), .text("a"), .finished(.stop)])
        let filtered = #"{"candidates":[{"finishReason":"SAFETY"}]}"#
        #expect(decode([part, filtered], as: .gemini).answer.finishReason == .contentFilter)
    }

    @Test func `lines after Ollama's last one are ignored`() {
        let line = #"{"message":{"content":"a"},"done":true,"done_reason":"stop"}"#
        #expect(decode([line, line], as: .ollama).answer.content == "a")
    }

    @Test(arguments: [
        (ProviderType.openai, true, ResponseFraming.serverSentEvents), (.openai, false, .body),
        (.anthropic, true, .serverSentEvents), (.gemini, true, .serverSentEvents), (.ollama, true, .ndjson),
        (.ollama, false, .body),
    ])
    func `each format has its framing`(_ type: ProviderType, _ streaming: Bool, _ framing: ResponseFraming) {
        #expect(type.framing(streaming: streaming) == framing)
    }
}
