internal import CCascadeJSON

/// A growing run of bytes in a ``RequestArena``.
///
/// Proof of memory safety: `start` is an allocation of `capacity` bytes that the arena keeps at least until the
/// encoder that owns this buffer returns (it alone rewinds, and only after a failure), `count <= capacity` always, and
/// each write first reserves what it can write at most.
@safe
struct ArenaBuffer {
    let arena: RequestArena
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(arena: RequestArena, capacity: Int) throws(EncodingError) {
        self.arena = arena
        self.capacity = max(capacity, 64)
        unsafe self.start = try arena.allocate(self.capacity)
    }

    /// Makes room for `extra` bytes. Growth is by half, so that all copies together stay linear in the size; where
    /// the cap leaves less than that, exactly what is needed is asked for.
    private mutating func reserve(_ extra: Int) throws(EncodingError) {
        guard extra > capacity - count else { return }
        let needed = count + extra
        let generous = max(needed, capacity + capacity / 2)
        do throws(EncodingError) {
            unsafe start = try arena.extend(start, from: capacity, to: generous)
            capacity = generous
        } catch {
            guard error.code == .tooLarge, generous > needed else { throw error }
            unsafe start = try arena.extend(start, from: capacity, to: needed)
            capacity = needed
        }
    }

    mutating func append(_ byte: UInt8) throws(EncodingError) {
        try reserve(1)
        unsafe start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    mutating func append(_ text: StaticString) throws(EncodingError) {
        try unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the text as it is.
    mutating func append(_ text: String) throws(EncodingError) {
        try unsafe text.utf8Span.span.withUnsafeBufferPointer { (bytes) throws(EncodingError) in
            try unsafe append(bytes)
        }
    }

    @unsafe
    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(EncodingError) {
        guard let from = bytes.baseAddress else { return }
        try reserve(bytes.count)
        unsafe (start + count).copyMemory(from: from, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends the text as the inside of a JSON string.
    mutating func appendEscaped(_ text: String) throws(EncodingError) {
        try unsafe text.utf8Span.span.withUnsafeBufferPointer { (bytes) throws(EncodingError) in
            guard let from = bytes.baseAddress else { return }
            try unsafe from.withMemoryRebound(to: CChar.self, capacity: bytes.count) { (from) throws(EncodingError) in
                // Looked at twice: room for the worst case would be six times the text.
                try reserve(unsafe casc_json_escaped_length(from, bytes.count))
                let out = unsafe (start + count).assumingMemoryBound(to: CChar.self)
                count += unsafe casc_json_escape(from, bytes.count, out)
            }
        }
    }

    /// Whether `text` is exactly one JSON value; with `object`, one object.
    func isJSON(_ text: String, object: Bool) throws(EncodingError) -> Bool {
        try unsafe text.utf8Span.span.withUnsafeBufferPointer { (bytes) throws(EncodingError) in
            let first = unsafe bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
            if object && first != UInt8(ascii: "{") { return false }
            return try unsafe arena.isValidJSON(bytes)
        }
    }

    /// The bytes so far; the buffer must not be appended to afterwards.
    consuming func finish() -> ArenaBytes {
        unsafe ArenaBytes(start: start, count: count)
    }
}
