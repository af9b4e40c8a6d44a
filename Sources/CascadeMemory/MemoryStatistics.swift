/// What the allocator holds for the whole process, in bytes.
///
/// The figures are jemalloc's. They cover everything that goes through `malloc`, C libraries included, and leave out
/// code, stacks and memory mapped directly; ``ProcessMemory`` has those.
public struct MemoryStatistics: Sendable, Hashable {
    /// What the program has asked for and not given back.
    public var allocated: Int
    /// The pages that hold it; their unused parts are fragmentation.
    public var active: Int
    /// What the allocator uses for its own book-keeping.
    public var metadata: Int
    /// The pages that are in physical memory: active ones, book-keeping, and pages not yet given back.
    public var resident: Int
    /// Address space of the blocks that hold active pages.
    public var mapped: Int
    /// Address space kept for reuse, without memory behind it.
    public var retained: Int

    /// The figures of this moment; `nil` when jemalloc is not this process's allocator, or was built without statistics.
    ///
    /// Refreshes jemalloc's statistics first, which takes each arena's locks for some microseconds. With thread caches
    /// on, what a thread freed into its cache counts as allocated. Any thread may ask.
    public static var current: MemoryStatistics? {
        guard Allocator.isJemalloc, MallocControl.refresh() else { return nil }
        return MemoryStatistics()
    }

    private init?() {
        func read(_ name: StaticString) -> Int? { MallocControl.value(of: name) }
        guard let allocated = read("stats.allocated"), let active = read("stats.active"),
            let metadata = read("stats.metadata"),
            let resident = read("stats.resident"), let mapped = read("stats.mapped"),
            let retained = read("stats.retained")
        else { return nil }
        self.allocated = allocated
        self.active = active
        self.metadata = metadata
        self.resident = resident
        self.mapped = mapped
        self.retained = retained
    }
}
