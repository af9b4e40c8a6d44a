import CascadeMemory
import Testing

/// One after the other: each would see what the others allocate and free.
@Suite(.serialized) enum LargeBlocks {}

extension LargeBlocks {
    /// Other tests of this process allocate and free meanwhile, so sizes are large and bounds are half of them.
    @Suite(.serialized)
    struct MemoryStatisticsTests {
        private static let large = 256 << 20

        @Test func `jemalloc serves a process that links it`() {
            #expect(Allocator.isJemalloc)
            #expect(Allocator.version?.hasPrefix("5.") == true)
        }

        @Test func `the figures are in their order`() throws {
            let now = try #require(MemoryStatistics.current)
            #expect(now.allocated > 0)
            #expect(now.allocated <= now.active)
            #expect(now.active <= now.resident)
            #expect(now.metadata > 0)
            #expect(now.active <= now.mapped)
            #expect(now.retained >= 0)
        }

        @Test func `a large block shows as long as it lives`() throws {
            let before = try #require(MemoryStatistics.current)
            let block = [UInt8](repeating: 1, count: Self.large)
            let during = try withExtendedLifetime(block) { try #require(MemoryStatistics.current) }
            #expect(during.allocated - before.allocated >= Self.large / 2)
            #expect(during.resident - before.resident >= Self.large / 2)
        }

        @Test func `a block given back no longer shows`() throws {
            func peak() throws -> MemoryStatistics {
                let block = [UInt8](repeating: 1, count: Self.large)
                return try withExtendedLifetime(block) { try #require(MemoryStatistics.current) }
            }
            let during = try peak()
            #expect(Allocator.purge())
            let after = try #require(MemoryStatistics.current)
            #expect(during.allocated - after.allocated >= Self.large / 2)
            #expect(during.resident - after.resident >= Self.large / 2)
        }

        @Test func `a thread counts what it allocates and frees`() throws {
            let before = try #require(ThreadMemory.current)
            do {
                let block = [UInt8](repeating: 1, count: 1 << 20)
                withExtendedLifetime(block) {}
            }
            let after = try #require(ThreadMemory.current)
            #expect(after.allocated - before.allocated >= 1 << 20)
            #expect(after.deallocated - before.deallocated >= 1 << 20)
        }

        @Test func `traffic counts what was given back, too`() throws {
            let before = try #require(MemoryTraffic.current)
            for _ in 0..<100 {
                let block = [UInt8](repeating: 1, count: 1 << 20)
                withExtendedLifetime(block) {}
            }
            let traffic = try #require(MemoryTraffic.current) - before
            #expect(traffic.allocations >= 100)
            #expect(traffic.bytes >= 100 << 20)
        }
    }
}
