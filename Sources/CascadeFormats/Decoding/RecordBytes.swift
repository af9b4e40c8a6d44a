/// Bytes that are looked at before any JSON parser sees them.
enum RecordBytes {
    /// The offset of the first byte that is no white space and no byte-order mark, or `count`.
    static func start(of record: RawSpan, count: Int) -> Int {
        var i = 0
        while i < count, isSpace(record[i]) || isMark(record, i, count) {
            i += isSpace(record[i]) ? 1 : 3
        }
        return i
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
    }

    private static func isMark(_ record: RawSpan, _ i: Int, _ count: Int) -> Bool {
        i == 0 && count >= 3 && record[0] == 0xEF && record[1] == 0xBB && record[2] == 0xBF
    }

    /// The offset of the first end of a line from `start` on. 32 bytes at a time: padding follows the record.
    static func newline(in record: RawSpan, from start: Int, count: Int) -> Int? {
        precondition(start >= 0 && count + 32 <= record.byteCount)
        return unsafe record.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var i = start
            while i < count {
                // In bounds, as 32 more bytes than `count` are there.
                let (a, b) = unsafe (newlines(in: base + i), newlines(in: base + i + 8))
                let (c, d) = unsafe (newlines(in: base + i + 16), newlines(in: base + i + 24))
                if (a | b) | (c | d) != 0 {
                    for at in i..<min(i + 32, count) where record[at] == 0x0A { return at }
                }
                i &+= 32
            }
            return nil
        }
    }

    /// Not 0 when one of the eight bytes is the end of a line (Mycroft's test).
    private static func newlines(in bytes: UnsafeRawPointer) -> UInt64 {
        // The caller says that eight bytes are there, and every bit pattern is a number.
        let eight = unsafe bytes.loadUnaligned(as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
        return (eight &- 0x0101_0101_0101_0101) & ~eight & 0x8080_8080_8080_8080
    }

    /// The offset at which `text` stands first.
    static func first(_ text: StaticString, in record: RawSpan, count: Int) -> Int? {
        let last = count - text.utf8CodeUnitCount
        guard last >= 0, count <= record.byteCount else { return nil }
        let byte = unsafe text.utf8Start.pointee
        return unsafe record.withUnsafeBytes { bytes in
            // Only bytes before `count` are read, and the record has as many.
            for offset in 0...last where unsafe bytes[offset] == byte {
                if has(text, in: record, at: offset, count: count) { return offset }
            }
            return nil
        }
    }

    /// Whether `text` stands at `offset`.
    static func has(_ text: StaticString, in record: RawSpan, at offset: Int, count: Int) -> Bool {
        guard text.utf8CodeUnitCount <= count - offset else { return false }
        return text.withUTF8Buffer { expected in
            for i in expected.indices where unsafe expected[i] != record[offset + i] {
                return false
            }
            return true
        }
    }
}

/// A copy of a record and its padding.
public struct KeptRecord: Sendable {
    private let bytes: [UInt8]
    public let count: Int

    public init(_ record: RawSpan, count: Int) {
        bytes = [UInt8](copying: record, count: count + 64)
        self.count = count
    }

    /// Lends the record, its padding included.
    public func lend(_ body: (RawSpan) -> Void) {
        // Bytes as bytes: there is nothing of theirs that could be uninitialised.
        unsafe body(bytes.span.bytes)
    }
}

extension RawSpan {
    subscript(index: Int) -> UInt8 {
        unsafeLoadByte(index)
    }

    private func unsafeLoadByte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < byteCount)
        // In bounds, and every bit pattern is a byte.
        return unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }
}

extension Array<UInt8> {
    /// The first `count` bytes.
    public init(copying record: RawSpan, count: Int) {
        self = unsafe record.withUnsafeBytes { unsafe Array($0.prefix(count)) }
    }

    public mutating func append(copying span: Span<UInt8>) {
        // The pointer is used within the call only.
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension String {
    /// Up to 15 bytes cost no allocation. The decoder gives nothing but valid UTF-8, so the check always passes.
    public init(copying utf8: Span<UInt8>) {
        guard let valid = try? UTF8Span(validating: utf8) else {
            self = ""
            return
        }
        self.init(copying: valid)
    }
}
