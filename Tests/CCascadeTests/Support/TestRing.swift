import CCascade

/// A record as it was read, copied out of its ring.
struct Record: Equatable, CustomStringConvertible {
    enum Kind: UInt32 {
        case data = 1
        case error = 2
        case tail = 3
        case body = 4
    }

    var kind = Kind.data
    var name: [UInt8]?
    var bytes: [UInt8]

    init(_ kind: Kind, name: String? = nil, _ text: String) {
        self.init(kind: kind, name: name.map { Array($0.utf8) }, bytes: Array(text.utf8))
    }

    init(_ text: String) {
        self.init(.data, text)
    }

    init(kind: Kind, name: [UInt8]?, bytes: [UInt8]) {
        self.kind = kind
        self.name = name
        self.bytes = bytes
    }

    var description: String {
        let label = name.map { " " + String(decoding: $0, as: UTF8.self) } ?? ""
        return "\(kind)\(label) \(String(decoding: bytes, as: UTF8.self).debugDescription)"
    }
}

/// Owns a ring for a test. Safe to use: the ring lives as long as this object, and what is read from it is copied.
@safe final class TestRing {
    let ring: OpaquePointer

    init?(capacity: Int = 65536, maxRecord: Int = 1 << 20, allocator: UnsafePointer<casc_allocator>? = nil) {
        guard let ring = unsafe casc_ring_create(capacity, maxRecord, allocator) else { return nil }
        unsafe self.ring = ring
    }

    deinit {
        unsafe casc_ring_destroy(ring)
    }

    var unread: Int { unsafe casc_ring_unread(ring) }
    var reserved: Int { unsafe casc_ring_reserved(ring) }
    var capacity: Int { unsafe casc_ring_capacity(ring) }
    var openLength: Int { unsafe casc_ring_open_length(ring) }

    func becameReadable() -> Bool { unsafe casc_ring_became_readable(ring) }
    func discard() { unsafe casc_ring_discard(ring) }
    func reset(givingBack: Bool) { unsafe casc_ring_reset(ring, givingBack) }

    func append(_ bytes: [UInt8]) -> casc_status {
        unsafe bytes.withUnsafeBytes { unsafe casc_ring_append(ring, $0.baseAddress ?? emptyBytes, $0.count) }
    }

    func publish(_ kind: Record.Kind = .data, name: [UInt8]? = nil) -> casc_status {
        let kind = casc_record_kind(rawValue: kind.rawValue)
        guard let name else { return unsafe casc_ring_publish(ring, kind, nil, 0) }
        return unsafe name.withUnsafeBytes { unsafe casc_ring_publish(ring, kind, $0.baseAddress, $0.count) }
    }

    func add(_ bytes: [UInt8]) -> casc_status {
        let status = append(bytes)
        return status == CASC_OK ? publish() : status
    }

    /// The oldest record and where its payload lies. Reads the padding too, so that a sanitizer sees it is there.
    func peek() -> (record: Record, address: UInt)? {
        var raw = unsafe casc_record()
        guard unsafe casc_ring_peek(ring, &raw) else { return nil }
        let payload = unsafe UnsafeBufferPointer(start: raw.bytes, count: raw.length + Int(CASC_RING_PADDING))
        let name = unsafe raw.name.map { unsafe Array(UnsafeBufferPointer(start: $0, count: raw.name_length)) }
        let record = unsafe Record(
            kind: Record.Kind(rawValue: raw.kind.rawValue)!, name: name, bytes: Array(Array(payload)[..<raw.length]))
        return (record, UInt(bitPattern: unsafe raw.bytes))
    }

    func take() -> Record? {
        guard let found = peek() else { return nil }
        unsafe casc_ring_release(ring)
        return found.record
    }
}

/// Something to point at when there are no bytes: C's `const void *` here is never null.
var emptyBytes: UnsafeRawPointer { unsafe UnsafeRawPointer(bitPattern: 16)! }
