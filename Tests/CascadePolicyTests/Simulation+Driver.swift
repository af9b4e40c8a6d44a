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
            tell("r\(index) is cancelled")
            requests[index].cancelled = true
            let action = requests[index].machine.cancelled(at: now)
            perform(action, for: index)
            checkClosed(index)
        case .deadline(let index):
            let action = requests[index].machine.deadlineReached(at: now)
            perform(action, for: index)
            checkClosed(index)
        case .reload: reload()
        }
    }

    private mutating func begin(_ index: Int) {
        requests[index].begun = now
        if chance(60) {
            let deadline = now.advanced(by: .milliseconds(draw(0...40_000)))
            requests[index].deadline = deadline
            schedule(.deadline(request: index), at: deadline)
        }
        if chance(20) { schedule(.cancel(request: index), after: draw(0...20_000)) }
        plan(index)
        requests[index].machine = FallbackMachine(
            candidateCount: requests[index].candidates.count, limits: requests[index].limits,
            deadline: requests[index].deadline)
        let action = requests[index].machine.start(at: now)
        perform(action, for: index)
    }

    /// Breakers, cooldowns and requests in flight live on; the plan of new ones, and every limit, may change.
    private mutating func reload() {
        tell("reload")
        changeTable()
        for index in providers.indices {
            providers[index].lacksKey = chance(10)
            providers[index].limit = chance(20) ? draw(1...2) : nil
            providers[index].failureRate = draw(0...100)
            providers[index].breaker.settings.failureThreshold = draw(1...6)
            providers[index].breaker.settings.halfOpenMaxCalls = draw(1...3)
            let wrong = providers[index].circuit.settle(providers[index].breaker, at: now)
            require(wrong == nil, "I9: \(providers[index].name) \(wrong ?? "")")
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
                guard let refused = forceProbe(candidate, for: index) else { return }
                action = refused
                continue
            case .attempt:
                preconditionFailure("an attempt comes from an admission")
            case .wait(let until):
                noteWait(until, of: index)
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
        let (id, model) = (requests[index].candidates[candidate].provider, requests[index].candidates[candidate].model)
        if providers[id].lacksKey { return refuse(.unavailable, candidate, for: index) }
        if let pause = cooldowns.pause(provider: providers[id].name, model: model, at: now) {
            // No time heals a refused key or an unknown model.
            let passes = pause.failure.sameProviderAgain != .never || pause.failure == .timeout
            return refuse(passes ? .coolingDown(until: pause.until) : .unavailable, candidate, for: index)
        }
        if isBusy(id) { return refuseBusy(candidate, for: index) }
        let admission = providers[id].breaker.admit(at: now)
        if case .refused(let until) = admission {
            requests[index].heldByCircuit = true
            return refuse(.circuitOpen(until: until), candidate, for: index)
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

    /// `nil` when the probe has started.
    private mutating func forceProbe(_ candidate: Int, for index: Int) -> FallbackMachine.Action? {
        let id = requests[index].candidates[candidate].provider
        if isBusy(id) {
            requests[index].probeHadNoPlace = true
            return refuseBusy(candidate, for: index)
        }
        let admission = providers[id].breaker.forceProbe(at: now)
        if case .refused(let until) = admission {
            requests[index].probeHadNoPlace = true
            return refuse(.circuitOpen(until: until), candidate, for: index)
        }
        tally.forcedProbes += 1
        startAttempt(candidate, admission, for: index)
        return nil
    }

    private func isBusy(_ id: Int) -> Bool {
        providers[id].limit.map { providers[id].active >= $0 } ?? false
    }

    private mutating func refuseBusy(_ candidate: Int, for index: Int) -> FallbackMachine.Action {
        tally.busy += 1
        return refuse(.coolingDown(until: now.advanced(by: .milliseconds(100))), candidate, for: index)
    }

    private mutating func refuse(
        _ refusal: FallbackMachine.Refusal, _ candidate: Int, for index: Int
    ) -> FallbackMachine.Action {
        requests[index].candidates[candidate].refusedUntil =
            switch refusal {
            // No step is shorter than a millisecond.
            case .circuitOpen(let until), .coolingDown(let until): max(until, now.advanced(by: .milliseconds(1)))
            case .unavailable: Instant(nanoseconds: .max)
            }
        return requests[index].machine.refused(refusal, budget: &budget, at: now)
    }

    private mutating func startAttempt(_ candidate: Int, _ admission: CircuitBreaker.Admission, for index: Int) {
        let id = requests[index].candidates[candidate].provider
        nextAttempt += 1
        var lease: CircuitBreaker.Lease?
        if case .probe(let granted) = admission {
            lease = granted
            tally.probes += 1
            providers[id].leases[nextAttempt] = now.advanced(by: providers[id].breaker.settings.probeLease)
        }
        checkStart(of: candidate, lease: lease, for: index)
        let fate = drawFate(of: id)
        let name = providers[id].name
        tell("r\(index) asks \(name)\(lease == nil ? "" : " as a probe"), which will \(fate)")
        requests[index].candidates[candidate].attempts += 1
        providers[id].active += 1
        requests[index].attempt = Attempt(
            id: nextAttempt, candidate: candidate, lease: lease, fate: fate, startedAt: now,
            isForced: requests[index].machine.isForcedProbe)
        // Some take longer than any probe's lease.
        let latency = chance(5) ? draw(0...60_000) : draw(0...3000)
        switch fate {
        case .answer where chance(50):
            schedule(.end(request: index, attempt: nextAttempt), after: latency)
        case .answer, .cut:
            schedule(.commit(request: index, attempt: nextAttempt), after: latency)
            schedule(.end(request: index, attempt: nextAttempt), after: latency + draw(0...5000))
        case .fail(let failure, _, _):
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
        let mayAsk = [.throttle, .transient, .quota, .auth].contains(failure)
        let pause = chance(3) ? draw(0...100_000_000) : draw(0...30_000)
        return .fail(
            failure, retryAfter: mayAsk && chance(50) ? .milliseconds(pause) : nil,
            lacksModel: failure == .config && chance(50))
    }
}
