import CascadePolicy

/// How attempts and requests end, and what they leave behind.
extension Simulation {
    mutating func commit(_ index: Int, _ id: Int) {
        guard let attempt = requests[index].attempt, attempt.id == id else {
            // Lost the race against a cancel or the deadline: the real driver may report all the same.
            let action = requests[index].machine.committed(at: now)
            perform(action, for: index)
            return
        }
        requests[index].attempt?.hasCommitted = true
        requests[index].deliveredFrom.insert(id)
        report(.started, attempt, of: index)
        let action = requests[index].machine.committed(at: now)
        perform(action, for: index)
    }

    mutating func end(_ index: Int, _ id: Int) {
        guard let attempt = requests[index].attempt, attempt.id == id else {
            let action = requests[index].machine.succeeded(at: now)
            perform(action, for: index)
            return
        }
        requests[index].attempt = nil
        let candidate = requests[index].candidates[attempt.candidate]
        providers[candidate.provider].active -= 1
        switch attempt.fate {
        case .answer:
            succeed(attempt, candidate, of: index)
        case .cut:
            report(.cut, attempt, of: index)
            judge(candidate.provider, good: false, since: attempt)
            fail(.cut, retryAfter: nil, attempt, of: index)
        case .fail(let failure, let retryAfter, let lacksModel):
            report(.failed(failure), attempt, of: index)
            judge(candidate.provider, good: false, since: attempt)
            let end = pause(candidate, after: failure, retryAfter: retryAfter, lacksModel: lacksModel)
            fail(failure, retryAfter: end.map(now.duration(to:)), attempt, of: index)
        }
    }

    private mutating func succeed(_ attempt: Attempt, _ candidate: Candidate, of index: Int) {
        successes += 1
        budget.succeeded()
        cooldowns.succeeded(provider: providers[candidate.provider].name, model: candidate.model)
        requests[index].deliveredFrom.insert(attempt.id)
        requests[index].provedEnd = attempt.candidate
        report(attempt.hasCommitted ? .whole : .started, attempt, of: index)
        judge(candidate.provider, good: true, since: attempt)
        pay(for: candidate)
        let action = requests[index].machine.succeeded(at: now)
        perform(action, for: index)
    }

    private mutating func pause(
        _ candidate: Candidate, after failure: FailureClass, retryAfter: Duration?, lacksModel: Bool
    ) -> Instant? {
        let name = providers[candidate.provider].name
        if lacksModel { return cooldowns.modelMissing(provider: name, model: candidate.model, at: now) }
        providers[candidate.provider].pauses.see(failure, retryAfter: retryAfter, model: candidate.model, at: now)
        return cooldowns.record(failure, retryAfter: retryAfter, provider: name, model: candidate.model, at: now)
    }

    private mutating func judge(_ id: Int, good: Bool, since attempt: Attempt) {
        if good {
            providers[id].judged.good += 1
            providers[id].health.recordSuccess(latency: attempt.startedAt.duration(to: now), at: now)
        } else {
            providers[id].judged.bad += 1
            let isOpen = providers[id].breaker.state(at: now) == .open
            providers[id].health.recordFailure(at: now, circuitOpen: isOpen)
            require(!isOpen || providers[id].health.status == .unhealthy, "an open circuit is healthy")
        }
    }

    private mutating func fail(_ failure: FailureClass, retryAfter: Duration?, _ attempt: Attempt, of index: Int) {
        requests[index].candidates[attempt.candidate].failures.append(failure)
        let action = requests[index].machine.failed(
            failure, retryAfter: retryAfter, budget: &budget, jitter: &generator, backoff: Backoff(), at: now)
        perform(action, for: index)
    }

    /// Reports to the breaker, but for the odd driver that dies before it can.
    private mutating func report(_ verdict: CircuitShadow.Verdict, _ attempt: Attempt, of index: Int) {
        if attempt.lease != nil, chance(5) { return }
        let id = requests[index].candidates[attempt.candidate].provider
        // Its place is given back with the first report; one more, at a stream's end, is about something else.
        let lease = attempt.hasCommitted ? nil : attempt.lease
        providers[id].leases[attempt.id] = nil
        let spread = Double(draw(9...11)) / 10
        let before = providers[id].breaker.state(at: now)
        switch verdict {
        case .started: providers[id].breaker.succeeded(lease, at: now)
        case .whole: providers[id].breaker.ended(cut: false, at: now)
        case .cut: providers[id].breaker.record(.cut, lease: nil, at: now, spread: spread)
        case .failed(let failure): providers[id].breaker.record(failure, lease: lease, at: now, spread: spread)
        case .abandoned: providers[id].breaker.abandoned(lease, at: now)
        }
        let breaker = providers[id].breaker
        let probe = lease.map { _ in CircuitShadow.Probe(startedAt: attempt.startedAt, isForced: attempt.isForced) }
        let wrong = providers[id].circuit.see(
            verdict, probe: probe, before: before, breaker: breaker, spread: spread, at: now)
        require(wrong == nil, "I9: \(providers[id].name) \(wrong ?? "")")
        if before != .open, breaker.state(at: now) == .open { tally.opened += 1 }
    }

    mutating func finish(_ outcome: FallbackMachine.Outcome, for index: Int) {
        requests[index].outcomes.append(outcome)
        if let attempt = requests[index].attempt {
            // A cancel or the deadline: the upstream is closed in the same step.
            requests[index].attempt = nil
            providers[requests[index].candidates[attempt.candidate].provider].active -= 1
            report(.abandoned, attempt, of: index)
        }
        checkOutcome(outcome, of: index)
    }
}
