import CCascade
import Testing

private func bytes(_ count: Int, _ value: UInt8 = 0x61) -> [UInt8] {
    [UInt8](repeating: value, count: count)
}

@Suite("Ring")
struct RingTests {
    @Test("gives records back in order, with their kinds and names")
    func order() throws {
        let ring = try #require(TestRing())
        #expect(ring.append(Array("he".utf8)) == CASC_OK)
        #expect(ring.openLength == 2)
        #expect(ring.append(Array("llo".utf8)) == CASC_OK)
        #expect(ring.peek() == nil)
        #expect(ring.publish(.error, name: Array("error".utf8)) == CASC_OK)
        #expect(ring.publish(.body) == CASC_OK)
        #expect(ring.peek()?.record == Record(.error, name: "error", "hello"))
        #expect(ring.take() == Record(.error, name: "error", "hello"))
        #expect(ring.take() == Record(.body, ""))
        #expect(ring.take() == nil)
    }

    @Test("keeps at most 255 bytes of a name, in the ring and in a spilled record", arguments: [10, 5000])
    func longNames(length: Int) throws {
        let ring = try #require(TestRing(capacity: 4096))
        for count in [1, 64, 65, 255, 256, 1000] {
            #expect(ring.append(bytes(length)) == CASC_OK)
            #expect(ring.publish(name: bytes(count, 0x6E)) == CASC_OK)
            let expected = Record(kind: .data, name: bytes(min(count, 255), 0x6E), bytes: bytes(length))
            #expect(ring.take() == expected)
        }
    }

    @Test("rounds its capacity up to a power of two of at least 4096")
    func capacity() throws {
        for (asked, expected) in [(0, 4096), (4096, 4096), (4097, 8192), (65536, 65536)] {
            let ring = try #require(TestRing(capacity: asked))
            #expect(ring.capacity == expected)
        }
    }

    @Test("holds no buffer before the first append and none after it was given back")
    func laziness() throws {
        let ring = try #require(TestRing(capacity: 4096))
        #expect(ring.reserved == 0)
        #expect(ring.add(bytes(10)) == CASC_OK)
        #expect(ring.reserved == 4096)
        ring.reset(givingBack: false)
        #expect(ring.reserved == 4096 && ring.unread == 0)
        #expect(ring.peek() == nil)
        #expect(ring.add(bytes(5)) == CASC_OK)
        #expect(ring.append(bytes(5000)) == CASC_OK)
        ring.reset(givingBack: true)
        #expect(ring.reserved == 0 && ring.unread == 0)
        #expect(ring.add(bytes(7)) == CASC_OK)
        #expect(ring.take() == Record(kind: .data, name: nil, bytes: bytes(7)))
    }

    @Test("begins again at index 0 whenever it is empty")
    func emptyRestart() throws {
        let ring = try #require(TestRing(capacity: 65536))
        var addresses: Set<UInt> = []
        for length in [200, 300, 100, 4000, 1] + Array(repeating: 250, count: 1000) {
            #expect(ring.add(bytes(length)) == CASC_OK)
            addresses.insert(try #require(ring.peek()).address)
            #expect(ring.take()?.bytes.count == length)
        }
        #expect(addresses.count == 1)
        #expect(ring.reserved == 4096)
    }

    @Test("grows to its capacity, each time when it is empty, and keeps what is open")
    func growth() throws {
        let ring = try #require(TestRing(capacity: 65536))
        var sizes: [Int] = []
        for _ in 0..<6 {
            var added = 0
            while ring.add(bytes(500)) == CASC_OK { added += 1 }
            #expect(ring.add(bytes(500)) == CASC_FULL)
            #expect(unsafe casc_ring_low_mark(ring.ring) <= ring.reserved / 4)
            for _ in 0..<added { #expect(ring.take()?.bytes == bytes(500)) }
            sizes.append(ring.reserved)
        }
        #expect(sizes == [4096, 8192, 16384, 32768, 65536, 65536])
        ring.reset(givingBack: true)
        #expect(ring.reserved == 0)
        #expect(ring.append(bytes(3000)) == CASC_OK && ring.append(bytes(62000)) == CASC_OK)
        #expect(ring.reserved == 65536)
        #expect(ring.publish() == CASC_OK && ring.take()?.bytes == bytes(3000) + bytes(62000))
    }

    @Test("a long record that was announced gets its block at once")
    func reservation() throws {
        let ring = try #require(TestRing(capacity: 65536, maxRecord: 200_000))
        #expect(unsafe casc_ring_reserve(ring.ring, 150_000) == CASC_OK)
        #expect(ring.reserved == 150_000 + Int(CASC_RING_PADDING))
        for _ in 0..<10 { #expect(ring.append(bytes(15_000)) == CASC_OK) }
        #expect(ring.reserved == 150_000 + Int(CASC_RING_PADDING))
        #expect(ring.publish() == CASC_OK && ring.take()?.bytes.count == 150_000)
        #expect(unsafe casc_ring_reserve(ring.ring, 300_000) == CASC_TOO_LARGE)
        #expect(unsafe casc_ring_reserve(ring.ring, 100) == CASC_OK)
        #expect(ring.reserved == 4096)
        // Announcing too little or too much is no lie that matters.
        #expect(unsafe casc_ring_reserve(ring.ring, 10_000) == CASC_OK)
        #expect(ring.append(bytes(50_000)) == CASC_OK)
        #expect(ring.publish() == CASC_OK && ring.take()?.bytes.count == 50_000)
    }

    @Test("is full only while a record is unread, then takes the same bytes")
    func fullness() throws {
        let ring = try #require(TestRing(capacity: 4096))
        var published = 0
        while ring.add(bytes(500)) == CASC_OK { published += 1 }
        #expect(published == 7)
        #expect(ring.openLength == 0)
        #expect(ring.append(bytes(500)) == CASC_FULL)
        #expect(ring.take() != nil)
        #expect(ring.append(bytes(500)) == CASC_OK)
    }

    @Test("moves an open record that reaches the end, and the one it waits for is read intact")
    func wrapping() throws {
        let ring = try #require(TestRing(capacity: 4096))
        #expect(ring.add(bytes(1800, 1)) == CASC_OK)
        #expect(ring.add(bytes(1000, 2)) == CASC_OK)
        #expect(ring.take()?.bytes == bytes(1800, 1))
        #expect(ring.append(bytes(900, 3)) == CASC_OK)
        #expect(ring.append(bytes(500, 4)) == CASC_OK)
        #expect(ring.append(bytes(1000, 5)) == CASC_FULL)
        #expect(ring.take()?.bytes == bytes(1000, 2))
        #expect(ring.append(bytes(1000, 5)) == CASC_OK)
        #expect(ring.publish() == CASC_OK)
        #expect(ring.take()?.bytes == bytes(900, 3) + bytes(500, 4) + bytes(1000, 5))
        #expect(ring.reserved == 4096)
    }

    @Test("spills a record that outgrows it, one unread at a time, and frees it on release")
    func spilling() throws {
        let ring = try #require(TestRing(capacity: 4096, maxRecord: 20000))
        for part in UInt8(0)..<10 { #expect(ring.append(bytes(2000, part)) == CASC_OK) }
        #expect(ring.reserved == 4096 + 20000 + Int(CASC_RING_PADDING))
        #expect(ring.publish() == CASC_OK)
        #expect(ring.append(bytes(5000)) == CASC_FULL)
        #expect(ring.add(bytes(100)) == CASC_OK)
        #expect(ring.take()?.bytes == (UInt8(0)..<10).flatMap { bytes(2000, $0) })
        #expect(ring.reserved == 4096)
        #expect(ring.append(bytes(5000)) == CASC_OK)
        ring.discard()
        #expect(ring.reserved == 4096)
        #expect(ring.take()?.bytes == bytes(100))
    }

    @Test("refuses a record over its limit and leaves the open record as it was")
    func recordLimit() throws {
        for (capacity, limit) in [(4096, 1000), (4096, 10000)] {
            let ring = try #require(TestRing(capacity: capacity, maxRecord: limit))
            #expect(ring.append(bytes(limit - 1)) == CASC_OK)
            #expect(ring.append(bytes(2)) == CASC_TOO_LARGE)
            #expect(ring.append(bytes(1)) == CASC_OK)
            #expect(ring.append(bytes(1)) == CASC_TOO_LARGE)
            #expect(ring.publish() == CASC_OK)
            #expect(ring.take()?.bytes == bytes(limit))
        }
    }

    @Test("became readable: once for a burst, again when the consumer had caught up")
    func readability() throws {
        let ring = try #require(TestRing())
        #expect(!ring.becameReadable())
        #expect(ring.add(bytes(1)) == CASC_OK)
        #expect(ring.add(bytes(1)) == CASC_OK)
        #expect(ring.becameReadable())
        #expect(!ring.becameReadable())
        #expect(ring.add(bytes(1)) == CASC_OK)
        #expect(!ring.becameReadable())
        #expect(ring.take() != nil)
        #expect(ring.add(bytes(1)) == CASC_OK)
        #expect(!ring.becameReadable())
        while ring.take() != nil {}
        #expect(ring.add(bytes(1)) == CASC_OK)
        #expect(ring.becameReadable())
    }

    @Test("leaks nothing and stays usable when any one request for memory is refused")
    func refusedMemory() {
        var refused = 1
        while true {
            let allocator = CountingAllocator()
            allocator.refusing = refused
            do {
                guard let ring = unsafe TestRing(capacity: 4096, maxRecord: 50000, allocator: allocator.table) else {
                    #expect(refused == 1)
                    refused += 1
                    continue
                }
                for part in UInt8(0)..<40 where ring.append(bytes(1000, part)) != CASC_OK {
                    #expect(ring.append(bytes(1000, part)) == CASC_OK)
                }
                #expect(ring.publish() == CASC_OK)
                #expect(ring.append(bytes(10)) == CASC_OK)
                #expect(ring.peek()?.record.bytes == (UInt8(0)..<40).flatMap { bytes(1000, $0) })
            }
            #expect(allocator.held == 0)
            if allocator.requests < refused { break }
            refused += 1
        }
        #expect(refused > 4)
    }
}
