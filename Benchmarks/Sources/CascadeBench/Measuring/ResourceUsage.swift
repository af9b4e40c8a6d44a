internal import CascadeMemory

/// What a stretch of work takes of the processor's time and of the allocator.
struct ResourceUsage {
    struct Spent {
        var seconds: Double
        var cpuMicroseconds: Double
        var traffic: MemoryTraffic
    }

    private let ownTraffic: MemoryTraffic
    private let traffic: MemoryTraffic
    private let cpu: Double
    private let start: UInt64

    /// The stretch begins.
    init() {
        // To read the counters allocates, too: two readings with nothing between them show how much.
        let first = MemoryTraffic.current ?? .zero
        traffic = MemoryTraffic.current ?? .zero
        ownTraffic = traffic - first
        cpu = SystemTime.cpuMicroseconds
        start = SystemTime.now
    }

    var untilNow: Spent {
        let end = SystemTime.now
        let cpu = SystemTime.cpuMicroseconds - cpu
        var spent = (MemoryTraffic.current ?? .zero) - traffic
        // With thread caches on, counts come late: there may be less than what was surely allocated.
        spent.allocations -= min(spent.allocations, ownTraffic.allocations)
        spent.bytes -= min(spent.bytes, ownTraffic.bytes)
        return Spent(seconds: Double(end - start) / 1_000_000_000, cpuMicroseconds: cpu, traffic: spent)
    }
}
