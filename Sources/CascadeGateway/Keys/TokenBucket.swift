internal import Cascade

/// An allowance that flows in steadily and holds at most a minute's worth.
///
/// A value: the time is an argument. It may go below nothing, when more was used than had been reserved; what flows in
/// then pays that off first.
struct TokenBucket: Sendable, Hashable {
    private(set) var perMinute: Int
    private var level: Double
    private var filledAt: Instant

    /// A full one.
    init(perMinute: Int, at now: Instant) {
        self.perMinute = perMinute
        level = Double(perMinute)
        filledAt = now
    }

    private var perSecond: Double { Double(perMinute) / 60 }

    private mutating func fill(at now: Instant) {
        guard now > filledAt else { return }
        let time = filledAt.duration(to: now)
        level = min(Double(perMinute), level + perSecond * (time / .seconds(1)))
        filledAt = now
    }

    /// How long until this much is there; zero when it is. More than a minute's worth never is.
    mutating func wait(for amount: Int, at now: Instant) -> Duration {
        fill(at: now)
        // A millionth less is rounding, not lack.
        let missing = Double(amount) - level - 1e-6
        return missing <= 0 ? .zero : .seconds(missing / perSecond)
    }

    mutating func take(_ amount: Int) {
        level -= Double(amount)
    }

    /// What was taken and not used.
    mutating func giveBack(_ amount: Int) {
        level = min(Double(perMinute), level + Double(amount))
    }

    /// Another size; what was used stays used.
    mutating func resize(perMinute: Int, at now: Instant) {
        guard perMinute != self.perMinute else { return }
        fill(at: now)
        level += Double(perMinute - self.perMinute)
        self.perMinute = perMinute
    }
}
