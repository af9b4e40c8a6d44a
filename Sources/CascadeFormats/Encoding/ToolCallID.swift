/// Identifiers of tool calls that one provider made, in the form another one accepts.
///
/// A conversation that falls over to the next provider brings along the first one's identifiers. Where they break the
/// next one's rules they are replaced by a hash of themselves, so that a call and its result still match.
enum ToolCallID {
    /// Nine ASCII letters or digits.
    static func short(_ id: String) -> String {
        id.utf8.count == 9 && id.utf8.allSatisfy(isAlphanumeric) ? id : hashed(id, length: 9)
    }

    /// ASCII letters, digits, `_` and `-`.
    static func plain(_ id: String) -> String {
        let fits = id.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        return fits ? id : "call_" + hashed(id, length: 11)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    /// FNV-1a, 64 bits, in base 62: the same in every process, unlike the standard library's hash.
    private static func hashed(_ id: String, length: Int) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var text = ""
        for _ in 0..<length {
            text.append(digits[Int(hash % 62)])
            hash /= 62
        }
        return text
    }
}
