/// Numbers of tokens in the buckets of the OpenTelemetry conventions: powers of 4.
struct TokenRecorder: Sendable {
    /// 1 to 67,108,864.
    static let bounds: [Double] = (0..<14).map { Double(1 << (2 * $0)) }

    /// One more than there are bounds; made at the first value.
    private var counts: [UInt64] = []
    private var sum = 0.0

    mutating func record(_ tokens: Int) {
        if counts.isEmpty { counts = [UInt64](repeating: 0, count: Self.bounds.count + 1) }
        // The bits of what is below the value, two a bound.
        let bits = Int.bitWidth - max(tokens - 1, 0).leadingZeroBitCount
        counts[min((bits + 1) / 2, Self.bounds.count)] += 1
        sum += Double(max(tokens, 0))
    }

    var distribution: RouterTelemetry.Distribution {
        var distribution = RouterTelemetry.Distribution(bounds: Self.bounds)
        for (index, count) in counts.enumerated() {
            distribution.count += count
            if index < Self.bounds.count { distribution.counts[index] = distribution.count }
        }
        distribution.sum = sum
        return distribution
    }
}
