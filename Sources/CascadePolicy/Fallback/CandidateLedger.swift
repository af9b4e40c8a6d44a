/// What one request knows of its candidates: who was tried, who may be asked again, and when.
///
/// Fixed memory: one entry a candidate. It answers questions; which question comes when is `FallbackMachine`'s business.
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

    private var entries: [Entry]

    init(count: Int) {
        entries = Array(repeating: Entry(), count: max(count, 0))
    }

    subscript(candidate: Int) -> Entry {
        get { entries[candidate] }
        set { entries[candidate] = newValue }
    }

    /// The first candidate that this request has not attempted and that nothing holds back at `now`.
    func firstUntried(at now: Instant) -> Int? {
        entries.firstIndex { entry in
            guard entry.attempts == 0 else { return false }
            switch entry.standing {
            case .fresh: return true
            case .cooling(let until), .circuitOpen(let until, _): return until <= now
            case .reconnecting, .backingOff, .out: return false
            }
        }
    }

    /// The candidate to ask again, or to wait for: the soonest, and of several the first in order.
    ///
    /// A circuit is not waited for, since its end promises no answer; once it is due the candidate is as good as others.
    func soonestRetry(at now: Instant) -> Retry? {
        var best: Retry?
        for (candidate, entry) in entries.enumerated() {
            guard let from = retryTime(entry, at: now), from < (best?.from ?? Instant(nanoseconds: .max)) else {
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
        for (candidate, entry) in entries.enumerated() {
            guard case .circuitOpen(let until, true) = entry.standing else { continue }
            if let best, best.from <= until { continue }
            best = Retry(candidate: candidate, from: until)
        }
        return best?.candidate
    }

    /// The earliest instant at which a candidate could be asked, by its own word or by its circuit.
    var earliestRetry: Instant? {
        entries.lazy.compactMap { entry in
            switch entry.standing {
            case .cooling(let until), .circuitOpen(let until, _): until
            case .out(let retryAt): retryAt
            case .fresh, .reconnecting, .backingOff: nil
            }
        }.min()
    }
}
