/// Durations as text: `46s`, `1.5s`, `250ms`, `6m0s`, `1h2m3s` (Go's and protobuf's notation).
enum DurationText {
    /// A hundred years: what a number too large for anything else comes to.
    static let longest = Duration.seconds(3_155_760_000)

    /// `nil` unless the whole text is such a duration, not negative.
    static func parse(_ text: Substring) -> Duration? {
        var seconds = 0.0
        var rest = text.utf8
        repeat {
            let number = rest.prefix(while: isOfNumber)
            let unit = rest[number.endIndex...].prefix { !isOfNumber($0) }
            guard let scale = scale(Substring(unit)), let value = decimal(Substring(number)) else { return nil }
            seconds += value * scale
            rest = rest[unit.endIndex...]
        } while !rest.isEmpty
        return duration(seconds: seconds)
    }

    private static func scale(_ unit: Substring) -> Double? {
        switch unit {
        case "h": 3600
        case "m": 60
        case "s": 1
        case "ms": 1e-3
        case "us", "µs": 1e-6
        case "ns": 1e-9
        default: nil
        }
    }

    /// Digits, with at most one point among them and digits before it. No sign, no exponent, no words.
    static func decimal(_ text: Substring) -> Double? {
        var points = 0
        var isAfterDigit = false
        for byte in text.utf8 {
            guard byte.isASCIIDigit || (byte == UInt8(ascii: ".") && isAfterDigit) else { return nil }
            isAfterDigit = byte.isASCIIDigit
            points += isAfterDigit ? 0 : 1
        }
        return isAfterDigit && points <= 1 ? Double(text) : nil
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte == UInt8(ascii: ".")
    }

    /// At most ``longest``, to the millisecond.
    static func duration(seconds: Double) -> Duration {
        let limit = Double(longest.components.seconds)
        guard seconds < limit else { return longest }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }
}
