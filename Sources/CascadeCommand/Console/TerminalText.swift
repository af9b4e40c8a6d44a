/// Text of others on a terminal, where control characters would be commands: they could move the cursor, hide text, or
/// make the terminal type.
enum TerminalText {
    /// Each control character but line feed and tab as U+FFFD. Characters are looked at one by one, so that pieces of a
    /// text may be treated one after the other.
    static func harmless(_ text: String) -> String {
        guard text.utf8.contains(where: mayBeControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(result)
    }

    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\t": false
        case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}": true
        default: false
        }
    }

    /// C1 begins with 0xC2 in UTF-8, as do some other characters.
    private static func mayBeControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x0A && byte != 0x09) || byte == 0x7F || byte == 0xC2
    }
}
