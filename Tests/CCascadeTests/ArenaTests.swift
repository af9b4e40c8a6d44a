import CCascade
import Testing

/// What an arena gave out, known by its address.
@safe private struct Allocation: Equatable {
    let memory: UnsafeMutableRawPointer
    let size: Int

    static func == (left: Allocation, right: Allocation) -> Bool {
        left.address == right.address
    }

    var address: UInt { UInt(bitPattern: unsafe memory) }

    func fill(_ value: UInt8) {
        unsafe memory.initializeMemory(as: UInt8.self, repeating: value, count: size)
    }

    /// Whether the first `count` bytes, all of them by default, are as `fill` left them.
    func holds(_ value: UInt8, count: Int? = nil) -> Bool {
        unsafe UnsafeRawBufferPointer(start: memory, count: count ?? size).allSatisfy { $0 == value }
    }
}

/// Owns an arena for a test.
@safe private final class TestArena {
    private let arena: OpaquePointer

    init?(block: Int = 1024, max: Int = 65536, allocator: UnsafePointer<casc_allocator>? = nil) {
        guard let arena = unsafe casc_arena_create(block, max, allocator) else { return nil }
        unsafe self.arena = arena
    }

    deinit {
        unsafe casc_arena_destroy(arena)
    }

    /// Fills what it gives out, so that a sanitizer sees an overrun, and a test an overlap.
    func allocate(_ size: Int, filledWith value: UInt8 = 0) -> Allocation? {
        guard let memory = unsafe casc_arena_alloc(arena, size) else { return nil }
        let allocation = unsafe Allocation(memory: memory, size: size)
        allocation.fill(value)
        return allocation
    }

    func extend(_ allocation: Allocation, to size: Int) -> Allocation? {
        guard let memory = unsafe casc_arena_extend(arena, allocation.memory, allocation.size, size) else { return nil }
        return unsafe Allocation(memory: memory, size: size)
    }

    func save() -> casc_arena_mark { unsafe casc_arena_save(arena) }
    func rewind(to mark: casc_arena_mark) { unsafe casc_arena_rewind(arena, mark) }
    func reset() { unsafe casc_arena_reset(arena) }

    var used: Int { unsafe casc_arena_used(arena) }
    var reserved: Int { unsafe casc_arena_reserved(arena) }
    var status: casc_status { unsafe casc_arena_last_status(arena) }
}

@Suite("Arena")
struct ArenaTests {
    @Test("gives aligned memory that does not overlap, and reserves none before it must")
    func alignment() throws {
        let arena = try #require(TestArena())
        #expect(arena.reserved == 0)
        let kept = try (0..<200).map { try #require(arena.allocate($0 * 13 % 300, filledWith: UInt8($0))) }
        for (number, allocation) in kept.enumerated() {
            #expect(allocation.address % 16 == 0)
            #expect(allocation.holds(UInt8(number)))
        }
        #expect(Set(kept.map(\.address)).count == 200)
        #expect(arena.used >= kept.reduce(0) { $0 + $1.size })
        #expect(arena.used <= arena.reserved)
    }

    @Test("never reserves more than its cap, and says so")
    func cap() throws {
        let arena = try #require(TestArena(block: 1024, max: 2500))
        #expect(arena.allocate(2501) == nil)
        #expect(arena.status == CASC_TOO_LARGE)
        #expect(arena.allocate(.max) == nil)
        #expect(arena.status == CASC_TOO_LARGE)
        #expect(arena.allocate(Int(bitPattern: UInt.max - 8)) == nil)
        var given = 0
        while arena.allocate(100) != nil { given += 1 }
        #expect(arena.status == CASC_TOO_LARGE)
        #expect(given >= 18)
        #expect(arena.reserved <= 2500)
        arena.reset()
        #expect(arena.allocate(2400) != nil, "a block kept for reuse must not stand in the way")
        #expect(arena.status == CASC_OK)
    }

    @Test("extends the newest allocation in place and any other by copying")
    func extending() throws {
        let arena = try #require(TestArena())
        let small = try #require(arena.allocate(100))
        let first = try #require(arena.extend(small, to: 500))
        #expect(first == small)
        first.fill(1)
        let second = try #require(arena.allocate(16, filledWith: 2))
        #expect(arena.extend(first, to: 400) == first)
        let moved = try #require(arena.extend(first, to: 600))
        #expect(moved != first)
        #expect(moved.holds(1, count: 500) && second.holds(2))
        let large = try #require(arena.extend(moved, to: 5000))
        #expect(large.holds(1, count: 500))
        #expect(arena.extend(large, to: 70000) == nil)
        #expect(arena.status == CASC_TOO_LARGE)
        #expect(large.holds(1, count: 500))
    }

    @Test("rewinds to a mark, keeping usual blocks for reuse and what came before intact")
    func rewinding() throws {
        let arena = try #require(TestArena())
        let empty = unsafe arena.save()
        let first = try #require(arena.allocate(200, filledWith: 1))
        let mark = unsafe arena.save()
        let used = arena.used
        var reserved: Set<Int> = []
        for _ in 0..<10 {
            let next = try #require(arena.allocate(300, filledWith: 2))
            for _ in 0..<10 { #expect(arena.allocate(400, filledWith: 3) != nil) }
            #expect(arena.allocate(9000, filledWith: 4) != nil)
            unsafe arena.rewind(to: mark)
            #expect(arena.used == used && first.holds(1))
            #expect(arena.allocate(300) == next)
            unsafe arena.rewind(to: mark)
            reserved.insert(arena.reserved)
        }
        #expect(reserved.count == 1 && reserved.allSatisfy { $0 < 9000 })
        unsafe arena.rewind(to: empty)
        #expect(arena.used == 0)
    }

    @Test("keeps one usual block after a reset, whatever it held")
    func resetting() throws {
        let arena = try #require(TestArena())
        arena.reset()
        #expect(arena.reserved == 0)
        for size in [10, 900, 5000, 900, 900] { #expect(arena.allocate(size) != nil) }
        arena.reset()
        #expect(arena.reserved == 1024 && arena.used == 0)
    }

    /// A request's worth of work. Returns false when memory was refused somewhere.
    private func work(_ arena: TestArena) -> Bool {
        var succeeded = true
        for _ in 0..<2 {
            for size in [100, 1000, 3000, 500] {
                if arena.allocate(size).flatMap({ arena.extend($0, to: 2 * size) }) == nil {
                    #expect(arena.status == CASC_NO_MEMORY)
                    succeeded = false
                }
            }
            arena.reset()
        }
        return succeeded
    }

    @Test("leaks nothing when any one request for memory is refused")
    func refusedMemory() {
        var refused = 1
        while true {
            let allocator = CountingAllocator()
            allocator.refusing = refused
            var succeeded = false
            if let arena = unsafe TestArena(allocator: allocator.table) { succeeded = work(arena) }
            #expect(allocator.held == 0)
            #expect(succeeded == (allocator.requests < refused))
            if succeeded { break }
            refused += 1
        }
        #expect(refused > 5)
    }
}
