import Cascade
import Testing

@Suite("Latencies in steps")
struct LatencyBucketsTests {
    @Test(
        "a quantile is within 6 % of the latency",
        arguments: [64, 65, 100, 127, 128, 999, 1_000, 41_000, 1_500_000, 80_000_000, 3_600_000_000])
    func precision(microseconds: Int) throws {
        var buckets = LatencyBuckets()
        buckets.record(.microseconds(microseconds))
        let found = try #require(buckets.quantile(0.5)) / .microseconds(1)
        #expect(abs(found - Double(microseconds)) <= 0.0625 * Double(microseconds))
    }

    @Test("quantiles are in the latencies' order")
    func quantiles() throws {
        var buckets = LatencyBuckets()
        #expect(buckets.quantile(0.5) == nil)
        for milliseconds in 1...100 { buckets.record(.milliseconds(milliseconds)) }
        #expect(buckets.total == 100)
        for (share, milliseconds) in [(0.01, 1.0), (0.5, 50), (0.9, 90), (0.99, 99), (1, 100)] {
            let found = try #require(buckets.quantile(share)) / .milliseconds(1)
            #expect(abs(found - milliseconds) <= 0.07 * milliseconds + 0.5)
        }
    }

    @Test("what is too short or too long is in the first or the last step")
    func ends() {
        var buckets = LatencyBuckets()
        for latency in [Duration.zero, .seconds(-1), .nanoseconds(1), .seconds(10_000_000)] { buckets.record(latency) }
        #expect(buckets.filled.map(\.bucket) == [0, LatencyBuckets.count - 1])
        #expect(buckets.filled.map(\.count) == [3, 1])
    }

    @Test("two are added step by step")
    func sum() {
        var (one, other) = (LatencyBuckets(), LatencyBuckets())
        one.record(.milliseconds(1))
        other.record(.milliseconds(1))
        other.record(.seconds(1))
        one.add(other)
        #expect(one.total == 3 && one.filled.map(\.count) == [2, 1])
        one.add(1, to: -1)
        one.add(1, to: LatencyBuckets.count)
        #expect(one.total == 3)
    }
}
