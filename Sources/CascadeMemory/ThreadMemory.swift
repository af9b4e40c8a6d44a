/// What the calling thread has allocated and freed since it began, in bytes.
///
/// The difference of two readings is the traffic of what ran between them on this thread. A task may change threads at
/// every `await`, so take both readings in one synchronous stretch.
public struct ThreadMemory: Sendable, Hashable {
    /// Bytes allocated, rounded up to jemalloc's size classes. Never falls.
    public var allocated: UInt64
    /// Bytes freed by this thread, whoever allocated them. Never falls.
    public var deallocated: UInt64

    /// The counters of this moment, exact and cheap; `nil` when jemalloc is not this process's allocator.
    public static var current: ThreadMemory? {
        guard Allocator.isJemalloc,
            let allocated = MallocControl.value(of: "thread.allocated", as: UInt64.self),
            let deallocated = MallocControl.value(of: "thread.deallocated", as: UInt64.self)
        else { return nil }
        return ThreadMemory(allocated: allocated, deallocated: deallocated)
    }
}
