/// How often latencies fell into each of 248 steps, eight to an octave: a histogram of a kilobyte that can be added to
/// another, and kept. A step's middle is within 6 % of what is in it.
package struct LatencyBuckets: Sendable, Hashable {
    // From 64 microseconds to 38 hours.
    private static let firstOctave = 6
    private static let stepsPerOctave = 8
    package static let count = 31 * stepsPerOctave
    private static let noCounts = [UInt32](repeating: 0, count: count)

    private var counts: [UInt32] = noCounts
    package private(set) var total = 0

    package init() {}

    package mutating func record(_ latency: Duration) {
        add(1, to: Self.bucket(of: latency.attoseconds / 1_000_000_000_000))
    }

    /// Nothing where there is no such step.
    package mutating func add(_ more: UInt32, to bucket: Int) {
        guard counts.indices.contains(bucket) else { return }
        let (sum, overflows) = counts[bucket].addingReportingOverflow(more)
        guard !overflows else { return }
        counts[bucket] = sum
        total += Int(more)
    }

    package mutating func add(_ other: LatencyBuckets) {
        for (bucket, count) in other.filled { add(count, to: bucket) }
    }

    /// The steps that hold any, the shortest first.
    package var filled: [(bucket: Int, count: UInt32)] {
        total == 0 ? [] : counts.indices.compactMap { counts[$0] == 0 ? nil : ($0, counts[$0]) }
    }

    /// What this share of the latencies does not exceed, as its step's middle; `nil` without any.
    package func quantile(_ share: Double) -> Duration? {
        guard total > 0 else { return nil }
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        var seen = 0
        for (bucket, count) in filled {
            seen += Int(count)
            if seen >= rank { return Self.middle(of: bucket) }
        }
        return nil
    }

    private static func bucket(of microseconds: Int128) -> Int {
        let value = UInt64(clamping: microseconds)
        guard value >= 1 << firstOctave else { return 0 }
        let octave = 63 - value.leadingZeroBitCount
        let step = Int(value >> UInt64(octave - 3)) & (stepsPerOctave - 1)
        return min((octave - firstOctave) * stepsPerOctave + step, count - 1)
    }

    private static func middle(of bucket: Int) -> Duration {
        let octave = firstOctave + bucket / stepsPerOctave
        let low = Double(1 << octave) * (1 + Double(bucket % stepsPerOctave) / Double(stepsPerOctave))
        return .microseconds(Int64(low + Double(1 << octave) / Double(2 * stepsPerOctave)))
    }
}
