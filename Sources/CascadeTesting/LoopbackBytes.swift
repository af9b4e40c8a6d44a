import CLinux

/// Looks into a request's body without parsing it.
enum LoopbackBytes {
    /// Where a pattern that is not empty first occurs at or after an offset.
    static func find(_ pattern: [UInt8], in bytes: [UInt8], from offset: Int = 0) -> Int? {
        guard !pattern.isEmpty, offset < bytes.count else { return nil }
        // Both buffers live until the call returns, neither is empty, and the offset lies within the first.
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe pattern.withUnsafeBytes { pattern in
                let start = unsafe bytes.baseAddress! + offset
                let match = unsafe memmem(start, bytes.count - offset, pattern.baseAddress!, pattern.count)
                return unsafe match.map { unsafe UnsafeRawPointer($0) - bytes.baseAddress! }
            }
        }
    }

    /// The value of the first member with this key, if it is `true` or `false`. A key within a string has its quotes
    /// escaped, so it does not match.
    static func flag(_ key: String, in bytes: [UInt8]) -> Bool? {
        guard let start = value(of: key, in: bytes) else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: return nil
        }
    }

    /// The value of the first member with this key that is a string, as far as it has no escapes.
    static func string(_ key: String, in bytes: [UInt8]) -> String? {
        guard let start = value(of: key, in: bytes), bytes[start] == UInt8(ascii: "\""),
            let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "\""))
        else { return nil }
        return String(decoding: bytes[start + 1..<end], as: UTF8.self)
    }

    /// The value of the first member with this key, if it is a whole number.
    static func number(_ key: String, in bytes: [UInt8]) -> Int? {
        guard let start = value(of: key, in: bytes) else { return nil }
        return Int(String(decoding: bytes[start...].prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    /// The strings of the first member with this key, which is one string or an array of them, escapes as they are.
    static func strings(_ key: String, in bytes: [UInt8]) -> [String] {
        guard var index = value(of: key, in: bytes) else { return [] }
        let isArray = bytes[index] == UInt8(ascii: "[")
        var strings: [String] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: "]"), isArray || strings.isEmpty {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: "\"") else { continue }
            let start = index + 1
            repeat {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            } while index < bytes.count && bytes[index] != UInt8(ascii: "\"")
            strings.append(String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self))
        }
        return strings
    }

    private static func value(of key: String, in bytes: [UInt8]) -> Int? {
        let pattern = Array("\"\(key)\"".utf8)
        var offset = 0
        while let match = find(pattern, in: bytes, from: offset) {
            offset = match + pattern.count
            guard let colon = bytes[offset...].firstIndex(where: { !isSpace($0) }) else { return nil }
            // Without a colon it is a string value, such as a role.
            guard bytes[colon] == UInt8(ascii: ":") else { continue }
            return bytes[(colon + 1)...].firstIndex { !isSpace($0) }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
}
