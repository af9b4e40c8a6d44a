internal import CCascade

/// The C core's memory: the arena of a request, the ring of an attempt.
enum MemorySuite {
    static var all: [MicroBenchmark] { [arena, growing, ringEmpty, ringWrapping] }

    private struct Arena: ~Copyable {
        let handle = casc_arena_create(16 << 10, 1 << 20, nil)!

        deinit { casc_arena_destroy(handle) }
    }

    /// What a small request takes: a dozen pieces, all given back at once.
    private static let arena = MicroBenchmark(
        "memory/arena, 16 pieces and reset", allowing: 0, prepare: { Arena() }
    ) { arena in
        for _ in 0..<16 { try expect(casc_arena_alloc(arena.handle, 96) != nil, "a piece of memory") }
        casc_arena_reset(arena.handle)
    }

    /// A body that outgrows what was expected of it: in place, for it is the newest piece.
    private static let growing = MicroBenchmark(
        "memory/arena, a piece grown 8 times", allowing: 0, prepare: { Arena() }
    ) { arena in
        var memory = casc_arena_alloc(arena.handle, 256)!
        for step in 1...8 {
            memory = casc_arena_extend(arena.handle, memory, 256 * step, 256 * (step + 1)) ?? memory
        }
        BlackHole.take(memory)
        casc_arena_reset(arena.handle)
    }

    private static let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 200)

    /// A reader that keeps up: the ring begins at its first page each time.
    private static let ringEmpty = MicroBenchmark(
        "memory/ring, 200 bytes in and out", allowing: 0, prepare: { Ring(capacity: 16 << 10) }
    ) { ring in
        try ring.write(piece)
        try ring.read(piece.count)
    }

    /// A reader three records behind: the ring is gone round, skips included.
    private static let ringWrapping = MicroBenchmark(
        "memory/ring, 200 bytes in and out, going round", allowing: 0,
        prepare: {
            let ring = Ring(capacity: 4 << 10)
            for _ in 0..<3 { try ring.write(piece) }
            return ring
        }
    ) { ring in
        try ring.write(piece)
        try ring.read(piece.count)
    }
}

/// A ring that goes with its owner.
struct Ring: ~Copyable {
    let handle: OpaquePointer

    init(capacity: Int) {
        handle = casc_ring_create(capacity, 1 << 20, nil)!
    }

    deinit { casc_ring_destroy(handle) }

    func write(_ bytes: [UInt8]) throws {
        try expect(casc_ring_append(handle, bytes, bytes.count) == CASC_OK, "bytes taken")
        try expect(casc_ring_publish(handle, CASC_RECORD_DATA, nil, 0) == CASC_OK, "a record published")
    }

    func read(_ count: Int) throws {
        var record = casc_record()
        try expect(casc_ring_peek(handle, &record) && record.length == count, "the oldest record")
        casc_ring_release(handle)
    }
}
