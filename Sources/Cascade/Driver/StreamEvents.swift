/// Events that were decoded and not yet handed to the user.
///
/// A record gives one event nearly always, and that one is held without an array.
struct StreamEvents: TokenSink, Sendable {
    /// The records as they came, where they are kept.
    private(set) var records: EarlyRecords?
    private var first: ChatEvent?
    private var rest: [ChatEvent] = []
    private var read = 0
    private(set) var tokenCount = 0
    private(set) var id: String?
    /// The last usage that was decoded, whether it was handed over yet or not.
    private(set) var usage: Usage?

    var wantsMore: Bool { first == nil && rest.isEmpty }

    init(keepsRecords: Bool = false) {
        if keepsRecords { records = EarlyRecords() }
    }

    mutating func received(_ record: RawSpan, count: Int, as content: RecordContent) {
        guard records != nil else { return }
        if records?.keep(record, count: count, as: content) != true { records = nil }
    }

    mutating func takeRecords() -> EarlyRecords? { records.take() }

    mutating func pop() -> ChatEvent? {
        if let event = first {
            first = nil
            return event
        }
        guard read < rest.count else { return nil }
        defer {
            read += 1
            if read == rest.count {
                rest.removeAll(keepingCapacity: true)
                read = 0
            }
        }
        return rest[read]
    }

    /// Forgets what was not handed over.
    mutating func discard() {
        first = nil
        rest = []
        read = 0
    }

    /// A token that is kept elsewhere.
    mutating func countToken() {
        tokenCount += 1
    }

    private mutating func push(_ event: ChatEvent) {
        if first == nil && rest.isEmpty { first = event } else { rest.append(event) }
    }

    mutating func text(_ utf8: Span<UInt8>) {
        countToken()
        push(.text(String(copying: utf8)))
    }

    mutating func reasoning(_ utf8: Span<UInt8>) {
        countToken()
        push(.reasoning(String(copying: utf8)))
    }

    mutating func toolCallStarted(index: Int, id: String, name: String) {
        countToken()
        push(.toolCallStarted(index: index, id: id, name: name))
    }

    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        countToken()
        push(.toolCallArguments(index: index, String(copying: utf8)))
    }

    mutating func usage(_ usage: Usage) {
        self.usage = usage
        push(.usage(usage))
    }

    mutating func finished(_ reason: FinishReason) {
        push(.finished(reason))
    }

    mutating func identified(model: String?, id: String?) {
        self.id = id
    }
}
