import Glibc

/// The monotonic clock as a number of nanoseconds.
enum LoopbackClock {
    static var now: UInt64 {
        var time = timespec()
        // The pointer is used only until the call returns.
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
