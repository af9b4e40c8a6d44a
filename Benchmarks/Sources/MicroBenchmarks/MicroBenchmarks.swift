/// All benchmarks of this module.
public enum MicroBenchmarks {
    public static var all: [MicroBenchmark] {
        harness + MemorySuite.all + FramingSuite.all + DecodingSuite.all + EncodingSuite.all + RoutingSuite.all
            + PolicySuite.all + ErrorSuite.all
    }

    /// What the measuring itself costs, which is part of every figure.
    private static let harness = [
        MicroBenchmark("harness/nothing", allowing: 0, prepare: { 0 }) { BlackHole.take($0) }
    ]
}
