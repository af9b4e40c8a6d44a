/// What one request knows of its candidates: who was tried, who may be asked again, and when.
///
/// One entry a candidate at most, and none for those behind the last one considered: candidates are considered in their
/// order, and most requests are answered by the first, whose entry needs no allocation. It answers questions; which question comes when is `FallbackMachine`'s business.
struct CandidateLedger: Sendable {
    struct Entry: Sendable {
        enum Standing: Sendable {
            /// Not yet considered.
            case fresh
            /// May be asked at once: its only failure sent nothing.
            case reconnecting
            /// Failed in passing; may be asked again when the pause is over.
            case backingOff(until: Instant)
            /// Asked for a pause, of this request or of an earlier one.
            case cooling(until: Instant)
            /// Held back by its circuit. `forcible` until a forced probe found no place.
            case circuitOpen(until: Instant, forcible: Bool)
            /// Not asked again by this request.
            case out(retryAt: Instant?)
        }

        var standing = Standing.fresh
        var attempts = 0
        /// A further attempt is a retry that the budget pays for.
        var owesToken = false
        var reconnected = false
        var wasAmbiguous = false
    }

    /// A candidate that could be attempted again, and from when.
    struct Retry {
        var candidate: Int
        var from: Instant
    }

    private let count: Int
    /// How many candidates, from the first on, were written down. The others are fresh.
    private var known = 0
    private var first = Entry()
    private var others: [Entry] = []
    /// No known candidate can be untried and free before this.
    private var soonestDue = Instant(nanoseconds: .max)

    init(count: Int) {
        self.count = max(count, 0)
    }

    subscript(candidate: Int) -> Entry {
        get {
            precondition(candidate >= 0 && candidate < count, "no such candidate")
            if candidate >= known { return Entry() }
            return candidate == 0 ? first : others[candidate - 1]
        }
        set {
            precondition(candidate >= 0 && candidate < count, "no such candidate")
            // Who is passed over is fresh, and due at any time.
            if known < candidate { soonestDue = Instant(nanoseconds: .min) }
            while known <= candidate { learn() }
            if candidate == 0 { first = newValue } else { others[candidate - 1] = newValue }
            soonestDue = min(soonestDue, Self.dueTime(newValue) ?? soonestDue)
        }
    }

    /// Makes an entry for the first candidate that has none.
    private mutating func learn() {
        if known > 0 {
            // Room for a few, then for all: whoever comes so far may well come to the end.
            let room = others.isEmpty ? min(count - 1, 8) : count - 1
            if others.count == others.capacity { others.reserveCapacity(room) }
            others.append(Entry())
        }
        known += 1
    }

    /// The first candidate that this request has not attempted and that nothing holds back at `now`.
    mutating func firstUntried(at now: Instant) -> Int? {
        if soonestDue <= now, let candidate = firstDue(at: now) { return candidate }
        return known < count ? known : nil
    }

    private mutating func firstDue(at now: Instant) -> Int? {
        var soonest = Instant(nanoseconds: .max)
        for candidate in 0..<known {
            guard let due = Self.dueTime(self[candidate]) else { continue }
            if due <= now { return candidate }
            soonest = min(soonest, due)
        }
        soonestDue = soonest
        return nil
    }

    /// When a candidate can be attempted for the first time.
    private static func dueTime(_ entry: Entry) -> Instant? {
        guard entry.attempts == 0 else { return nil }
        return switch entry.standing {
        case .fresh: Instant(nanoseconds: .min)
        case .cooling(let until), .circuitOpen(let until, _): until
        case .reconnecting, .backingOff, .out: nil
        }
    }

    /// The candidate to ask again, or to wait for: the soonest, and of several the first in order.
    ///
    /// A circuit is not waited for, since its end promises no answer; once it is due the candidate is as good as others.
    func soonestRetry(at now: Instant) -> Retry? {
        var best: Retry?
        for candidate in 0..<known {
            guard let from = retryTime(self[candidate], at: now), from < (best?.from ?? Instant(nanoseconds: .max))
            else {
                continue
            }
            best = Retry(candidate: candidate, from: from)
        }
        return best
    }

    private func retryTime(_ entry: Entry, at now: Instant) -> Instant? {
        switch entry.standing {
        case .reconnecting: now
        case .backingOff(let until), .cooling(let until): until
        case .circuitOpen(let until, _): until <= now ? until : nil
        case .fresh, .out: nil
        }
    }

    /// The candidate whose circuit closes soonest, of those that a probe may be forced on.
    func soonestForcible() -> Int? {
        var best: Retry?
        for candidate in 0..<known {
            guard case .circuitOpen(let until, true) = self[candidate].standing else { continue }
            if let best, best.from <= until { continue }
            best = Retry(candidate: candidate, from: until)
        }
        return best?.candidate
    }

    /// The earliest instant at which a candidate could be asked, by its own word or by its circuit.
    var earliestRetry: Instant? {
        (0..<known).lazy.compactMap { candidate in
            switch self[candidate].standing {
            case .cooling(let until), .circuitOpen(let until, _): until
            case .out(let retryAt): retryAt
            case .fresh, .reconnecting, .backingOff: nil
            }
        }.min()
    }
}
