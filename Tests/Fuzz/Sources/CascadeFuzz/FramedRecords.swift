internal import CCascade
internal import CascadeFormats

struct FramedRecord: Equatable {
    var kind: RecordKind
    var bytes: [UInt8]
}

/// The records of a body, by the framing that a response goes through on its way to a decoder.
struct FramedRecords {
    private(set) var records: [FramedRecord] = []
    private(set) var isTooLarge = false

    static let maxRecord = 1 << 20

    init(_ body: [UInt8], as framing: ResponseFraming, pieces: Int) {
        let ring = casc_ring_create(4096, Self.maxRecord, nil)!
        defer { casc_ring_destroy(ring) }
        var framer = casc_framer()
        casc_framer_init(&framer, framing.casc, framing != .body)
        let step = max(body.count / max(pieces, 1), 1)
        for start in stride(from: 0, to: body.count, by: step) {
            guard feed(Array(body[start..<min(start + step, body.count)]), to: &framer, ring) else { return }
        }
        var readable = false
        var status: casc_status
        repeat {
            status = casc_framer_finish(&framer, ring, &readable)
            drain(ring)
        } while status == CASC_FULL
        isTooLarge = status == CASC_TOO_LARGE
    }

    private mutating func feed(_ piece: [UInt8], to framer: inout casc_framer, _ ring: OpaquePointer) -> Bool {
        var taken = 0
        while true {
            var consumed = 0
            var readable = false
            let status = piece.withUnsafeBytes {
                casc_framer_feed(&framer, ring, $0.baseAddress! + taken, piece.count - taken, &consumed, &readable)
            }
            taken += consumed
            drain(ring)
            guard status == CASC_FULL else {
                isTooLarge = status == CASC_TOO_LARGE
                return status == CASC_OK
            }
        }
    }

    private mutating func drain(_ ring: OpaquePointer) {
        var record = casc_record()
        while casc_ring_peek(ring, &record) {
            let bytes = Array(UnsafeBufferPointer(start: record.bytes, count: record.length))
            records.append(FramedRecord(kind: RecordKind(record.kind), bytes: bytes))
            casc_ring_release(ring)
        }
    }
}

extension ResponseFraming {
    fileprivate var casc: casc_framing {
        switch self {
        case .serverSentEvents: CASC_FRAMING_SSE
        case .ndjson: CASC_FRAMING_NDJSON
        case .body: CASC_FRAMING_BODY
        }
    }
}

extension RecordKind {
    fileprivate init(_ kind: casc_record_kind) {
        switch kind {
        case CASC_RECORD_DATA: self = .data
        case CASC_RECORD_ERROR: self = .error
        case CASC_RECORD_TAIL: self = .tail
        default: self = .body
        }
    }
}
