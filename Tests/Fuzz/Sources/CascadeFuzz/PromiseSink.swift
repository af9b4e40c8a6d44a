internal import CascadeFormats

/// Keeps what a decoder tells, and holds it to what it promises a sink.
struct PromiseSink: ChatEventSink {
    private(set) var events: [ChatEvent] = []
    private(set) var isFinished = false
    private(set) var byteCount = 0
    private var calls = 0
    private var isIdentified = false

    private mutating func add(_ event: ChatEvent) {
        require(!isFinished, "nothing but usage comes after the end")
        events.append(event)
    }

    private mutating func string(_ utf8: Span<UInt8>) -> String {
        require(!utf8.isEmpty, "no piece is empty")
        byteCount += utf8.count
        var bytes: [UInt8] = []
        bytes.append(copying: utf8)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            require(false, "every piece is UTF-8")
            return ""
        }
        return text
    }

    mutating func text(_ utf8: Span<UInt8>) { add(.text(string(utf8))) }

    mutating func reasoning(_ utf8: Span<UInt8>) { add(.reasoning(string(utf8))) }

    mutating func toolCallStarted(index: Int, id: String, name: String) {
        require(index == calls, "calls are counted from 0")
        require(!id.isEmpty && !name.isEmpty, "a call has an id and a name")
        calls += 1
        add(.toolCallStarted(index: index, id: id, name: name))
    }

    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        require(index >= 0 && index < calls, "arguments are of a call that began")
        add(.toolCallArguments(index: index, string(utf8)))
    }

    mutating func usage(_ usage: Usage) {
        require(
            usage.promptTokens >= 0 && usage.completionTokens >= 0 && usage.totalTokens >= 0, "no usage is negative")
        events.append(.usage(usage))
    }

    mutating func finished(_ reason: FinishReason) {
        add(.finished(reason))
        isFinished = true
    }

    mutating func identified(model: String?, id: String?) {
        require(!isIdentified, "an answer has one name")
        isIdentified = true
    }
}
