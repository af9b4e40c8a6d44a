extension Duration {
    /// Whole nanoseconds, held within `Int64` (±292 years).
    var saturatingNanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
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
