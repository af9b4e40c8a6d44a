/// Small conversions between values and text.
enum LoopbackText {
    /// The contents of a JSON string literal, without its quotes.
    static func escaped(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if isPlain { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A duration of at most an hour from `250ms`, `3s` or `3`.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(digits), value <= 3_600_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(value)
        case "s", "": return value <= 3_600 ? .seconds(value) : nil
        default: return nil
        }
    }

    /// A size of at most 1 GiB from `100`, `64k` or `2m`.
    static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(digits), value <= 1 << 30 else { return nil }
        let unit: Int
        switch text.dropFirst(digits.count) {
        case "": unit = 1
        case "k": unit = 1 << 10
        case "m": unit = 1 << 20
        default: return nil
        }
        return value * unit <= 1 << 30 ? value * unit : nil
    }

    /// A final HTTP status.
    static func status(_ text: String) -> Int? {
        Int(text).flatMap { (200...599).contains($0) ? $0 : nil }
    }

    static func milliseconds(_ duration: Duration) -> Int64 {
        nanoseconds(duration).map { Int64($0 / 1_000_000) } ?? 0
    }

    /// The duration in nanoseconds; nil if it is negative or beyond two centuries.
    static func nanoseconds(_ duration: Duration) -> UInt64? {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0, seconds < 6_000_000_000 else { return nil }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// The duration as a number of seconds, as in `Retry-After: 3` and `0.25`.
    static func seconds(_ duration: Duration) -> String {
        let total = milliseconds(duration)
        if total % 1_000 == 0 { return String(total / 1_000) }
        // The leading 1 keeps the fraction's zeros.
        var fraction = String(total % 1_000 + 1_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(total / 1_000).\(fraction)"
    }
}
