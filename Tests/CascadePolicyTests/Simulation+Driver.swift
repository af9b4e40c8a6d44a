import CascadePolicy

/// The driver: carries out actions as the real one does, and reports back.
extension Simulation {
    mutating func handle(_ event: Event) {
        switch event {
        case .begin(let index): begin(index)
        case .commit(let index, let attempt): commit(index, attempt)
        case .end(let index, let attempt): end(index, attempt)
        case .wake(let index):
            let action = requests[index].machine.woke(at: now)
            perform(action, for: index)
        case .cancel(let index):
            requests[index].cancelled = true
            let action = requests[index].machine.cancelled(at: now)
            perform(action, for: index)
        case .deadline(let index):
            let action = requests[index].machine.deadlineReached(at: now)
            perform(action, for: index)
        case .reload: reload()
        }
    }

    private mutating func begin(_ index: Int) {
        if chance(60) {
            let deadline = now.advanced(by: .milliseconds(draw(0...40_000)))
            requests[index].deadline = deadline
            schedule(.deadline(request: index), at: deadline)
        }
        if chance(20) { schedule(.cancel(request: index), after: draw(0...20_000)) }
        requests[index].machine = FallbackMachine(
            candidateCount: requests[index].providers.count, limits: requests[index].limits,
            deadline: requests[index].deadline)
        let action = requests[index].machine.start(at: now)
        perform(action, for: index)
    }

    /// Breakers, cooldowns and requests in flight live on; who is enabled, and every limit, may change.
    private mutating func reload() {
        for index in providers.indices {
            providers[index].isEnabled = chance(80)
            providers[index].failureRate = draw(0...100)
            providers[index].breaker.settings.failureThreshold = draw(1...4)
            providers[index].breaker.settings.halfOpenMaxCalls = draw(1...3)
        }
        cooldowns.keep(providers.map(\.name))
        if chance(60) { schedule(.reload, after: draw(1...20_000)) }
    }

    mutating func perform(_ first: FallbackMachine.Action, for index: Int) {
        var action = first
        while true {
            record(action, for: index)
            switch action {
            case .consider(let candidate):
                action = consider(candidate, for: index)
            case .attempt(let candidate, _) where requests[index].machine.isForcedProbe:
                let admission = providers[requests[index].providers[candidate]].breaker.forceProbe(at: now)
                if case .refused(let until) = admission {
                    requests[index].probeHadNoPlace = true
                    action = refuse(.circuitOpen(until: until), for: index)
                    continue
                }
                tally.forcedProbes += 1
                startAttempt(candidate, admission, for: index)
                return
            case .attempt:
                preconditionFailure("an attempt comes from an admission")
            case .wait(let until):
                tally.waits += 1
                // Timers of a real loop fire a little off.
                schedule(.wake(request: index), at: chance(10) ? until.advanced(by: .microseconds(-400)) : until)
                return
            case .finish(let outcome):
                finish(outcome, for: index)
                return
            case .deliver:
                return
            case .ignore:
                tally.lostRaces += 1
                return
            }
            if case .attempt = action, requests[index].attempt != nil { return }
        }
    }

    private mutating func consider(_ candidate: Int, for index: Int) -> FallbackMachine.Action {
        let id = requests[index].providers[candidate]
        if !providers[id].isEnabled { return refuse(.unavailable, for: index) }
        if let pause = cooldowns.pause(provider: providers[id].name, model: "m", at: now) {
            return refuse(.coolingDown(until: pause.until), for: index)
        }
        let admission = providers[id].breaker.admit(at: now)
        if case .refused(let until) = admission {
            requests[index].heldByCircuit = true
            return refuse(.circuitOpen(until: until), for: index)
        }
        let action = requests[index].machine.admitted(at: now)
        guard case .attempt(let admitted, _) = action else {
            if case .probe(let lease) = admission { providers[id].breaker.abandoned(lease, at: now) }
            return action
        }
        record(action, for: index)
        startAttempt(admitted, admission, for: index)
        return action
    }

    private mutating func refuse(_ refusal: FallbackMachine.Refusal, for index: Int) -> FallbackMachine.Action {
        requests[index].machine.refused(refusal, budget: &budget, at: now)
    }

    private mutating func startAttempt(_ candidate: Int, _ admission: CircuitBreaker.Admission, for index: Int) {
        let id = requests[index].providers[candidate]
        nextAttempt += 1
        var lease: CircuitBreaker.Lease?
        if case .probe(let granted) = admission {
            lease = granted
            tally.probes += 1
            providers[id].leases[nextAttempt] = now.advanced(by: providers[id].breaker.settings.probeLease)
        }
        checkStart(of: candidate, lease: lease, for: index)
        let fate = drawFate(of: id)
        requests[index].attempts[candidate] += 1
        requests[index].attempt = Attempt(id: nextAttempt, candidate: candidate, lease: lease, fate: fate)
        // Some take longer than any probe's lease.
        let latency = chance(5) ? draw(0...60_000) : draw(0...3000)
        switch fate {
        case .answer where chance(50):
            schedule(.end(request: index, attempt: nextAttempt), after: latency)
        case .answer, .cut:
            schedule(.commit(request: index, attempt: nextAttempt), after: latency)
            schedule(.end(request: index, attempt: nextAttempt), after: latency + draw(0...5000))
        case .fail(let failure, _):
            let silence = failure == .timeout ? 8000 : 0
            schedule(.end(request: index, attempt: nextAttempt), after: latency + silence)
        }
    }

    private mutating func drawFate(of id: Int) -> Fate {
        guard chance(providers[id].failureRate) else { return .answer }
        if chance(15) { return .cut }
        let failures: [FailureClass] = [
            .connect, .connect, .transient, .transient, .transient, .timeout, .throttle, .throttle, .quota, .auth,
            .ambiguous, .config, .request, .policy, .local,
        ]
        let failure = failures[draw(0...failures.count - 1)]
        let mayAsk = failure == .throttle || failure == .transient
        return .fail(failure, retryAfter: mayAsk && chance(50) ? .milliseconds(draw(0...30_000)) : nil)
    }

    private mutating func commit(_ index: Int, _ id: Int) {
        guard let attempt = requests[index].attempt, attempt.id == id else {
            // Lost the race against a cancel or the deadline: the real driver may report all the same.
            let action = requests[index].machine.committed(at: now)
            perform(action, for: index)
            return
        }
        requests[index].attempt?.hasCommitted = true
        requests[index].deliveredFrom.insert(id)
        report(attempt, of: index) { breaker, now in breaker.succeeded(attempt.lease, at: now) }
        let action = requests[index].machine.committed(at: now)
        perform(action, for: index)
    }

    private mutating func end(_ index: Int, _ id: Int) {
        guard let attempt = requests[index].attempt, attempt.id == id else {
            let action = requests[index].machine.succeeded(at: now)
            perform(action, for: index)
            return
        }
        requests[index].attempt = nil
        let provider = requests[index].providers[attempt.candidate]
        switch attempt.fate {
        case .answer:
            successes += 1
            budget.succeeded()
            cooldowns.succeeded(provider: providers[provider].name, model: "m")
            requests[index].deliveredFrom.insert(id)
            report(attempt, of: index) { breaker, now in
                if attempt.hasCommitted {
                    breaker.ended(cut: false, at: now)
                } else {
                    breaker.succeeded(attempt.lease, at: now)
                }
            }
            let action = requests[index].machine.succeeded(at: now)
            perform(action, for: index)
        case .cut:
            report(attempt, of: index) { breaker, now in breaker.record(.cut, lease: nil, at: now) }
            fail(.cut, retryAfter: nil, attempt, of: index)
        case .fail(let failure, let retryAfter):
            report(attempt, of: index) { breaker, now in breaker.record(failure, lease: attempt.lease, at: now) }
            noteRetryAfter(retryAfter, of: provider)
            let end = cooldowns.record(
                failure, retryAfter: retryAfter, provider: providers[provider].name, model: "m", at: now)
            fail(failure, retryAfter: end.map(now.duration(to:)), attempt, of: index)
        }
    }

    private mutating func fail(_ failure: FailureClass, retryAfter: Duration?, _ attempt: Attempt, of index: Int) {
        requests[index].lastFailure[attempt.candidate] = failure
        let action = requests[index].machine.failed(
            failure, retryAfter: retryAfter, budget: &budget, jitter: &generator, backoff: Backoff(), at: now)
        perform(action, for: index)
    }

    /// Reports to the breaker, but for the odd driver that dies before it can.
    private mutating func report(_ attempt: Attempt, of index: Int, _ body: (inout CircuitBreaker, Instant) -> Void) {
        let provider = requests[index].providers[attempt.candidate]
        if attempt.lease != nil, chance(5) { return }
        providers[provider].leases[attempt.id] = nil
        body(&providers[provider].breaker, now)
    }

    private mutating func finish(_ outcome: FallbackMachine.Outcome, for index: Int) {
        requests[index].outcomes.append(outcome)
        if let attempt = requests[index].attempt {
            // A cancel or the deadline: the upstream is closed in the same step.
            requests[index].attempt = nil
            report(attempt, of: index) { breaker, now in breaker.abandoned(attempt.lease, at: now) }
        }
        checkOutcome(outcome, of: index)
    }
}
