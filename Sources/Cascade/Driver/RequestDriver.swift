internal import CascadeTransport
internal import Synchronization

/// Takes one request through the cascade: carries out what the fallback machine says and tells it what came of it.
///
/// One task at a time; made and used within it. Whoever makes one calls `complete` or `stream` once, and that call gives
/// the request's place back on every way out; a committed stream takes the place over.
///
/// What does not wait is never inlined into what does: its variables would be part of the task's memory, which a task
/// keeps for its life at the most it ever needed.
final class RequestDriver {
    let admitted: AdmittedRequest
    let span: RequestSpan
    var machine: FallbackMachine
    var attempts: [AttemptReport] = []
    var skips: [SkippedProvider]
    var lastFailure: UpstreamFailure?
    /// What was encoded, by candidate: a later attempt on one sends the same bytes.
    var encoded = EncodedCandidates()
    /// Candidates whose breaker has this request's one verdict.
    var judged: Set<Int> = []
    /// Candidates that failed this request; each has it on its record once, unless it answers in the end.
    var failing: Set<Int> = []
    /// The largest context window, in tokens, that the request was found not to fit.
    var exceededWindow: Int?
    /// Candidates whose model was fetched, or could not be.
    var pulled: Set<Int> = []

    var core: RouterCore { admitted.core }
    var request: ChatRequest { admitted.request }
    var now: Instant { core.clock.now }

    /// Where the driver stands between two attempts. An attempt holds its provider's place and its breaker's lease, so
    /// nothing of the kind is held in any other state.
    enum Step {
        case action(FallbackMachine.Action)
        case attempt(Attempt)
    }

    init(_ admitted: AdmittedRequest) {
        self.admitted = admitted
        span = RequestSpan(admitted)
        machine = FallbackMachine(
            candidateCount: admitted.decision.candidates.count, limits: admitted.snapshot.limits,
            deadline: admitted.deadline)
        skips = admitted.decision.skipped.map { skip in
            SkippedProvider(
                name: admitted.snapshot.providers[skip.provider].name, cause: .unsuitable,
                reason: skip.reason.description)
        }
    }

    func complete() async throws(CascadeError) -> ChatResponse {
        var step = Step.action(machine.start(at: now))
        while true {
            var attempt = try await nextAttempt(step)
            do throws(UpstreamFailure) {
                let answer = try await wholeAnswer(&attempt)
                return succeed(attempt, answer)
            } catch {
                step = await fail(attempt, error)
            }
        }
    }

    func stream() async throws(CascadeError) -> ChatStream {
        var step = Step.action(machine.start(at: now))
        while true {
            var attempt = try await nextAttempt(step)
            do throws(UpstreamFailure) {
                let committed = try await firstToken(&attempt)
                return commit(attempt, committed)
            } catch {
                step = await fail(attempt, error)
            }
        }
    }

    /// Goes on until an attempt is granted; throws when the request is over instead.
    func nextAttempt(_ first: Step) async throws(CascadeError) -> Attempt {
        var step = first
        while true {
            switch step {
            case .attempt(let attempt): return attempt
            case .action(.finish(let outcome)): throw end(outcome)
            case .action where Task.isCancelled: step = .action(machine.cancelled(at: now))
            case .action(.consider(let candidate)): step = try consider(candidate)
            // Attempts are granted while they are considered, but for the forced one.
            case .action(.attempt(let candidate, _)): step = try forceProbe(candidate)
            case .action(.wait(let until)): step = .action(await pause(until: until))
            case .action(.deliver), .action(.ignore): preconditionFailure("\(step) while nothing is under way")
            }
        }
    }

    private func pause(until: Instant) async -> FallbackMachine.Action {
        switch await core.pauses.sleep(until: until, clock: core.clock) {
        case .woke: return machine.woke(at: now)
        case .cancelled: return machine.cancelled(at: now)
        case .shutdown:
            lastFailure = .shutDown
            return machine.cancelled(at: now)
        }
    }
}
