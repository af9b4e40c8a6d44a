/// JSON in the making, for clients of the gateway. Balanced by whoever writes it.
package struct JSONBytes: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

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
        unsafe record.withUnsafeBytes { unsafe bytes.append(contentsOf: $0[range]) }
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
