/// Times in fixed buckets.
struct TimeHistogram: Sendable {
    /// From a millisecond for what is answered here, to eleven minutes for models that reason.
    static let requestBounds: [UInt64] = [1_000, 2_500, 5_000] + (0..<17).map { 10_000 << $0 }
    /// From 25 µs to what a queue or a pause between attempts takes.
    static let overheadBounds: [UInt64] = (0..<20).map { 25 << $0 }

    /// Rising, in microseconds.
    let bounds: [UInt64]
    /// One more than there are bounds: those between each and the one before it.
    private(set) var counts: [UInt64]
    private(set) var count: UInt64 = 0
    private var microseconds = 0.0

    init(bounds: [UInt64]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    mutating func record(microseconds: UInt64) {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if microseconds <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        counts[low] += 1
        count += 1
        self.microseconds += Double(microseconds)
    }

    mutating func add(_ other: TimeHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        microseconds += other.microseconds
    }
}

extension PrometheusText {
    /// In seconds.
    mutating func histogram(_ labels: Labels, _ histogram: TimeHistogram) {
        var below: UInt64 = 0
        let counts = histogram.counts.dropLast().map { count in
            below += count
            return below
        }
        self.histogram(
            labels, bounds: histogram.bounds.map { Double($0) / 1_000_000 }, counts: counts, count: histogram.count,
            sum: histogram.seconds)
    }
}

extension TimeHistogram {
    var seconds: Double { microseconds / 1_000_000 }
}
