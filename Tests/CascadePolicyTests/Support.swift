import CascadePolicy

/// Lets a test write an instant as seconds since the origin.
extension Instant: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    init(seconds: Int) {
        self.init(nanoseconds: UInt64(seconds) * 1_000_000_000)
    }

    init(floatLiteral seconds: Double) {
        self.init(nanoseconds: UInt64((seconds * 1_000_000_000).rounded()))
    }

    init(integerLiteral seconds: Int) {
        self.init(seconds: seconds)
    }
}

/// Draws the largest value there is, so that full jitter gives its bound.
struct LargestDraw: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
}
