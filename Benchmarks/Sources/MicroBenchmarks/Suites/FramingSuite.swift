internal import CCascade
internal import CascadeFormats

/// Cutting a body into records, as the transport's callback does, and taking them out of the ring.
enum FramingSuite {
    private static let count = 32

    static var all: [MicroBenchmark] {
        [
            whole("framing/SSE, 32 events at once", CASC_FRAMING_SSE, events(of: .openai)),
            bytewise("framing/SSE, 32 events byte by byte", CASC_FRAMING_SSE, events(of: .openai)),
            whole("framing/SSE with names, 32 events at once", CASC_FRAMING_SSE, events(of: .anthropic)),
            whole("framing/NDJSON, 32 lines at once", CASC_FRAMING_NDJSON, lines),
            bytewise("framing/NDJSON, 32 lines byte by byte", CASC_FRAMING_NDJSON, lines),
        ]
    }

    private static var lines: [UInt8] {
        (0..<count).flatMap { Array((StreamedEvent.of(.ollama, piece: " n\($0)").text + "\n").utf8) }
    }

    private static func events(of type: ProviderType) -> [UInt8] {
        (0..<count).flatMap { number in
            // Anthropic's events say their type twice.
            let name = type == .anthropic ? "event: content_block_delta\n" : ""
            return Array("\(name)data: \(StreamedEvent.of(type, piece: " n\(number)").text)\n\n".utf8)
        }
    }

    private struct Framing: ~Copyable {
        var framer = casc_framer()
        let ring = Ring(capacity: 16 << 10)

        init(_ framing: casc_framing) {
            casc_framer_init(&framer, framing, false)
        }

        /// Feeds all bytes, so many at a time, and reads every record. A ring begins small, and grows once a burst did
        /// not fit and has been read: the reader takes its turn whenever the ring is full.
        mutating func pass(_ bytes: UnsafeRawBufferPointer, by step: Int) throws {
            var records = 0
            var start = 0
            while start < bytes.count {
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + step, bytes.count)])
                var consumed = 0
                var isReadable = false
                let status = casc_framer_feed(
                    &framer, ring.handle, piece.baseAddress!, piece.count, &consumed, &isReadable)
                start += consumed
                if status == CASC_FULL {
                    records += drain()
                } else {
                    try expect(status == CASC_OK && consumed == piece.count, "all bytes taken")
                }
            }
            try expect(records + drain() == count, "\(count) records")
        }

        private func drain() -> Int {
            var records = 0
            var record = casc_record()
            while casc_ring_peek(ring.handle, &record) {
                records += 1
                casc_ring_release(ring.handle)
            }
            return records
        }
    }

    private static func whole(_ name: String, _ framing: casc_framing, _ bytes: [UInt8]) -> MicroBenchmark {
        benchmark(name, framing, bytes, step: bytes.count)
    }

    private static func bytewise(_ name: String, _ framing: casc_framing, _ bytes: [UInt8]) -> MicroBenchmark {
        benchmark(name, framing, bytes, step: 1)
    }

    private static func benchmark(
        _ name: String, _ framing: casc_framing, _ bytes: [UInt8], step: Int
    ) -> MicroBenchmark {
        MicroBenchmark(name, allowing: 0, prepare: { Framing(framing) }) { framing in
            try bytes.withUnsafeBytes { try framing.pass($0, by: step) }
        }
    }
}
