internal import CascadeMemory

/// What one operation asks of the allocator, exact to the thousandth.
public struct MicroCounts: Codable, Sendable {
    public var name: String
    public var mallocs: Double
    public var bytes: Double

    /// So many that a single allocation in all of them, of a buffer that grows once more, shows as a thousandth at most.
    private static let operations = 1_000

    /// Counts in this process, which must run with `MALLOC_CONF=tcache:false` for exact figures.
    public static func count(_ benchmark: MicroBenchmark) throws -> MicroCounts {
        let batch = try benchmark.makeBatch()
        // Grows the buffers that last.
        try batch(operations)
        let idle = try traffic { try batch(0) }
        let used = try traffic { try batch(operations) }
        return MicroCounts(
            name: benchmark.name, mallocs: share(used.allocations, beyond: idle.allocations),
            bytes: share(used.bytes, beyond: idle.bytes))
    }

    /// Taking a reading allocates too, the same each time.
    private static func share(_ used: UInt64, beyond idle: UInt64) -> Double {
        Double(max(used, idle) - idle) / Double(operations)
    }

    private static func traffic(_ body: () throws -> Void) throws -> MemoryTraffic {
        guard let before = MemoryTraffic.current else { throw MicroError.noAllocator }
        try body()
        guard let after = MemoryTraffic.current else { throw MicroError.noAllocator }
        return after - before
    }
}

public enum MicroError: Error, CustomStringConvertible {
    case noAllocator

    public var description: String {
        "jemalloc is not this process's allocator, so nothing can be counted; run without another one preloaded"
    }
}
