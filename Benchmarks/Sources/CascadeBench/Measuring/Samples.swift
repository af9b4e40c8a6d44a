/// What came of a load's requests. Times are nanoseconds.
struct Samples: Sendable {
    var failed = 0
    var latencies: [UInt64] = []
    /// To the first piece of text; to the end, for an answer that is not streamed.
    var firstTokens: [UInt64] = []
    /// Of all answers, as UTF-8.
    var textBytes = 0

    mutating func add(_ other: Samples) {
        failed += other.failed
        latencies += other.latencies
        firstTokens += other.firstTokens
        textBytes += other.textBytes
    }
}

extension [UInt64] {
    /// The value that the given share of all does not exceed, in microseconds; 0 of none.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        let rank = Int((Double(count - 1) * share).rounded())
        return Double(sorted()[rank]) / 1_000
    }
}
