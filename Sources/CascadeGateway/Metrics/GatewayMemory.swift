/// The memory of the process that a gateway runs in, in bytes.
///
/// The gateway does not choose its host's allocator, so it is told: by `CascadeMemory` where that is jemalloc.
public struct GatewayMemory: Sendable {
    /// jemalloc's figures, by its own names.
    public struct Allocator: Sendable {
        public var allocated: Int
        public var active: Int
        public var metadata: Int
        public var resident: Int
        public var mapped: Int
        public var retained: Int

        public init(allocated: Int, active: Int, metadata: Int, resident: Int, mapped: Int, retained: Int) {
            self.allocated = allocated
            self.active = active
            self.metadata = metadata
            self.resident = resident
            self.mapped = mapped
            self.retained = retained
        }
    }

    public var allocator: Allocator?
    /// As the kernel counts it.
    public var resident: Int?
    public var peakResident: Int?

    public init() {}
}
