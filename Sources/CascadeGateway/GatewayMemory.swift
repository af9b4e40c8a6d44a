/// How much memory the process uses, in bytes.
public struct GatewayMemory: Sendable, Hashable {
    /// In physical memory: heap, stacks, code.
    public var resident: Int
    /// What the program has asked its allocator for and not given back, where the allocator says.
    public var allocated: Int?

    public init(resident: Int, allocated: Int? = nil) {
        self.resident = resident
        self.allocated = allocated
    }
}
