/// Tells base64 from other texts without decoding it: images and sounds go to the provider as they came.
enum Base64Text {
    /// Whether the text is base64 with its padding, and not empty. Line ends are allowed, as decoders allow them.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        let end = endOfDigits(bytes)
        var digits = 0
        var others = 0
        // No way out of the loop, so that the compiler can look at many bytes at a time: valid text is what comes.
        for index in 0..<end {
            let byte = bytes[index]
            digits &+= isDigit(byte) ? 1 : 0
            others &+= isDigit(byte) || isLineEnd(byte) ? 0 : 1
        }
        // One digit alone is no byte, and padding fills up four.
        var padding = 0
        for index in end..<bytes.count where bytes[index] == UInt8(ascii: "=") { padding += 1 }
        return others == 0 && digits > 0 && (digits + padding) % 4 == 0
    }

    /// Where at most two signs of padding begin, with line ends before and after them.
    private static func endOfDigits(_ bytes: Span<UInt8>) -> Int {
        var end = bytes.count
        var padding = 0
        while end > 0 {
            let byte = bytes[end - 1]
            if byte == UInt8(ascii: "="), padding < 2 {
                padding += 1
            } else if !isLineEnd(byte) {
                break
            }
            end -= 1
        }
        return end
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        // Letters without case: bit 5 tells them apart.
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "/")
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}
