/// Tells base64 from other texts without decoding it: images and sounds go to the provider as they came.
enum Base64Text {
    /// Whether the text is base64 with its padding, and not empty. Line ends are allowed, as decoders allow them.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        let end = endOfDigits(bytes)
        var digits = 0
        var start = 0
        while start < end {
            let block = bytes.extracting(start..<min(start + longestBlock, end))
            guard let found = digitsIfValid(block) else { return false }
            digits += found
            start += longestBlock
        }
        // One digit alone is no byte, and padding fills up four.
        var padding = 0
        for index in end..<bytes.count where bytes[index] == UInt8(ascii: "=") { padding += 1 }
        return digits > 0 && (digits + padding) % 4 == 0
    }

    /// So many that a byte can count them.
    private static let longestBlock = 240

    /// How many digits there are if there is nothing else but line ends.
    ///
    /// No way out of the loop, no branch in it and nothing wider than a byte: so the compiler looks at many bytes at a
    /// time.
    private static func digitsIfValid(_ block: Span<UInt8>) -> Int? {
        var digits: UInt8 = 0
        var others: UInt8 = 0
        for index in block.indices {
            let digit = digitFlag(block[index])
            digits &+= digit
            others |= (digit | lineEndFlag(block[index])) ^ 1
        }
        return others == 0 ? Int(digits) : nil
    }

    /// Where at most two signs of padding begin, with line ends before and after them.
    private static func endOfDigits(_ bytes: Span<UInt8>) -> Int {
        var end = bytes.count
        var padding = 0
        while end > 0 {
            let byte = bytes[end - 1]
            if byte == UInt8(ascii: "="), padding < 2 {
                padding += 1
            } else if lineEndFlag(byte) == 0 {
                break
            }
            end -= 1
        }
        return end
    }

    /// 1 or 0.
    private static func digitFlag(_ byte: UInt8) -> UInt8 {
        // Letters without case: bit 5 tells them apart.
        flag((byte | 0x20) &- UInt8(ascii: "a") < 26) | flag(byte &- UInt8(ascii: "0") < 10)
            | flag(byte == UInt8(ascii: "+")) | flag(byte == UInt8(ascii: "/"))
    }

    private static func lineEndFlag(_ byte: UInt8) -> UInt8 {
        flag(byte == UInt8(ascii: "\n")) | flag(byte == UInt8(ascii: "\r"))
    }

    private static func flag(_ isSet: Bool) -> UInt8 { isSet ? 1 : 0 }
}
