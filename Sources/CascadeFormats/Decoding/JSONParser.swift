internal import CCascadeJSON

/// Why a text could not be scanned.
enum JSONScanError: Error {
    case malformed
    case tooDeep
    case noMemory
}

/// A JSON parser with its reused buffers: no scan allocates once they have grown.
///
/// One owner at a time: whoever took it from ``JSONParserPool``.
// @unchecked Sendable: a parser changes hands only through the pool's lock, and its owner uses it from one task at a
// time.
@safe final class JSONParser: @unchecked Sendable {
    /// What the chunk that is being decoded has said.
    var said = ChunkMemo.Said()
    private let handle: OpaquePointer
    /// What the last search found.
    private var found: [casc_json_member] = []
    private var scratch: UnsafeMutableBufferPointer<UInt8>
    /// Of the texts that were scanned.
    private(set) var largestText = 0

    init() {
        guard let handle = unsafe casc_json_parser_create() else { preconditionFailure("out of memory") }
        unsafe self.handle = handle
        unsafe self.scratch = .allocate(capacity: 256)
    }

    deinit {
        unsafe casc_json_parser_destroy(handle)
        unsafe scratch.deallocate()
    }

    /// Finds what `plan` names in the first `count` bytes of `text`, which padding must follow.
    ///
    /// The hits point into `text`; the caller holds it for as long as it looks at them.
    func scan<Tag>(_ text: RawSpan, count: Int, plan: JSONPlan<Tag>) throws(JSONScanError) -> JSONHits<Tag> {
        precondition(text.byteCount >= count + Int(CASC_JSON_PADDING), "a record is followed by padding")
        largestText = max(largestText, count)
        var hits: UnsafePointer<casc_json_hit>?
        var found = 0
        let status = unsafe text.withUnsafeBytes { bytes in
            // Not empty: there is padding.
            unsafe casc_json_scan(handle, plan.handle, bytes.baseAddress!, count, &hits, &found)
        }
        switch status {
        case CASC_JSON_OK: return unsafe JSONHits(UnsafeBufferPointer(start: hits, count: found))
        case CASC_JSON_TOO_DEEP: throw .tooDeep
        case CASC_JSON_NO_MEMORY: throw .noMemory
        default: throw .malformed
        }
    }

    /// Finds members of a root object; see `casc_json_find_members`. `text` is read up to `count` bytes and padding.
    @unsafe func find(
        _ names: [UnsafePointer<CChar>?], _ text: UnsafePointer<UInt8>, _ count: Int
    ) -> ArraySlice<casc_json_member>? {
        largestText = max(largestText, count)
        // More of them than a client has reason to send.
        if found.isEmpty { found = [casc_json_member](repeating: casc_json_member(), count: 8) }
        var number = 0
        let isSound = unsafe names.withUnsafeBufferPointer { names in
            // Neither list is empty: names end in nil, and there is room for members.
            unsafe found.withUnsafeMutableBufferPointer { found in
                unsafe casc_json_find_members(
                    handle, names.baseAddress!, text, count, found.baseAddress!, found.count, &number)
            }
        }
        return isSound ? found[..<number] : nil
    }

    /// Whether a text, such as a call's arguments, is exactly one JSON object.
    func isObject(_ text: String) -> Bool {
        var text = text
        largestText = max(largestText, text.utf8.count)
        return text.withUTF8 { bytes in
            let first = unsafe bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
            guard first == UInt8(ascii: "{"), let start = bytes.baseAddress else { return false }
            return unsafe casc_json_is_valid(handle, start, bytes.count)
        }
    }

    /// Gives `body` the text of a string hit: in place, or unescaped into the scratch buffer. Not called when empty.
    ///
    /// `held` carries half of a surrogate pair from one piece of a text to the next.
    func withText(_ hit: JSONHit, held: inout UInt16, _ body: (Span<UInt8>) -> Void) {
        guard hit.isText else { return }
        guard hit.isEscaped || held != 0 else { return withBytes(hit, body) }
        let bytes = unsafe hit.bytes
        reserve(bytes.count + 4)
        guard let from = bytes.baseAddress, let to = unsafe scratch.baseAddress else { return }
        // The scratch buffer holds what the unescaping needs, and nobody else uses it during `body`.
        let written = unsafe casc_json_unescape(
            UnsafeRawPointer(from).assumingMemoryBound(to: CChar.self), bytes.count,
            UnsafeMutableRawPointer(to).assumingMemoryBound(to: CChar.self), &held)
        guard written > 0 else { return }
        unsafe body(UnsafeBufferPointer(start: to, count: written).span)
    }

    /// Gives `body` a hit's bytes as they stand in the text. Not called when there are none.
    func withBytes(_ hit: JSONHit, _ body: (Span<UInt8>) -> Void) {
        let bytes = unsafe hit.bytes
        guard !bytes.isEmpty else { return }
        unsafe body(bytes.span)
    }

    private func reserve(_ size: Int) {
        guard unsafe scratch.count < size else { return }
        unsafe scratch.deallocate()
        unsafe scratch = .allocate(capacity: max(size, 2 * scratch.count))
    }
}
