/// A point on the monotonic clock, in nanoseconds since an origin that only the driver knows.
///
/// Every rule of this module takes the time as an argument, so wall-clock jumps cannot reach it and a test can move time
/// freely. Arithmetic saturates: a deadline so far away that it does not fit is the end of time, never a trap.
public struct Instant: InstantProtocol, Sendable, Hashable {
    public typealias Duration = Swift.Duration

    /// Nanoseconds since the clock's origin.
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The instant `duration` later (earlier when negative), held within the clock's range.
    public func advanced(by duration: Duration) -> Instant {
        let step = duration.saturatingNanoseconds
        if step < 0 {
            let (value, overflow) = nanoseconds.subtractingReportingOverflow(step.magnitude)
            return Instant(nanoseconds: overflow ? 0 : value)
        }
        let (value, overflow) = nanoseconds.addingReportingOverflow(UInt64(step))
        return Instant(nanoseconds: overflow ? .max : value)
    }

    /// The time from this instant to `other`; negative when `other` is earlier.
    public func duration(to other: Instant) -> Duration {
        Duration(attoseconds: (Int128(other.nanoseconds) - Int128(nanoseconds)) * 1_000_000_000)
    }

    public static func < (a: Instant, b: Instant) -> Bool {
        a.nanoseconds < b.nanoseconds
    }
}
