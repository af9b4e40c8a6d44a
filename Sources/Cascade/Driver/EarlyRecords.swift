/// The records of an answer up to its first token, as they came: until then nobody is there to pass them on to.
struct EarlyRecords: Sendable {
    private var records: [(record: KeptRecord, isUsage: Bool)] = []
    private var bytes = 0

    /// An answer may say a lot of nothing before its first token. Beyond this it is not kept as it came.
    private static let maxBytes = 64 << 10

    var isEmpty: Bool { records.isEmpty }

    /// - Returns: Whether the answer can still be passed on as it came.
    mutating func keep(_ record: RawSpan, count: Int, as content: RecordContent) -> Bool {
        switch content {
        case .nothing: return true
        case .body: return false
        case .piece, .usage:
            bytes += count
            guard bytes <= Self.maxBytes else { return false }
            records.append((KeptRecord(record, count: count), content == .usage))
            return true
        }
    }

    func tell(_ relay: some AnswerRelay) {
        for (record, isUsage) in records {
            record.lend { relay.record($0, count: record.count, isUsage: isUsage) }
        }
    }
}
