import CascadePolicy

/// What must hold, whatever happens. The names are those of the fault catalogue.
extension Simulation {
    mutating func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { violations.append("\(message()) at \(now.nanoseconds) ns") }
    }

    mutating func record(_ action: FallbackMachine.Action, for index: Int) {
        note(Int(truncatingIfNeeded: now.nanoseconds))
        note(index)
        switch action {
        case .consider(let candidate): note(100 + candidate)
        case .attempt(let candidate, let number): note(200 + candidate * 10 + number)
        case .wait(let until): note(Int(truncatingIfNeeded: until.nanoseconds))
        case .deliver: note(300)
        case .ignore: note(400)
        case .finish(let outcome): note(Self.name(of: outcome).utf8.reduce(500) { $0 &* 31 &+ Int($1) })
        }
    }

    mutating func checkStart(of candidate: Int, lease: CircuitBreaker.Lease?, for index: Int) {
        let request = requests[index]
        let provider = providers[request.providers[candidate]]
        require(request.attempt == nil, "two attempts at once")
        require(request.deliveredFrom.isEmpty, "I4: an attempt after commit")
        require(!request.cancelled, "I4: an attempt after cancel")
        require(request.outcomes.isEmpty, "I4: an attempt after the end")
        require(request.deadline.map { now < $0 } ?? true, "I4: an attempt after the deadline")
        require(request.attempts.reduce(0, +) < request.limits.attemptsPerRequest, "I5: too many attempts")
        require(request.attempts[candidate] < request.limits.attemptsPerProvider, "I5: too many on one provider")
        if request.attempts[candidate] > 0, let last = request.lastFailure[candidate] {
            require(last.sameProviderAgain != .never, "I5: asked again after \(last)")
            if last.spendsRetryBudget { tally.paidRetries += 1 }
            let paid = tally.paidRetries
            require(paid * 10 <= tokens * 10 + successes, "I5: \(paid) retries, more than the budget holds")
        }
        require(provider.breaker.state(at: now) == .closed || lease != nil, "I9: a call past an open circuit")
        let live = provider.leases.values.filter { $0 > now }.count
        require(live <= provider.breaker.settings.halfOpenMaxCalls, "I9: \(live) probes at once")
        require(now >= provider.cooldownShadow, "I11: an attempt inside Retry-After")
    }

    mutating func noteRetryAfter(_ retryAfter: Duration?, of provider: Int) {
        guard let retryAfter else { return }
        let end = now.advanced(by: retryAfter)
        providers[provider].cooldownShadow = max(providers[provider].cooldownShadow, end)
    }

    mutating func checkOutcome(_ outcome: FallbackMachine.Outcome, of index: Int) {
        let request = requests[index]
        tally.outcomes[Self.name(of: outcome), default: 0] += 1
        require(request.outcomes.count == 1, "I1: \(request.outcomes.count) outcomes")
        require(request.deliveredFrom.count <= 1, "I2: text of several attempts")
        require(request.attempt == nil, "I6: the upstream stays open")
        switch outcome {
        case .answered:
            require(request.deliveredFrom.count == 1, "I3: answered by nobody")
        case .cut:
            require(request.deliveredFrom.count == 1, "I3: cut without a first token")
        case .exhausted, .refused, .deadlineExceeded:
            require(request.deliveredFrom.isEmpty, "I2: text was delivered, and then \(outcome)")
        case .cancelled:
            require(request.cancelled, "I1: cancelled by nobody")
        }
        if case .exhausted = outcome, request.attempts.reduce(0, +) == 0 {
            require(!request.heldByCircuit || request.probeHadNoPlace, "I9: nobody was asked")
        }
    }

    mutating func checkEnd() {
        for request in requests {
            require(request.outcomes.count == 1, "I1: \(request.outcomes.count) outcomes")
            require(request.attempt == nil, "I8: an attempt is left open")
        }
        // Whatever was lost on the way, no circuit stays shut for good.
        let muchLater = now.advanced(by: .seconds(3600))
        for index in providers.indices {
            let admission = providers[index].breaker.admit(at: muchLater)
            if case .refused = admission { require(false, "I8: a breaker is stuck") }
        }
    }

    static func name(of outcome: FallbackMachine.Outcome) -> String {
        switch outcome {
        case .answered: "answered"
        case .cut: "cut"
        case .exhausted: "exhausted"
        case .refused(let failure): "refused \(failure.rawValue)"
        case .cancelled: "cancelled"
        case .deadlineExceeded: "deadline exceeded"
        }
    }
}
