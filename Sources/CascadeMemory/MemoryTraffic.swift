/// What all threads have asked the allocator for since the process began, freed or not.
///
/// The difference of two readings is what happened between them. With thread caches on, a thread's requests show only
/// when its cache is next collected or flushed: for exact figures run with `MALLOC_CONF=tcache:false`.
public struct MemoryTraffic: Sendable, Hashable {
    /// Allocations. Never falls.
    public var allocations: UInt64
    /// Bytes allocated, rounded up to jemalloc's size classes. Never falls.
    public var bytes: UInt64

    /// The counters of this moment; `nil` when jemalloc is not this process's allocator.
    ///
    /// Reads a counter for each of some 230 size classes, which takes some hundred microseconds.
    public static var current: MemoryTraffic? {
        guard Allocator.isJemalloc, MallocControl.refresh() else { return nil }
        _ = MallocControl.perform("thread.tcache.flush")
        var traffic = zero
        traffic.add(kind: "bin", count: "nbins", statistics: "bins")
        traffic.add(kind: "lextent", count: "nlextents", statistics: "lextents")
        return traffic
    }

    private mutating func add(kind: String, count: String, statistics: String) {
        let classes = MallocControl.value(of: "arenas." + count, as: UInt32.self) ?? 0
        for index in 0..<classes {
            // The index that stands for all arenas, MALLCTL_ARENAS_ALL.
            let requests = "stats.arenas.4096.\(statistics).\(index).nrequests"
            guard let size = MallocControl.value(of: "arenas.\(kind).\(index).size", as: Int.self),
                let requested = MallocControl.value(of: requests, as: UInt64.self)
            else { continue }
            allocations += requested
            bytes += requested * UInt64(size)
        }
    }

    public static let zero = MemoryTraffic(allocations: 0, bytes: 0)

    public static func - (later: MemoryTraffic, earlier: MemoryTraffic) -> MemoryTraffic {
        MemoryTraffic(allocations: later.allocations - earlier.allocations, bytes: later.bytes - earlier.bytes)
    }
}
