internal import Synchronization

/// What is known of a provider at run time. It outlives reloads: a provider of the same name keeps its state.
final class ProviderState: Sendable {
    struct State {
        var breaker: CircuitBreaker
        var health = ProviderHealth()
        /// Attempts under way, committed answers included.
        var active = 0
        var attempts = 0
        /// Of these, the ones that have ended: those that gave the answer, and the others by what ended them.
        var answers = 0
        var failures: [FailureClass: Int] = [:]
        var cuts = 0
        var promptTokens = 0
        var completionTokens = 0
        var promptSizes = TokenRecorder()
        var completionSizes = TokenRecorder()
        var cost = 0.0
        var latency = LatencyRecorder()
        var timeToFirstToken = LatencyRecorder()
        /// Since the last sample; `nil` where nobody keeps a history.
        var recentFirstTokens: LatencyBuckets?
    }

    private let state: Mutex<State>

    init(breaker: CircuitBreaker.Settings) {
        state = Mutex(State(breaker: CircuitBreaker(breaker)))
    }

    func withLock<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
        state.withLock(body)
    }
}

extension ProviderState.State {
    enum Place {
        /// There is one; it is given back when the attempt ends.
        case granted(CircuitBreaker.Lease?)
        case circuitOpen(until: Instant)
        case busy(active: Int)
    }

    /// Takes a place for an attempt, and the breaker's lease where it is a probe.
    ///
    /// - Parameter forced: Although the circuit is open.
    mutating func enter(limit: Int?, forced: Bool, at now: Instant) -> Place {
        if let limit, active >= limit { return .busy(active: active) }
        let lease: CircuitBreaker.Lease?
        switch forced ? breaker.forceProbe(at: now) : breaker.admit(at: now) {
        case .refused(let until): return .circuitOpen(until: until)
        case .admitted: lease = nil
        case .probe(let probe): lease = probe
        }
        active += 1
        attempts += 1
        return .granted(lease)
    }

    /// The attempt was not made after all.
    mutating func giveBack(_ lease: CircuitBreaker.Lease?, at now: Instant) {
        active -= 1
        attempts -= 1
        breaker.abandoned(lease, at: now)
    }
}

extension Cooldown.Pause {
    /// For a person.
    func phrase(at now: Instant) -> String {
        "cooling down for \(now.duration(to: until).rounded) (\(reason))"
    }
}
