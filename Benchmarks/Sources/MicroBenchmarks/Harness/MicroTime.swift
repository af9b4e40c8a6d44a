/// What one operation takes, warm.
public enum MicroTime {
    private static let batches = 9
    private static let shortestBatch = Duration.milliseconds(8)

    /// Nanoseconds of an operation: the median of several batches, after one that warms up.
    public static func nanoseconds(of benchmark: MicroBenchmark) throws -> Double {
        let batch = try benchmark.makeBatch()
        let count = try enough(batch)
        let times = try (0..<batches).map { _ in try time(count, of: batch) / .nanoseconds(1) / Double(count) }
        return times.sorted()[batches / 2]
    }

    /// As many operations as are long enough for the clock.
    private static func enough(_ batch: MicroBenchmark.Batch) throws -> Int {
        var count = 16
        while try time(count, of: batch) < shortestBatch { count *= 2 }
        return count
    }

    private static func time(_ count: Int, of batch: MicroBenchmark.Batch) throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        try batch(count)
        return start.duration(to: clock.now)
    }
}
