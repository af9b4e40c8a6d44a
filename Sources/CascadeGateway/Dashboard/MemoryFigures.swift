/// How much memory the process uses, in bytes.
struct MemoryFigures: Sendable, Hashable {
    /// As the kernel counts it.
    var resident: Int
    /// What the program has asked its allocator for and not given back, where the allocator says.
    var allocated: Int?
}

extension MemoryFigures {
    init?(_ memory: GatewayMemory) {
        guard let resident = memory.resident else { return nil }
        self.init(resident: resident, allocated: memory.allocator?.allocated)
    }
}
