/// The pause before asking the same provider again: exponential, with full jitter.
///
/// Full jitter draws evenly between zero and the exponential bound, which spreads a crowd best for a given mean wait
/// (M. Brooker, "Exponential backoff and jitter", 2015).
public struct Backoff: Sendable, Hashable {
    /// The bound of the first pause.
    public var base: Duration
    /// The bound that doubling stops at.
    public var cap: Duration

    public init(base: Duration = .seconds(1), cap: Duration = .seconds(8)) {
        self.base = max(base, .zero)
        self.cap = max(cap, .zero)
    }

    /// The longest pause after the provider's `attempt`-th failure, counted from 1.
    public func bound(attempt: Int) -> Duration {
        base.doubled(max(attempt, 1) - 1, cap: cap)
    }

    /// A pause for the provider's `attempt`-th failure, counted from 1: evenly from zero to `bound(attempt:)`.
    public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...bound(attempt: attempt).saturatingNanoseconds, using: &generator))
    }
}
