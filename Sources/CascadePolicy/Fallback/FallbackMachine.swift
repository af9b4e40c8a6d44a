/// Decides, for one request, which candidate is attempted when, and when to give up.
///
/// A value without I/O and without a clock: the driver reports events, each with the time, and carries out the one action
/// that it gets back. Candidates are numbered in the order of the routing decision. The rules in short:
/// - An untried candidate comes before any second attempt, at once and free of charge.
/// - A connect that sent nothing is repeated at once, once.
/// - With nobody untried left, those that failed in passing are asked again after a jittered pause, each for a token of
///   the retry budget; those that asked for a pause are waited for if that is short enough.
/// - With nobody admissible and nothing attempted, the circuit that closes soonest gets a forced probe.
/// - From the first token on there is no further attempt, whatever happens.
///
/// Bounded by attempts per provider, attempts per request, the budget, the time waited, and the deadline. An event after
/// the end is a race that the driver may lose, and yields `.ignore`; an event that makes no sense in the state traps.
public struct FallbackMachine: Sendable {
    private enum State: Sendable {
        /// Goes to considering, waiting or finished.
        case idle
        /// Waits for breaker and cooldown to say whether `candidate` may be attempted. Goes to attempting on `admitted`,
        /// to another candidate, a wait or the end on `refused`.
        case considering(candidate: Int)
        /// An attempt is on its way and has delivered nothing. Goes to committed, considering, waiting or finished.
        case attempting(candidate: Int, forced: Bool)
        /// Pauses before `candidate` is considered. Goes to considering.
        case waiting(candidate: Int, until: Instant)
        /// The first token was delivered. Goes to finished only.
        case committed(candidate: Int)
        case finished
    }

    private var state = State.idle
    private var candidates: CandidateLedger
    private var attempts = 0
    private var waitLeft: Duration
    // A token taken for a retry that has not started: it pays for whichever retry comes next.
    private var holdsToken = false
    private let limits: Limits
    private let deadline: Instant?

    // A step shorter than a timer can measure would let a refusal that is already over spin without time passing.
    private static let shortestPause = Duration.milliseconds(1)

    /// - Parameters:
    ///   - candidateCount: how many candidates the routing decision holds; zero is allowed and ends at once.
    ///   - deadline: of the whole cascade; nil for none. No attempt starts at it or after.
    public init(candidateCount: Int, limits: Limits = Limits(), deadline: Instant?) {
        candidates = CandidateLedger(count: candidateCount)
        waitLeft = limits.maxWait
        self.limits = limits
        self.deadline = deadline
    }

    /// Attempts started so far, over all candidates.
    public var attemptCount: Int { attempts }

    /// Whether the attempt under way bypasses an open circuit.
    public var isForcedProbe: Bool {
        guard case .attempting(_, let forced) = state else { return false }
        return forced
    }

    /// Whether the request's outcome is known.
    public var isFinished: Bool {
        guard case .finished = state else { return false }
        return true
    }
}

// MARK: - Events

extension FallbackMachine {
    /// The request begins.
    public mutating func start(at now: Instant) -> Action {
        guard case .idle = state else { invalid("start") }
        if isPast(now) { return finish(.deadlineExceeded) }
        guard let first = candidates.firstUntried(at: now) else { return finish(.exhausted(retryAt: nil)) }
        return consider(first)
    }

    /// The candidate considered, or the forced probe, may not be attempted now.
    public mutating func refused(_ refusal: Refusal, budget: inout RetryBudget, at now: Instant) -> Action {
        let candidate: Int
        switch state {
        case .considering(let considered):
            candidate = considered
        case .attempting(let probed, forced: true):
            // The attempt never started: it was only granted.
            attempts -= 1
            candidates[probed].attempts -= 1
            candidate = probed
        case .finished:
            return .ignore
        case .idle, .attempting, .waiting, .committed:
            invalid("refused")
        }
        let soonest = now.advanced(by: Self.shortestPause)
        switch refusal {
        case .circuitOpen(let until):
            let forcible = !isForcedProbe
            candidates[candidate].standing = .circuitOpen(until: max(until, soonest), forcible: forcible)
        case .coolingDown(let until):
            candidates[candidate].standing = .cooling(until: max(until, soonest))
        case .unavailable:
            candidates[candidate].standing = .out(retryAt: nil)
        }
        return next(budget: &budget, at: now)
    }

    /// The candidate considered may be attempted. Anything but `.attempt` in return means that it must not be after all:
    /// give the breaker's lease back.
    public mutating func admitted(at now: Instant) -> Action {
        switch state {
        case .considering(let candidate):
            if isPast(now) { return finish(.deadlineExceeded) }
            if candidates[candidate].owesToken { holdsToken = false }
            return attempt(candidate, forced: false)
        case .finished:
            return .ignore
        case .idle, .attempting, .waiting, .committed:
            invalid("admitted")
        }
    }

    /// The attempt under way failed, before or after its first token.
    ///
    /// - Parameters:
    ///   - retryAfter: the pause that the provider asked for, or that the cooldown table chose for it.
    ///   - jitter: draws the pause before this provider's next attempt.
    public mutating func failed(
        _ failure: FailureClass,
        retryAfter: Duration?,
        budget: inout RetryBudget,
        jitter: inout some RandomNumberGenerator,
        backoff: Backoff,
        at now: Instant
    ) -> Action {
        switch state {
        case .attempting(let candidate, _):
            if failure == .cancel { return finish(.cancelled) }
            // A cut that nobody has seen a token of is a passing fault like others.
            let failure = failure == .cut ? .transient : failure
            guard failure.triesNextProvider else { return finish(.refused(failure)) }
            let pause = backoff.delay(attempt: candidates[candidate].attempts, using: &jitter)
            note(failure, of: candidate, pause: pause, retryAfter: retryAfter, at: now)
            if case .reconnecting = candidates[candidate].standing, attempts < limits.attemptsPerRequest, !isPast(now) {
                return consider(candidate)
            }
            return next(budget: &budget, at: now)
        case .committed(let candidate):
            return finish(failure == .cancel ? .cancelled : .cut(candidate: candidate))
        case .finished:
            return .ignore
        case .idle, .considering, .waiting:
            invalid("failed(\(failure))")
        }
    }

    /// The attempt's first token is there. From here on it is the answer, good or cut.
    public mutating func committed(at now: Instant) -> Action {
        switch state {
        case .attempting(let candidate, _):
            state = .committed(candidate: candidate)
            return .deliver
        case .finished:
            return .ignore
        case .idle, .considering, .waiting, .committed:
            invalid("committed")
        }
    }

    /// The attempt ended with a whole answer, streamed or in one piece.
    public mutating func succeeded(at now: Instant) -> Action {
        switch state {
        case .attempting(let candidate, _), .committed(let candidate):
            return finish(.answered(candidate: candidate))
        case .finished:
            return .ignore
        case .idle, .considering, .waiting:
            invalid("succeeded")
        }
    }

    /// The timer of `.wait` fired. Early is allowed (the wait is asked for again), and so is a timer from before.
    public mutating func woke(at now: Instant) -> Action {
        switch state {
        case .waiting(let candidate, let until):
            if isPast(now) { return finish(.deadlineExceeded) }
            if now < until { return .wait(until: until) }
            // Someone untried may have become free in the meantime, and costs nothing.
            return consider(candidates.firstUntried(at: now) ?? candidate)
        case .considering, .attempting, .committed, .finished:
            return .ignore
        case .idle:
            invalid("woke")
        }
    }

    /// The caller went away. The driver closes whatever attempt is open.
    public mutating func cancelled(at now: Instant) -> Action {
        switch state {
        case .idle, .considering, .attempting, .waiting, .committed: finish(.cancelled)
        case .finished: .ignore
        }
    }

    /// The deadline of the whole cascade passed. The driver closes whatever attempt is open.
    public mutating func deadlineReached(at now: Instant) -> Action {
        switch state {
        case .idle, .considering, .attempting, .waiting: finish(.deadlineExceeded)
        case .committed(let candidate): finish(.cut(candidate: candidate))
        case .finished: .ignore
        }
    }
}

// MARK: - Rules

extension FallbackMachine {
    /// Writes down what a failure means for this candidate's further chances.
    private mutating func note(
        _ failure: FailureClass, of candidate: Int, pause: Duration, retryAfter: Duration?, at now: Instant
    ) {
        var entry = candidates[candidate]
        let asked = retryAfter.map { now.advanced(by: min(max($0, Cooldown.shortest), Cooldown.longest)) }
        entry.owesToken = failure.spendsRetryBudget
        if entry.attempts >= limits.attemptsPerProvider {
            entry.standing = .out(retryAt: asked)
        } else {
            let rested = max(now.advanced(by: pause), asked ?? now)
            switch failure.sameProviderAgain {
            case .atOnce:
                entry.standing = entry.reconnected ? .backingOff(until: rested) : .reconnecting
                entry.reconnected = true
            case .afterBackoff:
                entry.standing = mayRepeat(failure, entry) ? .backingOff(until: rested) : .out(retryAt: asked)
                entry.wasAmbiguous = entry.wasAmbiguous || failure == .ambiguous
            case .afterCooldown:
                entry.standing = .cooling(until: asked ?? now.advanced(by: Cooldown.shortest))
            case .never:
                entry.standing = .out(retryAt: asked)
            }
        }
        candidates[candidate] = entry
    }

    // A request that may have been processed already is repeated once at most: each repetition may be billed.
    private func mayRepeat(_ failure: FailureClass, _ entry: CandidateLedger.Entry) -> Bool {
        failure != .ambiguous || (limits.retryAmbiguous && !entry.wasAmbiguous)
    }

    /// The next step when the last candidate is done with, for now or for good.
    private mutating func next(budget: inout RetryBudget, at now: Instant) -> Action {
        if isPast(now) { return finish(.deadlineExceeded) }
        guard attempts < limits.attemptsPerRequest else { return exhausted() }
        if let untried = candidates.firstUntried(at: now) { return consider(untried) }
        if attempts == 0, let forced = candidates.soonestForcible() { return attempt(forced, forced: true) }
        while let retry = candidates.soonestRetry(at: now) {
            let pause = now.duration(to: retry.from)
            if let deadline, retry.from >= deadline { return exhausted() }
            // The soonest is too far off, so all are.
            if pause > waitLeft { return exhausted() }
            guard pays(for: retry.candidate, from: &budget) else {
                candidates[retry.candidate].standing = .out(retryAt: nil)
                continue
            }
            if pause <= .zero { return consider(retry.candidate) }
            waitLeft -= pause
            state = .waiting(candidate: retry.candidate, until: retry.from)
            return .wait(until: retry.from)
        }
        return exhausted()
    }

    private mutating func pays(for candidate: Int, from budget: inout RetryBudget) -> Bool {
        if candidates[candidate].owesToken, !holdsToken {
            holdsToken = budget.take()
            return holdsToken
        }
        return true
    }

    private mutating func consider(_ candidate: Int) -> Action {
        state = .considering(candidate: candidate)
        return .consider(candidate: candidate)
    }

    private mutating func attempt(_ candidate: Int, forced: Bool) -> Action {
        attempts += 1
        candidates[candidate].attempts += 1
        state = .attempting(candidate: candidate, forced: forced)
        return .attempt(candidate: candidate, number: candidates[candidate].attempts)
    }

    private mutating func exhausted() -> Action {
        finish(.exhausted(retryAt: candidates.earliestRetry))
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        state = .finished
        return .finish(outcome)
    }

    private func isPast(_ now: Instant) -> Bool {
        guard let deadline else { return false }
        return now >= deadline
    }

    private func invalid(_ event: String) -> Never {
        preconditionFailure("\(event) makes no sense in state \(state)")
    }
}
