/// Dates as text, by arithmetic alone: HTTP's three forms (RFC 9110, 5.6.7) and RFC 3339.
enum DateText {
    /// Seconds since 1970, of an HTTP date.
    static func http(_ text: some StringProtocol) -> Int64? {
        let words = text.split { " ,-".contains($0) }
        // "Sun Nov  6 08:49:37 1994"
        if words.count == 5, let month = months.firstIndex(of: String(words[1])) {
            return seconds(year: Int(words[4]), month: month + 1, day: Int(words[2]), time: words[3])
        }
        // "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT"
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let year = Int(words[3]).map { words[3].count == 2 ? $0 + ($0 < 70 ? 2000 : 1900) : $0 }
        return seconds(year: year, month: month + 1, day: Int(words[1]), time: words[4])
    }

    /// Seconds since 1970, of an RFC 3339 date and time; fractions are dropped.
    static func rfc3339(_ text: some StringProtocol) -> Int64? {
        let halves = text.split { "Tt ".contains($0) }
        guard halves.count == 2 else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 3, let (time, offset) = zone(halves[1]), let month = Int(date[1]) else { return nil }
        let whole = time.prefix { $0 != "." }
        return seconds(year: Int(date[0]), month: month, day: Int(date[2]), time: whole).map { $0 - offset }
    }

    /// Splits a time from its zone, which it gives in seconds.
    private static func zone<Text: StringProtocol>(_ text: Text) -> (Text.SubSequence, Int64)? {
        guard let mark = text.lastIndex(where: { "Zz+-".contains($0) }) else { return nil }
        let name = text[text.index(after: mark)...]
        if text[mark] == "Z" || text[mark] == "z" { return name.isEmpty ? (text[..<mark], 0) : nil }
        let parts = name.split(separator: ":")
        guard parts.count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
            (0...23).contains(hours), (0...59).contains(minutes)
        else { return nil }
        let offset = hours * 3600 + minutes * 60
        return (text[..<mark], text[mark] == "-" ? -offset : offset)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func seconds(year: Int?, month: Int, day: Int?, time: some StringProtocol) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard let year, (1970...9999).contains(year), (1...12).contains(month), let day, (1...31).contains(day),
            clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return days(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60 + second
    }

    /// Days since 1970 in the Gregorian calendar. The year begins in March, so that the leap day is its last.
    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return Int64(365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468)
    }
}
