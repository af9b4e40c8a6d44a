/// Numbers of an embedding, from the two ways in which they are written.
package enum FloatList {
    /// Reads a JSON array of numbers; `nil` when it is none, or a number is beyond what a `Float` holds.
    static func parse(_ text: Span<UInt8>) -> [Float]? {
        var reader = NumberReader(text)
        guard reader.take(UInt8(ascii: "[")) else { return nil }
        var numbers: [Float] = []
        if reader.take(UInt8(ascii: "]")) { return numbers }
        // Most numbers take about a dozen bytes.
        numbers.reserveCapacity(text.count / 12 + 1)
        while let number = reader.number() {
            numbers.append(number)
            if reader.take(UInt8(ascii: "]")) { return numbers }
            guard reader.take(UInt8(ascii: ",")) else { return nil }
        }
        return nil
    }

    // MARK: - Base64

    /// Reads base64 of numbers of four bytes, the lowest first; `nil` when it is none, or one of them is not finite.
    static func decode(base64 text: Span<UInt8>) -> [Float]? {
        var count = text.count
        while count > 0, text.count - count < 2, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
        var numbers: [Float] = []
        numbers.reserveCapacity(count * 3 / 16)
        var (bits, bitCount, pattern, byteCount): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        for index in 0..<count {
            guard let digit = digit(text[index]) else { return nil }
            bits = bits << 6 | digit
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            pattern |= (bits >> bitCount & 0xFF) << (8 * byteCount)
            byteCount += 1
            guard byteCount == 4 else { continue }
            let number = Float(bitPattern: pattern)
            guard number.isFinite else { return nil }
            numbers.append(number)
            (pattern, byteCount) = (0, 0)
        }
        return byteCount == 0 ? numbers : nil
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// Base64 of the numbers, with its padding.
    package static func base64(_ numbers: [Float]) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((numbers.count * 4 + 2) / 3 * 4)
        var (bits, bitCount): (UInt32, UInt32) = (0, 0)
        for number in numbers {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bits = bits << 8 | (number.bitPattern >> shift & 0xFF)
                bitCount += 8
                while bitCount >= 6 {
                    bitCount -= 6
                    text.append(digits[Int(bits >> bitCount & 0x3F)])
                }
            }
        }
        if bitCount > 0 { text.append(digits[Int(bits << (6 - bitCount) & 0x3F)]) }
        while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        return text
    }
}

/// Reads numbers as JSON writes them.
private struct NumberReader: ~Escapable {
    private let text: Span<UInt8>
    private var index = 0

    /// The most digits of which every number fits 64 bits.
    private static let mostDigits = 19
    /// Powers of ten that a `Double` holds exactly.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
    }

    private var next: UInt8? { index < text.count ? text[index] : nil }

    /// Whether this byte is the next but for white space; then it is behind us.
    @_lifetime(self: copy self)
    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        index += 1
        return true
    }

    @_lifetime(self: copy self)
    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    @_lifetime(self: copy self)
    private mutating func digit() -> UInt8? {
        guard let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        index += 1
        return byte - UInt8(ascii: "0")
    }

    /// The next number; `nil` when there is none, or it is beyond what a `Float` holds.
    ///
    /// It is worked out in a `Double`, whose error is far below what a `Float` can tell apart.
    @_lifetime(self: copy self)
    mutating func number() -> Float? {
        skipSpace()
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { index += 1 }
        var (mantissa, digits, exponent): (UInt64, Int, Int) = (0, 0, 0)
        let start = index
        while let digit = digit() {
            if digits < Self.mostDigits { mantissa = mantissa * 10 + UInt64(digit) } else { exponent += 1 }
            if mantissa > 0 { digits += 1 }
        }
        guard index > start else { return nil }
        if next == UInt8(ascii: ".") {
            index += 1
            let point = index
            while let digit = digit() {
                guard digits < Self.mostDigits else { continue }
                mantissa = mantissa * 10 + UInt64(digit)
                exponent -= 1
                if mantissa > 0 { digits += 1 }
            }
            guard index > point else { return nil }
        }
        guard let power = self.exponent() else { return nil }
        let value = Float(Self.scaled(Double(mantissa), by: exponent + power))
        guard value.isFinite else { return nil }
        return isNegative ? -value : value
    }

    /// What follows an `e`: 0 where there is none, `nil` where it is no number.
    @_lifetime(self: copy self)
    private mutating func exponent() -> Int? {
        guard let byte = next, byte | 0x20 == UInt8(ascii: "e") else { return 0 }
        index += 1
        let isNegative = next == UInt8(ascii: "-")
        if isNegative || next == UInt8(ascii: "+") { index += 1 }
        var value = 0
        let start = index
        while let digit = digit() { value = min(value * 10 + Int(digit), 100_000) }
        guard index > start else { return nil }
        return isNegative ? -value : value
    }

    private static func scaled(_ value: Double, by exponent: Int) -> Double {
        guard value > 0 else { return 0 }
        // Beyond these it is nothing, or infinite, whatever the digits are.
        var (value, left) = (value, max(-400, min(exponent, 400)))
        while left > 22 { (value, left) = (value * 1e22, left - 22) }
        while left < -22 { (value, left) = (value / 1e22, left + 22) }
        return left < 0 ? value / powers[-left] : value * powers[left]
    }
}
