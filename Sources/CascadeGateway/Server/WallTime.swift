#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A time of the calendar, in UTC.
struct WallTime {
    /// Since 1970.
    var nanoseconds: Int64

    static var now: WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Since 1970.
    static var seconds: Int { Int(time(nil)) }
    /// Days since 1970, in UTC.
    static var day: Int { seconds / 86_400 }

    func earlier(nanoseconds more: UInt64) -> WallTime {
        WallTime(nanoseconds: nanoseconds - Int64(clamping: more))
    }

    /// `2026-01-31T12:00:00.000Z`, as RFC 3339 has it; without the fraction if that is not asked for.
    func text(hasMilliseconds: Bool = true) -> [UInt8] {
        let milliseconds = Int(nanoseconds / 1_000_000)
        let (year, month, day) = Self.date(daysSince1970: milliseconds / 86_400_000)
        let minutes = milliseconds / 60_000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        Self.add(year, digits: 4, then: "-", to: &text)
        Self.add(month, digits: 2, then: "-", to: &text)
        Self.add(day, digits: 2, then: "T", to: &text)
        Self.add(minutes / 60 % 24, digits: 2, then: ":", to: &text)
        Self.add(minutes % 60, digits: 2, then: ":", to: &text)
        Self.add(milliseconds / 1_000 % 60, digits: 2, then: hasMilliseconds ? "." : "Z", to: &text)
        if hasMilliseconds { Self.add(milliseconds % 1_000, digits: 3, then: "Z", to: &text) }
        return text
    }

    /// The Gregorian date, counted in years that begin in March so that a leap day is a year's last.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let days = days + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isNextYear = month >= 10
        return (
            era * 400 + yearOfEra + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func add(_ value: Int, digits: Int, then mark: Unicode.Scalar, to text: inout [UInt8]) {
        var divisor = digits == 4 ? 1_000 : digits == 3 ? 100 : 10
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
        text.append(UInt8(ascii: mark))
    }
}
