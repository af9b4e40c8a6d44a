import CCascade
import Testing

/// What a body came to.
struct Outcome: Equatable {
    var records: [Record] = []
    var id: [UInt8] = []
    var retry: Int64 = -1

    /// Without what was pending at the end.
    var dispatched: [Record] {
        records.filter { $0.kind != .tail }
    }
}

/// A framer, its ring and a consumer that reads only when it must: when the ring is full, and at the end.
@safe final class FramerHarness {
    private var framer = casc_framer()
    private let ring: TestRing
    private(set) var records: [Record] = []
    private(set) var timesFull = 0

    init(_ framing: casc_framing, sniff: Bool = false, capacity: Int = 65536, maxRecord: Int = 1 << 20) {
        ring = unsafe TestRing(capacity: capacity, maxRecord: maxRecord)!
        unsafe casc_framer_init(&framer, framing, sniff)
    }

    var framing: UInt8 { framer.framing }
    var published: UInt64 { framer.records }
    var retry: Int64 { framer.retry_ms }
    var unread: Int { ring.unread }

    var id: [UInt8] {
        unsafe withUnsafeBytes(of: framer.id) { [length = Int(framer.id_length)] in unsafe Array($0.prefix(length)) }
    }

    /// Feeds bytes from a block of just their size, so that a sanitizer sees any read beyond them.
    func feed(_ bytes: some Collection<UInt8>) -> casc_status {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { unsafe block.deallocate() }
        unsafe block.copyBytes(from: bytes)
        var rest = UnsafeRawBufferPointer(block)
        while true {
            var consumed = 0
            let pending = rest.count
            let status = stepping { readable in
                unsafe casc_framer_feed(
                    &framer, ring.ring, rest.baseAddress ?? emptyBytes, rest.count, &consumed, &readable)
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
            guard status == CASC_FULL else {
                #expect(status != CASC_OK || consumed == pending)
                return status
            }
        }
    }

    func finish() -> casc_status {
        while true {
            let status = stepping { readable in unsafe casc_framer_finish(&framer, ring.ring, &readable) }
            guard status == CASC_FULL else { return status }
        }
    }

    /// Runs one step; checks that it tells of new records, and that it is full only with something to read, of which
    /// one record is then read.
    private func stepping(_ step: (inout Bool) -> casc_status) -> casc_status {
        let wasEmpty = ring.unread == 0
        var readable = false
        let status = step(&readable)
        #expect(readable == (wasEmpty && ring.unread > 0))
        if status == CASC_FULL {
            timesFull += 1
            let record = ring.take()
            #expect(record != nil, "full with nothing to read would wait for ever")
            records += record.map { [$0] } ?? []
        }
        return status
    }

    func drain() {
        while let record = ring.take() { records.append(record) }
    }

    var outcome: Outcome {
        drain()
        return Outcome(records: records, id: id, retry: retry)
    }
}

/// Frames `input` cut at `cuts`, to its clean end.
func frame(
    _ input: [UInt8], as framing: casc_framing = CASC_FRAMING_SSE, sniff: Bool = false, cuts: [Int] = [],
    capacity: Int = 65536
) -> Outcome {
    let harness = FramerHarness(framing, sniff: sniff, capacity: capacity)
    var start = 0
    for cut in cuts + [input.count] {
        #expect(harness.feed(input[start..<cut]) == CASC_OK)
        start = cut
    }
    #expect(harness.finish() == CASC_OK)
    return harness.outcome
}

/// Every way of cutting in two, the cut byte by byte, and some at random.
func waysToCut(_ length: Int, seed: UInt64) -> [[Int]] {
    var random = SeededGenerator(seed: seed)
    let byteByByte = Array(0..<length)
    let halves = (0...length).map { [$0] }
    let pieces = (0..<20).map { _ in random.cuts(in: length, pieces: 2 + random.below(8)) }
    return [[], byteByByte] + halves + pieces
}
