internal import Histogram

/// Latencies in fixed memory, made at the first value: a router of a thousand providers that uses three pays for three.
struct LatencyRecorder: Sendable {
    // Microseconds from 1 to one hour, two significant digits: about 20 KB.
    private static let highest: UInt64 = 3_600_000_000
    private var histogram: Histogram<UInt32>?
    private var sum = Duration.zero

    mutating func record(_ latency: Duration) {
        if histogram == nil {
            histogram = Histogram<UInt32>(highestTrackableValue: Self.highest, numberOfSignificantValueDigits: .two)
        }
        sum += latency
        let microseconds = UInt64(clamping: latency.attoseconds / 1_000_000_000_000)
        histogram?.record(min(max(microseconds, 1), Self.highest))
    }

    var quantiles: RouterMetrics.LatencyQuantiles {
        guard let histogram, histogram.totalCount > 0 else {
            return RouterMetrics.LatencyQuantiles(count: 0, p50: .zero, p90: .zero, p99: .zero, max: .zero)
        }
        func value(_ percentile: Double) -> Duration {
            .microseconds(Int64(histogram.valueAtPercentile(percentile)))
        }
        return RouterMetrics.LatencyQuantiles(
            count: Int(histogram.totalCount), p50: value(50), p90: value(90), p99: value(99),
            max: .microseconds(Int64(histogram.max)))
    }

    /// How many were at most as long as each bound, in seconds and rising, as exactly as the digits allow.
    func distribution(_ bounds: [Double]) -> RouterTelemetry.Distribution {
        var distribution = RouterTelemetry.Distribution(bounds: bounds)
        guard let histogram else { return distribution }
        var index = 0
        for step in histogram.recordedValues() {
            while index < bounds.count, Double(step.value) > bounds[index] * 1_000_000 {
                index += 1
                if index < bounds.count { distribution.counts[index] = distribution.counts[index - 1] }
            }
            guard index < bounds.count else { break }
            distribution.counts[index] += UInt64(step.count)
        }
        while index + 1 < bounds.count {
            index += 1
            distribution.counts[index] = distribution.counts[index - 1]
        }
        distribution.count = histogram.totalCount
        distribution.sum = sum.seconds
        return distribution
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
