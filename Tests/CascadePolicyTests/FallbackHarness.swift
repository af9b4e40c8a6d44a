import CascadePolicy

/// A machine with what a driver would hold beside it: a budget, and jitter that draws the bound of every pause.
struct FallbackHarness {
    var machine: FallbackMachine
    var budget = RetryBudget()
    var backoff = Backoff()
    var jitter = LargestDraw()

    init(_ count: Int, _ limits: FallbackMachine.Limits = .init(), deadline: Instant? = nil) {
        machine = FallbackMachine(candidateCount: count, limits: limits, deadline: deadline)
    }

    enum Event: Sendable {
        case start
        case admitted
        case circuitOpen(Instant)
        case cooling(Instant)
        case unavailable
        case failed(FailureClass)
        case failedAsking(FailureClass, Duration)
        case committed
        case succeeded
        case woke
        case cancelled
        case deadline
    }

    mutating func step(_ event: Event, at now: Instant) -> FallbackMachine.Action {
        switch event {
        case .start: machine.start(at: now)
        case .admitted: machine.admitted(at: now)
        case .circuitOpen(let until): machine.refused(.circuitOpen(until: until), budget: &budget, at: now)
        case .cooling(let until): machine.refused(.coolingDown(until: until), budget: &budget, at: now)
        case .unavailable: machine.refused(.unavailable, budget: &budget, at: now)
        case .failed(let failure): fail(failure, nil, at: now)
        case .failedAsking(let failure, let pause): fail(failure, pause, at: now)
        case .committed: machine.committed(at: now)
        case .succeeded: machine.succeeded(at: now)
        case .woke: machine.woke(at: now)
        case .cancelled: machine.cancelled(at: now)
        case .deadline: machine.deadlineReached(at: now)
        }
    }

    private mutating func fail(_ failure: FailureClass, _ pause: Duration?, at now: Instant) -> FallbackMachine.Action {
        machine.failed(
            failure, retryAfter: pause, budget: &budget, jitter: &jitter, backoff: backoff, at: now)
    }
}
