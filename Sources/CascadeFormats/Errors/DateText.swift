/// Dates as text, by arithmetic alone: HTTP's three forms (RFC 9110, 5.6.7) and RFC 3339.
enum DateText {
    /// Seconds since 1970, of an HTTP date.
    static func http(_ text: Substring) -> Int64? {
        var words = TextWords(text, separators: " ,-")
        _ = words.next()
        let (first, second, third, fourth) = (words.next(), words.next(), words.next(), words.next())
        // "Sun Nov  6 08:49:37 1994"
        if words.isAtEnd, let month = months.firstIndex(where: { first == $0 }) {
            return seconds(year: Int(fourth), month: month + 1, day: Int(second), time: third)
        }
        // "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT"
        guard words.next() == "GMT", words.isAtEnd, let month = months.firstIndex(where: { second == $0 }) else {
            return nil
        }
        let year = Int(third).map { third.utf8.count == 2 ? $0 + ($0 < 70 ? 2000 : 1900) : $0 }
        return seconds(year: year, month: month + 1, day: Int(first), time: fourth)
    }

    /// Seconds since 1970, of an RFC 3339 date and time; fractions are dropped.
    static func rfc3339(_ text: Substring) -> Int64? {
        var halves = TextWords(text, separators: "Tt ")
        guard let (year, month, day) = threeNumbers(halves.next(), separator: "-"),
            let (time, offset) = zone(halves.next()), halves.isAtEnd
        else { return nil }
        let whole = time.utf8.prefix { $0 != UInt8(ascii: ".") }
        return seconds(year: year, month: month, day: day, time: Substring(whole)).map { $0 - offset }
    }

    /// Splits a time from its zone, which it gives in seconds.
    private static func zone(_ text: Substring) -> (time: Substring, offset: Int64)? {
        guard let mark = text.utf8.lastIndex(where: { "Zz+-".utf8.contains($0) }) else { return nil }
        let name = text[text.utf8.index(after: mark)...]
        if text[mark] == "Z" || text[mark] == "z" { return name.isEmpty ? (text[..<mark], 0) : nil }
        var parts = TextWords(name, separators: ":")
        guard let hours = Int64(parts.next()), let minutes = Int64(parts.next()), parts.isAtEnd,
            (0...23).contains(hours), (0...59).contains(minutes)
        else { return nil }
        let offset = hours * 3600 + minutes * 60
        return (text[..<mark], text[mark] == "-" ? -offset : offset)
    }

    /// With exactly one separator between each and the next.
    private static func threeNumbers(_ text: Substring, separator: Unicode.Scalar) -> (Int, Int, Int)? {
        var parts = TextWords(text, separators: String(separator))
        guard text.utf8.count(where: { $0 == UInt8(ascii: separator) }) == 2,
            let first = Int(parts.next()), let second = Int(parts.next()), let third = Int(parts.next())
        else { return nil }
        return (first, second, third)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func seconds(year: Int?, month: Int, day: Int?, time: Substring) -> Int64? {
        guard let year, (1970...9999).contains(year), (1...12).contains(month), let day, (1...31).contains(day),
            let second = secondOfDay(time)
        else { return nil }
        return days(year: year, month: month, day: day) * 86400 + second
    }

    private static func secondOfDay(_ time: Substring) -> Int64? {
        guard let (hour, minute, second) = threeNumbers(time, separator: ":"),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return Int64(hour * 3600 + minute * 60 + second)
    }

    /// Days since 1970 in the Gregorian calendar. The year begins in March, so that the leap day is its last.
    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return Int64(365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468)
    }
}
