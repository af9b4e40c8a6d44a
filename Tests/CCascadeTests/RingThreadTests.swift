import CCascade
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

@Suite("Ring between two threads")
struct RingThreadTests {
    /// The ring is made for one producer and one consumer on different threads; each task below keeps to its end.
    @safe private struct SharedRing: @unchecked Sendable {
        let ring: OpaquePointer
    }

    private static let count = 30000

    /// A record's length follows from its number; some outgrow the ring.
    private static func length(_ number: Int) -> Int {
        number % 997 == 0 ? 6000 : (number &* 7919) % 700
    }

    private static func fill(_ block: UnsafeMutableRawBufferPointer, _ number: Int) -> UnsafeRawBufferPointer {
        let bytes = unsafe block[..<length(number)]
        unsafe memset(block.baseAddress!, Int32(UInt8(truncatingIfNeeded: number)), bytes.count)
        return unsafe UnsafeRawBufferPointer(rebasing: bytes)
    }

    /// Yields rather than spins when it must wait: the test may have one thread only.
    private static func produce(_ shared: SharedRing) async -> casc_status {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 16)
        defer { unsafe block.deallocate() }
        for number in 0..<count {
            let bytes = unsafe fill(block, number)
            var status = unsafe casc_ring_append(shared.ring, bytes.baseAddress!, bytes.count)
            while status == CASC_FULL {
                await Task.yield()
                status = unsafe casc_ring_append(shared.ring, bytes.baseAddress!, bytes.count)
            }
            guard status == CASC_OK else { return status }
            while unsafe casc_ring_publish(shared.ring, CASC_RECORD_DATA, nil, 0) == CASC_FULL { await Task.yield() }
            _ = unsafe casc_ring_became_readable(shared.ring)
        }
        return CASC_OK
    }

    private static func isIntact(_ record: casc_record, _ number: Int) -> Bool {
        let bytes = unsafe UnsafeRawBufferPointer(start: record.bytes, count: record.length)
        let value = UInt8(truncatingIfNeeded: number)
        guard bytes.count == length(number) else { return false }
        return unsafe bytes.isEmpty
            || (bytes[0] == value && memcmp(bytes.baseAddress!, bytes.baseAddress! + 1, bytes.count - 1) == 0)
    }

    /// How many records came whole and in order.
    private static func consume(_ shared: SharedRing) async -> Int {
        var record = unsafe casc_record()
        for number in 0..<count {
            while unsafe !casc_ring_peek(shared.ring, &record) { await Task.yield() }
            guard unsafe isIntact(record, number) else { return number }
            unsafe casc_ring_release(shared.ring)
        }
        return count
    }

    @Test("every record arrives whole and in order")
    func stress() async throws {
        let owner = try #require(TestRing(capacity: 16384, maxRecord: 8192))
        let small = try #require(TestRing(capacity: 4096, maxRecord: 8192))
        for ring in [owner, small] {
            let shared = unsafe SharedRing(ring: ring.ring)
            async let produced = Task.detached { await Self.produce(shared) }.value
            async let consumed = Task.detached { await Self.consume(shared) }.value
            #expect(await produced == CASC_OK)
            #expect(await consumed == Self.count)
            #expect(ring.unread == 0 && ring.reserved <= ring.capacity)
        }
    }
}
