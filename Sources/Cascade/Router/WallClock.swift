#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The date, for what is about dates: a budget's day, a Retry-After that names one.
enum WallClock {
    static var secondsSince1970: Int { Int(time(nil)) }
}
