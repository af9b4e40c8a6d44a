import CascadeFormats
import Testing

/// Pieces of tool calls as they come in the wild, and the calls they make.
struct ToolCallCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The elements of `tool_calls`, one chunk each.
    var pieces: [String]
    var calls: [ToolCall]
}

private func call(_ id: String, _ name: String, _ arguments: String) -> ToolCall {
    ToolCall(id: id, name: name, arguments: arguments)
}

private let cases: [ToolCallCase] = [
    .init(
        testDescription: "in order",
        pieces: [
            #"{"index":0,"id":"a","function":{"name":"f","arguments":""}}"#,
            #"{"index":0,"function":{"arguments":"{\"x\""}}"#, #"{"index":0,"function":{"arguments":":1}"}}"#,
            #"{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}"#,
        ],
        calls: [call("a", "f", #"{"x":1}"#), call("b", "g", "{}")]),
    .init(
        testDescription: "the same index for every call",
        pieces: [
            #"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
            #"{"index":0,"id":"b","function":{"name":"f","arguments":"{\"x\":1}"}}"#,
        ],
        calls: [call("a", "f", "{}"), call("b", "f", #"{"x":1}"#)]),
    .init(
        testDescription: "the same index and no ids",
        pieces: [
            #"{"index":0,"function":{"name":"f","arguments":"{}"}}"#,
            #"{"index":0,"function":{"name":"g","arguments":"{}"}}"#,
            #"{"index":0,"function":{"name":"g","arguments":"{\"y\":2}"}}"#,
        ],
        calls: [call("call_0", "f", "{}"), call("call_1", "g", "{}"), call("call_2", "g", #"{"y":2}"#)]),
    .init(
        testDescription: "no index",
        pieces: [
            #"{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#, #"{"function":{"arguments":"1}"}}"#,
            #"{"id":"b","function":{"name":"g","arguments":"{}"}}"#,
        ],
        calls: [call("a", "f", #"{"x":1}"#), call("b", "g", "{}")]),
    .init(
        testDescription: "a null index and the id in every piece",
        pieces: [
            #"{"index":null,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#,
            #"{"index":null,"id":"a","function":{"arguments":"1}"}}"#,
        ],
        calls: [call("a", "f", #"{"x":1}"#)]),
    .init(
        testDescription: "another id in every piece",
        pieces: [
            #"{"index":0,"id":"r1","function":{"name":"f","arguments":"{\"x\":"}}"#,
            #"{"index":0,"id":"r2","function":{"arguments":"1"}}"#,
            #"{"index":0,"id":"r3","function":{"arguments":"}"}}"#,
        ],
        calls: [call("r1", "f", #"{"x":1}"#)]),
    .init(
        testDescription: "a late id",
        pieces: [
            #"{"index":0,"id":"","function":{"name":"f","arguments":""}}"#,
            #"{"index":0,"id":"late","function":{"name":"f","arguments":"{}"}}"#,
        ],
        calls: [call("call_0", "f", "{}")]),
    .init(
        testDescription: "the name after the id",
        pieces: [
            #"{"index":0,"id":"a","function":{"arguments":"{\"x\""}}"#,
            #"{"index":0,"function":{"name":"f","arguments":":1}"}}"#,
        ],
        calls: [call("a", "f", #"{"x":1}"#)]),
    .init(
        testDescription: "the name in every piece",
        pieces: [
            #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#,
            #"{"index":0,"function":{"name":"f","arguments":"\"}\""}}"#,
            #"{"index":0,"function":{"name":"f","arguments":"}"}}"#,
            #"{"index":0,"function":{"name":"f","arguments":""}}"#,
        ],
        calls: [call("a", "f", #"{"x":"}"}"#)]),
    .init(
        testDescription: "arguments as an object",
        pieces: [#"{"index":0,"id":"a","function":{"name":"f","arguments":{"x": [1, "é"]}}}"#],
        calls: [call("a", "f", #"{"x": [1, "é"]}"#)]),
    .init(
        testDescription: "no arguments, null arguments, empty arguments",
        pieces: [
            #"{"index":0,"id":"a","function":{"name":"f"}}"#,
            #"{"index":1,"id":"b","function":{"name":"g","arguments":null}}"#,
            #"{"index":2,"id":"c","function":{"name":"h","arguments":""}}"#,
        ],
        calls: [call("a", "f", "{}"), call("b", "g", "{}"), call("c", "h", "{}")]),
    .init(
        testDescription: "interleaved",
        pieces: [
            #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#,
            #"{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":"}}"#,
            #"{"index":0,"function":{"arguments":"1}"}}"#, #"{"index":1,"function":{"arguments":"2}"}}"#,
        ],
        calls: [call("a", "f", #"{"x":1}"#), call("b", "g", #"{"y":2}"#)]),
    .init(
        testDescription: "a surrogate pair cut in two",
        pieces: [
            #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":\"\ud83d"}}"#,
            #"{"index":0,"function":{"arguments":"\ude00\"}"}}"#,
        ],
        calls: [call("a", "f", #"{"x":"😀"}"#)]),
    .init(
        testDescription: "the first call's name after the second call",
        pieces: [
            #"{"index":0,"id":"a","function":{"arguments":"{\"path\":"}}"#,
            #"{"index":1,"id":"b","function":{"name":"delete","arguments":"{\"path\":\"/b\""}}"#,
            #"{"index":0,"function":{"arguments":"\"/a\""}}"#,
            #"{"index":0,"function":{"name":"read","arguments":"}"}}"#,
            #"{"index":1,"function":{"arguments":"}"}}"#,
        ],
        calls: [call("b", "delete", #"{"path":"/b"}"#), call("a", "read", #"{"path":"/a"}"#)]),
    .init(
        testDescription: "names in the opposite order, without ids",
        pieces: [
            #"{"index":0,"function":{"arguments":"{\"x\":0}"}}"#, #"{"index":1,"function":{"arguments":"{\"x\":"}}"#,
            #"{"index":1,"function":{"name":"g"}}"#, #"{"index":0,"function":{"name":"f"}}"#,
            #"{"index":1,"function":{"arguments":"1}"}}"#,
        ],
        calls: [call("call_0", "g", #"{"x":1}"#), call("call_1", "f", #"{"x":0}"#)]),
]

private func chunk(_ piece: String, finish: String = "null") -> String {
    #"{"id":"i","model":"m","choices":[{"index":0,"delta":{"tool_calls":[\#(piece)]},"finish_reason":\#(finish)}]}"#
}

private let stop = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#

@Suite struct DecodingToolCallTests {
    @Test("F-47: pieces make calls", arguments: cases)
    func piecesMakeCalls(_ expected: ToolCallCase) {
        let decoded = decode(expected.pieces.map { chunk($0) } + [stop, "[DONE]"], as: .openaiCompatible)
        #expect(decoded.answer.toolCalls == expected.calls)
        #expect(decoded.answer.finishReason == .toolCalls)
        #expect(decoded.status == .complete)
    }

    @Test func `a call cut by the token limit keeps what it has`() {
        let piece = #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#
        let decoded = decode([chunk(piece, finish: #""length""#), "[DONE]"], as: .openai)
        #expect(decoded.answer.toolCalls == [call("a", "f", #"{"x":"#)])
        #expect(decoded.answer.finishReason == .length)
    }

    @Test("F-07 F-47: an open call is a cut, whatever the finish reason says")
    func openCall() {
        let piece = #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#
        #expect(decode([chunk(piece, finish: #""tool_calls""#)], as: .openai).error?.kind == .truncated)
        let marked = decode([chunk(piece, finish: #""tool_calls""#), "[DONE]"], as: .openai)
        #expect(marked.error?.kind == .truncated && marked.answer.finishReason == nil)
    }

    @Test func `a call that never gets a name is no answer`() {
        let piece = #"{"index":0,"id":"a","function":{"arguments":"{}"}}"#
        #expect(decode([chunk(piece), stop, "[DONE]"], as: .openai).error?.kind == .invalidResponse)
        #expect(decode([chunk(piece), stop], as: .openai).status != .complete)
    }

    @Test(arguments: [ProviderType.openai, .anthropic, .ollama, .gemini])
    func `a nameless call before another one is no answer, and no arguments go astray`(_ type: ProviderType) {
        let bodies: [ProviderType: String] = [
            .openai: #"""
            {"choices":[{"index":0,"finish_reason":"tool_calls","message":{"tool_calls":[
            {"id":"a","function":{"arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"{\"x\":1}"}}]}}]}
            """#,
            .anthropic: """
            {"type":"message","stop_reason":"tool_use","content":[
            {"type":"tool_use","id":"a","input":{"y":2}},{"type":"tool_use","id":"b","name":"g","input":{"x":1}}]}
            """,
            .ollama: """
            {"done":true,"message":{"tool_calls":[
            {"function":{"arguments":{"y":2}}},{"function":{"name":"g","arguments":{"x":1}}}]}}
            """,
            .gemini: """
            {"candidates":[{"finishReason":"STOP","content":{"parts":[
            {"functionCall":{"args":{"y":2}}},{"functionCall":{"name":"g","args":{"x":1}}}]}}]}
            """,
        ]
        let decoded = decode([Record(bodies[type]!, .body)], as: type, streaming: false)
        #expect(decoded.error?.kind == .invalidResponse)
        #expect(decoded.answer.toolCalls.map(\.name) == ["g"])
        #expect(decoded.answer.toolCalls.map(\.arguments) == [#"{"x":1}"#])
    }

    @Test func `a nameless call before another one in a stream is no answer`() {
        let pieces = [
            #"{"index":0,"id":"a","function":{"arguments":"{"}}"#,
            #"{"index":1,"id":"b","function":{"name":"g","arguments":"{\"x\":1}"}}"#,
        ]
        let decoded = decode(pieces.map { chunk($0) } + [stop, "[DONE]"], as: .openai)
        #expect(decoded.error?.kind == .invalidResponse)
        #expect(decoded.answer.toolCalls == [call("b", "g", #"{"x":1}"#)])
    }

    @Test func `a collector takes arguments of a call that was never announced`() {
        var answer = AnswerCollector()
        let text = Array("{}".utf8)
        answer.toolCallArguments(index: 3, text.span)
        answer.toolCallStarted(index: 7, id: "a", name: "f")
        answer.toolCallArguments(index: 7, text.span)
        #expect(answer.toolCalls == [call("a", "f", "{}")])
    }

    @Test func `input that stands whole in a block's start is kept`() {
        let events = [
            #"{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":1}}}"#,
            #"{"type":"content_block_start","content_block":{"type":"tool_use","id":"t","name":"f","input":{"a":1}}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#,
            #"{"type":"message_stop"}"#,
        ]
        let decoded = decode(events, as: .anthropic)
        #expect(decoded.answer.toolCalls == [call("t", "f", #"{"a":1}"#)])
        #expect(decoded.answer.finishReason == .toolCalls)
    }
}
