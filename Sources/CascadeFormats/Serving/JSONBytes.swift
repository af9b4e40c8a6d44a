/// JSON in the making, for clients of the gateway. Balanced by whoever writes it.
package struct JSONBytes: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Lends what was written, and forgets it; a small buffer is kept for what comes next.
    package mutating func drain<Value>(_ body: ([UInt8]) -> Value) -> Value {
        defer { bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes) }
        return body(bytes)
    }

    /// A stream that waits for its next piece should not hold the largest that it has had.
    private static let keptBytes = 2 << 10

    /// As it is.
    package mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// As it is.
    package mutating func raw(_ piece: [UInt8]) {
        bytes.append(contentsOf: piece)
    }

    /// As they are.
    mutating func copy(_ record: RawSpan, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= record.byteCount)
        unsafe record.withUnsafeBytes { record in
            // Bytes as bytes, and the range is within them.
            let start = unsafe record.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe bytes.append(
                contentsOf: UnsafeBufferPointer(start: start.map { unsafe $0 + range.lowerBound }, count: range.count))
        }
    }

    mutating func copy(_ byte: UInt8) {
        bytes.append(byte)
    }

    package mutating func number(_ number: Int) {
        bytes.append(contentsOf: number.description.utf8)
    }

    /// In quotes.
    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        escaped(text.utf8.span)
        bytes.append(UInt8(ascii: "\""))
    }

    /// UTF-8 as the inside of a string.
    package mutating func escaped(_ utf8: Span<UInt8>) {
        var plain = 0
        for index in utf8.indices where utf8[index] < 0x20 || utf8[index] == 0x22 || utf8[index] == 0x5C {
            bytes.append(copying: utf8.extracting(plain..<index))
            escape(utf8[index])
            plain = index + 1
        }
        bytes.append(copying: utf8.extracting(plain..<utf8.count))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(0x5C)
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits: StaticString = "0123456789abcdef"
            raw("u00")
            digits.withUTF8Buffer { digits in
                unsafe bytes.append(digits[Int(byte >> 4)])
                unsafe bytes.append(digits[Int(byte & 15)])
            }
        }
    }
}
