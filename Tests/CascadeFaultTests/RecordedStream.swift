import CascadeTesting

/// A stream as a provider sends it, with what each of its events says.
struct RecordedStream: Sendable {
    /// What an event says.
    enum Said: Sendable {
        case text(String)
        case call(String)
        case arguments(String)
        /// Why the answer ended.
        case finish
        /// That the answer is whole.
        case marker
    }

    struct Event: Sendable {
        var bytes: [UInt8]
        /// The number of its first bytes that hold its payload whole; what follows only ends it.
        var payloadEnd: Int
        var said: [Said]
    }

    var format: Format
    var contentType: String
    var events: [Event]
    /// A clean end after the reason proves the answer, without a marker.
    var endsLeniently: Bool

    var bytes: [UInt8] { events.flatMap(\.bytes) }
}

/// What a part of a stream tells.
struct Told: Equatable, Sendable {
    var text = ""
    var calls: [String] = []
    var arguments: [String] = []
    var hasFinish = false
    var hasMarker = false

    var hasToken: Bool { !text.isEmpty || !calls.isEmpty }

    mutating func add(_ said: RecordedStream.Said) {
        switch said {
        case .text(let piece): text += piece
        case .call(let name):
            calls.append(name)
            arguments.append("")
        case .arguments(let piece): arguments[arguments.count - 1] += piece
        case .finish: hasFinish = true
        case .marker: hasMarker = true
        }
    }

    /// Whether all of this is the beginning of the other.
    func begins(_ other: Told) -> Bool {
        guard other.text.hasUTF8Prefix(text), calls.count <= other.calls.count else { return false }
        return zip(calls, other.calls).allSatisfy(==)
            && zip(arguments, other.arguments).allSatisfy { $1.hasUTF8Prefix($0) }
    }
}

extension String {
    /// By bytes: a cluster of characters may be cut by the end of an event.
    func hasUTF8Prefix(_ other: String) -> Bool { utf8.starts(with: other.utf8) }
}

extension RecordedStream {
    /// What the first bytes of the stream tell: of events that are whole, and of one whose payload is.
    func told(by count: Int) -> (surely: Told, atMost: Told) {
        var surely = Told()
        var atMost = Told()
        var start = 0
        for event in events {
            if start + event.bytes.count <= count { event.said.forEach { surely.add($0) } }
            if start + event.payloadEnd <= count { event.said.forEach { atMost.add($0) } }
            start += event.bytes.count
        }
        return (surely, atMost)
    }

    var whole: Told { told(by: bytes.count).surely }
}

extension RecordedStream.Event {
    init(_ payload: String, after before: String = "", end: String, says said: [RecordedStream.Said] = []) {
        bytes = Array((before + payload + end).utf8)
        payloadEnd = (before + payload).utf8.count
        self.said = said
    }
}

// Each has text with escapes, a character of several bytes, one in two escapes, two tool calls, the first of them in
// pieces, usage, and the end as its format has it.
extension RecordedStream {
    static func of(_ format: Format) -> RecordedStream {
        switch format {
        case .openai: openAI
        case .anthropic: anthropic
        case .ollama: ollama
        case .gemini: gemini
        }
    }

    private static func sse(_ payload: String, _ said: [Said], end: String = "\n\n") -> Event {
        Event(payload, after: "data: ", end: end, says: said)
    }

    private static func openAI(_ delta: String, _ said: Said...) -> Event {
        sse(#"{"choices":[{"index":0,"delta":\#(delta)}]}"#, said)
    }

    private static let openAI = RecordedStream(
        format: .openai, contentType: "text/event-stream",
        events: [
            openAI(#"{"role":"assistant","content":""}"#),
            openAI(#"{"content":"Say \"é"}"#, .text("Say \"é")),
            openAI(#"{"content":"世\n\ud83d\ude00"}"#, .text("世\n😀")),
            openAI(
                #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"look","arguments":"{\"q\":"}}]}"#,
                .call("look"), .arguments("{\"q\":")),
            openAI(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"ü\"}"}}]}"#, .arguments("\"ü\"}")),
            openAI(
                #"{"tool_calls":[{"index":1,"id":"b","function":{"name":"go","arguments":"{}"}}]}"#,
                .call("go"), .arguments("{}")),
            sse(#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, [.finish]),
            sse(#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#, []),
            sse("[DONE]", [.marker]),
        ],
        endsLeniently: true)

    private static func anthropic(_ type: String, _ members: String, _ said: Said...) -> Event {
        Event(
            #"{"type":"\#(type)"\#(members)}"#, after: "event: \(type)\ndata: ", end: "\n\n", says: said)
    }

    private static let anthropic = RecordedStream(
        format: .anthropic, contentType: "text/event-stream",
        events: [
            anthropic("message_start", #","message":{"usage":{"input_tokens":9}}"#),
            anthropic(
                "content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"Say \"é"}"#,
                .text("Say \"é")),
            anthropic(
                "content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"世\n\ud83d\ude00"}"#,
                .text("世\n😀")),
            anthropic(
                "content_block_start", #","index":1,"content_block":{"type":"tool_use","id":"a","name":"look"}"#,
                .call("look")),
            anthropic(
                "content_block_delta", #","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"q\":"}"#,
                .arguments("{\"q\":")),
            anthropic(
                "content_block_delta", #","index":1,"delta":{"type":"input_json_delta","partial_json":"\"ü\"}"}"#,
                .arguments("\"ü\"}")),
            anthropic("content_block_stop", #","index":1"#),
            anthropic("message_delta", #","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":4}"#, .finish),
            anthropic("message_stop", "", .marker),
        ],
        endsLeniently: false)

    private static let ollama = RecordedStream(
        format: .ollama, contentType: "application/x-ndjson",
        events: [
            line(#"{"message":{"role":"assistant","content":""},"done":false}"#),
            line(#"{"message":{"content":"Say \"é"},"done":false}"#, .text("Say \"é")),
            line(#"{"message":{"content":"世\n\ud83d\ude00"},"done":false}"#, .text("世\n😀")),
            line(
                #"{"message":{"tool_calls":[{"function":{"name":"look","arguments":{"q":"ü"}}}]},"done":false}"#,
                .call("look"), .arguments(#"{"q":"ü"}"#)),
            line(
                #"{"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":4}"#, .finish, .marker),
        ],
        endsLeniently: false)

    private static func line(_ json: String, _ said: Said...) -> Event { Event(json, end: "\n", says: said) }

    private static func gemini(_ parts: String, _ members: String = "", _ said: Said...) -> Event {
        sse(#"{"candidates":[{"content":{"parts":[\#(parts)]}\#(members)}]}"#, said, end: "\r\n\r\n")
    }

    private static let gemini = RecordedStream(
        format: .gemini, contentType: "text/event-stream",
        events: [
            gemini(#"{"text":"Say \"é"}"#, "", .text("Say \"é")),
            gemini(#"{"text":"世\n\ud83d\ude00"}"#, "", .text("世\n😀")),
            gemini(
                #"{"functionCall":{"name":"look","args":{"q":"ü"}}}"#, "", .call("look"),
                .arguments(#"{"q":"ü"}"#)),
            gemini(#"{"text":"."}"#, #","finishReason":"STOP""#, .text("."), .finish),
            sse(#"{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4}}"#, [], end: "\r\n\r\n"),
        ],
        endsLeniently: true)
}
