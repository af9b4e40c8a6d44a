/// A sink that counts the tokens it was told: text, reasoning, tool calls. Nothing else is progress; a provider can send
/// pings for ever.
protocol TokenSink: ChatEventSink {
    var tokenCount: Int { get }
    /// Whether the next record, if it is there, may be decoded before what came of the last ones is taken.
    var wantsMore: Bool { get }
    /// A record was decoded, and told: its `count` bytes as they came, and padding after them.
    mutating func received(_ record: RawSpan, count: Int, as content: RecordContent)
}

extension TokenSink {
    mutating func received(_ record: RawSpan, count: Int, as content: RecordContent) {}
}

/// Gathers an answer that is handed over whole.
struct WholeAnswerSink: TokenSink {
    private(set) var answer = AnswerCollector()
    /// Whether the answer is also kept as it came.
    let keepsBody: Bool
    private(set) var body: [UInt8]?
    private(set) var tokenCount = 0
    let wantsMore = true

    init(keepsBody: Bool) {
        self.keepsBody = keepsBody
    }

    mutating func received(_ record: RawSpan, count: Int, as content: RecordContent) {
        if keepsBody, content == .body { body = [UInt8](copying: record, count: count) }
    }

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

/// Keeps text as bytes and everything else as events.
struct TextSink: TokenSink {
    var bytes: [UInt8] = []
    var others = StreamEvents()

    /// More is handed over in several pieces.
    private static let pieceBytes = 16 << 10

    var tokenCount: Int { others.tokenCount }
    var wantsMore: Bool { bytes.count < Self.pieceBytes }

    mutating func text(_ utf8: Span<UInt8>) {
        others.countToken()
        bytes.append(copying: utf8)
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

/// Tells a relay what comes, as it is decoded. What the stream itself has to know goes by way of its events.
struct RelaySink<Relay: AnswerRelay>: TokenSink {
    var others = StreamEvents()
    private(set) var textBytes = 0
    /// Of reasoning and of calls' arguments.
    private(set) var otherBytes = 0
    private(set) var hasRelayed = false
    private var relay: Relay

    init(relay: Relay) {
        self.relay = relay
    }

    var tokenCount: Int { others.tokenCount }
    var wantsMore: Bool { relay.wantsMore }

    private mutating func count() {
        others.countToken()
        hasRelayed = true
    }

    mutating func text(_ utf8: Span<UInt8>) {
        count()
        textBytes += utf8.count
        relay.text(utf8)
    }

    mutating func reasoning(_ utf8: Span<UInt8>) {
        count()
        otherBytes += utf8.count
        relay.reasoning(utf8)
    }

    mutating func toolCallStarted(index: Int, id: String, name: String) {
        others.toolCallStarted(index: index, id: id, name: name)
    }

    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        // Where records go on as they came, a copy of a part of one would be for nobody.
        guard relay.takesRecords else { return others.toolCallArguments(index: index, utf8) }
        count()
        otherBytes += utf8.count
    }

    mutating func received(_ record: RawSpan, count: Int, as content: RecordContent) {
        guard relay.takesRecords, content == .piece || content == .usage else { return }
        relay.record(record, count: count, isUsage: content == .usage)
        hasRelayed = true
    }

    mutating func usage(_ usage: Usage) { others.usage(usage) }
    mutating func finished(_ reason: FinishReason) { others.finished(reason) }
    mutating func identified(model: String?, id: String?) { others.identified(model: model, id: id) }
}
