/// A sink that counts the tokens it was told: text, reasoning, tool calls. Nothing else is progress; a provider can send
/// pings for ever.
protocol TokenSink: ChatEventSink {
    var tokenCount: Int { get }
}

/// Gathers an answer that is handed over whole.
struct WholeAnswerSink: TokenSink {
    private(set) var answer = AnswerCollector()
    private(set) var tokenCount = 0

    mutating func text(_ utf8: Span<UInt8>) {
        tokenCount += 1
        answer.text(utf8)
    }

    mutating func reasoning(_ utf8: Span<UInt8>) {
        tokenCount += 1
        answer.reasoning(utf8)
    }

    mutating func toolCallStarted(index: Int, id: String, name: String) {
        tokenCount += 1
        answer.toolCallStarted(index: index, id: id, name: name)
    }

    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        tokenCount += 1
        answer.toolCallArguments(index: index, utf8)
    }

    mutating func usage(_ usage: Usage) { answer.usage(usage) }
    mutating func finished(_ reason: FinishReason) { answer.finished(reason) }
    mutating func identified(model: String?, id: String?) { answer.identified(model: model, id: id) }
}

/// Text as bytes, in a buffer that is used again.
struct TextBytes: Sendable {
    var bytes: [UInt8] = []
}

/// Keeps text as bytes and everything else as events.
struct TextSink: TokenSink {
    var bytes: [UInt8] = []
    var others = StreamEvents()

    var tokenCount: Int { others.tokenCount }

    mutating func text(_ utf8: Span<UInt8>) {
        others.countToken()
        bytes.reserveCapacity(bytes.count + utf8.count)
        for index in utf8.indices { bytes.append(utf8[index]) }
    }

    mutating func reasoning(_ utf8: Span<UInt8>) { others.reasoning(utf8) }
    mutating func toolCallStarted(index: Int, id: String, name: String) {
        others.toolCallStarted(index: index, id: id, name: name)
    }
    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) { others.toolCallArguments(index: index, utf8) }
    mutating func usage(_ usage: Usage) { others.usage(usage) }
    mutating func finished(_ reason: FinishReason) { others.finished(reason) }
    mutating func identified(model: String?, id: String?) { others.identified(model: model, id: id) }
}
