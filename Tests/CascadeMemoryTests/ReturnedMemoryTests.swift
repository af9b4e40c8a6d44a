import Testing

@testable import CascadeMemory

extension LargeBlocks {
    /// Serialised, for they set what the whole process goes by.
    @Suite(.serialized)
    struct ReturnedMemoryTests {
        private static let size = 256 << 20

        /// Much memory in pieces that arenas keep, unlike one large piece, and free again when this returns.
        private static func use() throws -> Int {
            let blocks = (0..<size >> 16).map { _ in [UInt8](repeating: 1, count: 1 << 16) }
            return try withExtendedLifetime(blocks) { try #require(MemoryStatistics.current).resident }
        }

        @Test func `an idle process gives back what it does not use`() async throws {
            #expect(Allocator.returnMemory(within: .milliseconds(200)))
            let during = try Self.use()
            let deadline = ContinuousClock.now + .seconds(20)
            var after = during
            while during - after < Self.size / 2, ContinuousClock.now < deadline {
                // jemalloc's own threads do it, by the real clock, and tell nobody.
                try await Task.sleep(for: .milliseconds(20))
                after = try #require(MemoryStatistics.current).resident
            }
            #expect(during - after >= Self.size / 2)
        }

        @Test func `what is there already is never made longer`() {
            #expect(Allocator.returnMemory(within: .milliseconds(100)))
            #expect(Allocator.returnMemory(within: .seconds(5)))
            #expect(MallocControl.value(of: "arenas.dirty_decay_ms", as: Int.self) == 100)
            #expect(MallocControl.value(of: "arena.0.dirty_decay_ms", as: Int.self) == 100)
            #expect(MallocControl.value(of: "arenas.muzzy_decay_ms", as: Int.self) == 0)
            #expect(MallocControl.value(of: "background_thread", as: UInt8.self) == 1)
        }

        @Test(arguments: [
            (Duration.seconds(-1), 0), (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(7), 7), (.seconds(90), 90_000),
            (.seconds(Int64.max), 31_557_600_000_000),
        ])
        func `times are whole milliseconds`(time: Duration, milliseconds: Int) {
            #expect(time.milliseconds == Int64(milliseconds))
        }
    }
}
