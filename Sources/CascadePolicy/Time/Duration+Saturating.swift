extension Duration {
    /// Whole nanoseconds, held within `Int64` (±292 years).
    var saturatingNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflowed { return seconds < 0 ? .min : .max }
        return sum
    }

    /// This duration doubled `times` times, no longer than `cap`. A negative duration counts as zero.
    func doubled(_ times: Int, cap: Duration) -> Duration {
        var result = max(self, .zero)
        var left = times
        while left > 0, result > .zero, result < cap {
            result += result
            left -= 1
        }
        return min(result, cap)
    }
}
