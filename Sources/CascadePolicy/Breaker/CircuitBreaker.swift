/// Keeps calls away from a provider that fails, and lets a few through to learn when it is well again.
///
/// A value with no clock: the driver holds one per provider, asks `admit(at:)` before an attempt, and reports the
/// attempt's end once with `succeeded`, `failed` or `abandoned` (or `record`, which chooses by class). The verdict on
/// an attempt falls at its first token; how the committed answer ends goes to `ended(cut:at:)`. Same events, same state.
public struct CircuitBreaker: Sendable {
    /// The three states, as reported.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case closed
        case open
        case halfOpen = "half_open"
    }

    /// The answer to a caller that wants to make an attempt.
    public enum Admission: Sendable, Hashable {
        /// Go ahead; report the end with no lease.
        case admitted
        /// Go ahead as a probe; report the end with this lease.
        case probe(Lease)
        /// Stay away. The instant is the earliest at which asking again makes sense.
        case refused(until: Instant)
    }

    private enum Phase: Sendable {
        /// `failures` in a row. Goes to open.
        case closed(failures: Int)
        /// Nothing but forced probes passes before `until`. Goes to half-open.
        case open(until: Instant, doublings: Int)
        /// Probes decide. Goes to closed or open.
        case halfOpen(successes: Int, doublings: Int)
    }

    /// The limits. Setting them (a reload) keeps the state, but for a half-open circuit that has had as many successes
    /// as the new number, which closes. A time already set stays as it is.
    public var settings: Settings {
        didSet {
            // No more probes would be let through, and so none could close it later.
            if case .halfOpen(let successes, _) = phase, successes >= settings.halfOpenMaxCalls { reset() }
        }
    }
    private var phase = Phase.closed(failures: 0)
    private var probes = Probes()
    private var history = StreamHistory()
    private var starts = StartHistory()

    /// A closed breaker.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
    }

    /// The state at `now`: an open circuit whose time is over is half-open, whether or not anyone has asked yet.
    public func state(at now: Instant) -> State {
        switch phase {
        case .closed: .closed
        case .open(let until, _): now < until ? .open : .halfOpen
        case .halfOpen: .halfOpen
        }
    }

    /// When an open circuit lets the next probe through; nil when it is not open.
    public var openUntil: Instant? {
        guard case .open(let until, _) = phase else { return nil }
        return until
    }

    /// Failures in a row since the last success, while closed.
    public var consecutiveFailures: Int {
        guard case .closed(let failures) = phase else { return 0 }
        return failures
    }

    /// How many probes are under way, expired ones included until the next `admit`.
    public var probesInFlight: Int { probes.count }

    /// Asks for one attempt. Every `.probe` must be reported, or its place stays taken until the lease expires.
    public mutating func admit(at now: Instant) -> Admission {
        switch phase {
        case .closed:
            return .admitted
        case .open(let until, _) where now < until:
            return .refused(until: until)
        case .open(_, let doublings):
            phase = .halfOpen(successes: 0, doublings: doublings)
            return probe(successes: 0, at: now)
        case .halfOpen(let successes, _):
            return probe(successes: successes, at: now)
        }
    }

    /// Asks for one attempt although the circuit is open, because the request has nobody else to turn to.
    ///
    /// Forced probes take the same few places as others, so a lone provider that is down sees no more than
    /// `halfOpenMaxCalls` at a time. A success brings the circuit to half-open at once; a failure leaves its time as it
    /// is.
    public mutating func forceProbe(at now: Instant) -> Admission {
        switch phase {
        case .open(let until, _) where now < until: probe(successes: 0, at: now)
        case .closed, .open, .halfOpen: admit(at: now)
        }
    }

    private mutating func probe(successes: Int, at now: Instant) -> Admission {
        probes.dropExpired(at: now)
        // A success keeps its place: no more calls pass than are still needed to close.
        guard probes.count + successes < settings.halfOpenMaxCalls else {
            return .refused(until: probes.firstExpiry ?? now)
        }
        return .probe(probes.open(expires: now.advanced(by: settings.probeLease)))
    }
}

// MARK: - Results

extension CircuitBreaker {
    /// The attempt reached its first token, or gave its whole answer.
    ///
    /// - Parameter lease: the probe's lease, or nil for an attempt that was `.admitted`. In half-open only a probe's
    ///   result counts: an attempt from before the circuit opened says nothing about now.
    public mutating func succeeded(_ lease: Lease?, at now: Instant) {
        let decides = probes.close(lease)
        switch phase {
        case .closed:
            phase = .closed(failures: 0)
            starts.record(failed: false, at: now)
        case .open(_, let doublings):
            if decides { succeededProbe(successes: 1, doublings: doublings) }
        case .halfOpen(let successes, let doublings):
            if decides { succeededProbe(successes: successes + 1, doublings: doublings) }
        }
    }

    /// The attempt failed in a way that speaks against the provider. So many failures in a row as the threshold says open
    /// the circuit, and so do half as many as there were attempts within a minute, of twice the threshold at least.
    ///
    /// - Parameter spread: multiplies the open time, should this failure open the circuit. The driver draws it around 1
    ///   so that many processes do not come back at the same moment.
    public mutating func failed(_ lease: Lease?, at now: Instant, spread: Double = 1) {
        let decides = probes.close(lease)
        switch phase {
        case .closed(let failures):
            starts.record(failed: true, at: now)
            if failures + 1 >= settings.failureThreshold || starts.trips(minimum: settings.startsForRate) {
                open(doublings: 0, at: now, spread: spread)
            } else {
                phase = .closed(failures: failures + 1)
            }
        case .open:
            break
        case .halfOpen(_, let doublings):
            if decides { open(doublings: doublings + 1, at: now, spread: spread) }
        }
    }

    /// The attempt ended without a verdict on the provider: a throttle, a cancel, a bad request. The lease is given
    /// back.
    public mutating func abandoned(_ lease: Lease?, at now: Instant) {
        _ = probes.close(lease)
    }

    /// A committed answer ended, whole or cut. Three cuts among the last five open the circuit; in half-open one does.
    ///
    /// Call it besides `succeeded`, which the first token earned.
    public mutating func ended(cut: Bool, at now: Instant, spread: Double = 1) {
        history.record(cut: cut)
        switch phase {
        case .closed:
            if history.tripped { open(doublings: 0, at: now, spread: spread) }
        case .open:
            break
        case .halfOpen(_, let doublings):
            if cut { open(doublings: doublings + 1, at: now, spread: spread) }
        }
    }

    /// Reports a failure by its class: a count against the provider, a cut, or neither.
    public mutating func record(_ failure: FailureClass, lease: Lease?, at now: Instant, spread: Double = 1) {
        if failure == .cut {
            _ = probes.close(lease)
            ended(cut: true, at: now, spread: spread)
        } else if failure.countsForBreaker {
            failed(lease, at: now, spread: spread)
        } else {
            abandoned(lease, at: now)
        }
    }

    /// Closes the circuit by hand, or because a health check was answered. Leases still out decide nothing.
    public mutating func reset() {
        phase = .closed(failures: 0)
        probes.outlive()
        history.clear()
        starts.clear()
    }

    private mutating func succeededProbe(successes: Int, doublings: Int) {
        if successes >= settings.halfOpenMaxCalls {
            reset()
        } else {
            phase = .halfOpen(successes: successes, doublings: doublings)
        }
    }

    private mutating func open(doublings: Int, at now: Instant, spread: Double) {
        let time = settings.recoveryTimeout.doubled(doublings, cap: settings.maxRecoveryTimeout)
        let factor = spread.isFinite ? min(max(spread, 0.5), 2) : 1
        phase = .open(until: now.advanced(by: time * factor), doublings: doublings)
        probes.outlive()
        history.clear()
        starts.clear()
    }
}
