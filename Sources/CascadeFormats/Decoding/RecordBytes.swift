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
