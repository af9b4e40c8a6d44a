/// Looks for words of ASCII in a text, byte by byte, in any case unless told otherwise.
///
/// What the standard library has for it compares characters and makes a table for each search, which is too dear for
/// what every request and every failure asks many times.
extension Span<UInt8> {
    /// Where `words` first stand, at `start` or later.
    func firstRange(of words: String, from start: Int = 0, anyCase: Bool = true) -> Range<Int>? {
        let words = words.utf8Span.span
        guard words.count > 0, words.count <= count - start else { return nil }
        let first = anyCase ? words[0].asciiLowercase : words[0]
        let alternative = anyCase ? words[0].asciiUppercase : words[0]
        for offset in start...(count - words.count) where self[offset] == first || self[offset] == alternative {
            if has(words, at: offset, anyCase: anyCase) { return offset..<offset + words.count }
        }
        return nil
    }

    /// Whether `words` stand at `offset`.
    func has(_ words: String, at offset: Int, anyCase: Bool = true) -> Bool {
        has(words.utf8Span.span, at: offset, anyCase: anyCase)
    }

    func has(_ words: Span<UInt8>, at offset: Int, anyCase: Bool = true) -> Bool {
        guard offset >= 0, words.count <= count - offset else { return false }
        for index in words.indices {
            let (byte, other) = (self[offset + index], words[index])
            guard byte == other || (anyCase && byte.asciiLowercase == other.asciiLowercase) else { return false }
        }
        return true
    }
}

extension String {
    /// Whether `words` stand in the text.
    func contains(anyCase words: String) -> Bool {
        utf8Span.span.firstRange(of: words) != nil
    }

    func hasPrefix(anyCase words: String) -> Bool {
        utf8Span.span.has(words, at: 0)
    }

    func hasSuffix(anyCase words: String) -> Bool {
        utf8Span.span.has(words, at: utf8.count - words.utf8.count)
    }

    func equals(anyCase words: String) -> Bool {
        utf8.count == words.utf8.count && hasPrefix(anyCase: words)
    }
}

extension UInt8 {
    /// The small letter of a capital one of ASCII; any other byte is itself.
    var asciiLowercase: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

    var asciiUppercase: UInt8 { self &- UInt8(ascii: "a") < 26 ? self & ~0x20 : self }

    var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
}
