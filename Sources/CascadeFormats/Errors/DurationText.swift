/// Durations as text: `46s`, `1.5s`, `250ms`, `6m0s`, `1h2m3s` (Go's and protobuf's notation).
enum DurationText {
    /// A hundred years: what a number too large for anything else comes to.
    static let longest = Duration.seconds(3_155_760_000)

    /// `nil` unless the whole text is such a duration, not negative.
    static func parse(_ text: some StringProtocol) -> Duration? {
        var seconds = 0.0
        var number = ""
        var unit = ""
        for character in text {
            if character.isASCII, character.isNumber || character == "." {
                if !unit.isEmpty {
                    guard let part = value(number, unit) else { return nil }
                    seconds += part
                    (number, unit) = ("", "")
                }
                number.append(character)
            } else {
                unit.append(character)
            }
        }
        guard let part = value(number, unit) else { return nil }
        return duration(seconds: seconds + part)
    }

    private static func value(_ number: String, _ unit: String) -> Double? {
        let units = ["h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
        guard let scale = units[unit], let value = decimal(number) else { return nil }
        return value * scale
    }

    /// Digits, with at most one point among them and digits before it. No sign, no exponent, no words.
    static func decimal(_ text: some StringProtocol) -> Double? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }) else { return nil }
        return Double(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// At most ``longest``, to the millisecond.
    static func duration(seconds: Double) -> Duration {
        let limit = Double(longest.components.seconds)
        guard seconds < limit else { return longest }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }
}
