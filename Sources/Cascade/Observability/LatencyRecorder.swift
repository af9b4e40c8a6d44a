internal import Histogram

/// Latencies in fixed memory, made at the first value: a router of a thousand providers that uses three pays for three.
struct LatencyRecorder: Sendable {
    // Microseconds from 1 to one hour, two significant digits: about 20 KB.
    private static let highest: UInt64 = 3_600_000_000
    private var histogram: Histogram<UInt32>?

    mutating func record(_ latency: Duration) {
        if histogram == nil {
            histogram = Histogram<UInt32>(highestTrackableValue: Self.highest, numberOfSignificantValueDigits: .two)
        }
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
}
