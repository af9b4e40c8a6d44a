import CascadePolicy

/// What must hold, whatever happens. The names are those of the fault catalogue.
///
/// Three of its invariants are about bytes and handles, of which there are none here. For I7, what is buffered, see
/// `RingModelTests` and `TransferBackPressureTests`; for the rest of I8, what is released, `EventLoopStressTests`; for
/// I10, secrets, `SecretSweepTests`. Of I6 the 100 ms are the transport's: here the step that ends a request closes it.
extension Simulation {
    func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { findings.violations.append("\(message()) at \(now.nanoseconds) ns") }
    }

    mutating func record(_ action: FallbackMachine.Action, for index: Int) {
        tell("r\(index): \(action)")
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

    mutating func checkStart(of index: Int, lease: CircuitBreaker.Lease?, for request: Int) {
        let asked = requests[request]
        require(asked.attempt == nil, "two attempts at once")
        require(asked.deliveredFrom.isEmpty, "I4: an attempt after commit")
        require(!asked.cancelled, "I4: an attempt after cancel")
        require(asked.outcomes.isEmpty, "I4: an attempt after the end")
        require(asked.deadline.map { now < $0 } ?? true, "I4: an attempt after the deadline")
        require(asked.attempts < asked.limits.attemptsPerRequest, "I5: too many attempts")
        let candidate = asked.candidates[index]
        require(candidate.attempts < asked.limits.attemptsPerProvider, "I5: too many on one provider")
        if candidate.attempts > 0 { checkRetry(of: index, in: asked) }
        checkCircuit(of: candidate.provider, lease: lease, for: asked)
        let provider = providers[candidate.provider]
        require(provider.limit.map { provider.active < $0 } ?? true, "more at a time than \(provider.name) takes")
        require(now >= provider.pauses.end(of: candidate.model), "I11: an attempt inside Retry-After")
    }

    private mutating func checkRetry(of index: Int, in request: Request) {
        let candidate = request.candidates[index]
        guard let last = candidate.failures.last else { return }
        require(last.sameProviderAgain != .never, "I5: asked again after \(last)")
        let ambiguous = candidate.failures.count { $0 == .ambiguous }
        require(ambiguous <= (request.limits.retryAmbiguous ? 1 : 0), "I5: repeated what may have been billed")
        if last.spendsRetryBudget { tally.paidRetries += 1 }
        let paid = tally.paidRetries
        require(paid * 10 <= tokens * 10 + successes, "I5: \(paid) retries, more than the budget holds")
        // A connect that sent nothing is repeated first of all, once.
        if last == .connect, candidate.failures.count(where: { $0 == .connect }) == 1 { return }
        for other in request.candidates where other.attempts == 0 {
            let isHeld = other.refusedUntil.map { now < $0 } ?? false
            require(isHeld, "asked again while \(providers[other.provider].name) is untried")
        }
    }

    private mutating func checkCircuit(of id: Int, lease: CircuitBreaker.Lease?, for request: Request) {
        let provider = providers[id]
        require(provider.breaker.state(at: now) == .closed || lease != nil, "I9: a call past an open circuit")
        if let until = provider.circuit.mustStayOpenUntil, now < until {
            require(lease != nil, "I9: a call past a circuit that must be open")
            require(request.machine.isForcedProbe && request.attempts == 0, "I9: a probe that nobody needs")
        }
        guard lease != nil else { return }
        let live = provider.leases.values.count { $0 > now }
        require(live <= provider.breaker.settings.halfOpenMaxCalls, "I9: \(live) probes at once")
    }

    mutating func noteWait(_ until: Instant, of index: Int) {
        tally.waits += 1
        // The same wait once more, because the timer fired early.
        if requests[index].waitsUntil == until { return }
        requests[index].waitsUntil = until
        requests[index].waited += now.duration(to: until)
        require(requests[index].waited <= requests[index].limits.maxWait, "I5: waits for longer than it may")
        require(requests[index].deadline.map { until < $0 } ?? true, "I4: waits for a time after the deadline")
    }

    /// The client of this request is gone, or its time is over.
    mutating func checkClosed(_ index: Int) {
        require(requests[index].attempt == nil, "I6: the upstream stays open")
        require(!requests[index].outcomes.isEmpty, "I6: the request goes on")
    }

    mutating func checkOutcome(_ outcome: FallbackMachine.Outcome, of index: Int) {
        let request = requests[index]
        tally.outcomes[Self.name(of: outcome), default: 0] += 1
        require(request.outcomes.count == 1, "I1: \(request.outcomes.count) outcomes")
        require(request.deliveredFrom.count <= 1, "I2: text of several attempts")
        switch outcome {
        case .answered(let candidate):
            require(request.provedEnd == candidate, "I3: answered without a proved end")
        case .cut:
            require(request.deliveredFrom.count == 1, "I3: cut without a first token")
        case .exhausted, .refused, .deadlineExceeded:
            require(request.deliveredFrom.isEmpty, "I2: text was delivered, and then \(outcome)")
        case .cancelled:
            require(request.cancelled, "I1: cancelled by nobody")
        }
        if case .exhausted = outcome, request.attempts == 0 {
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
            let provider = providers[index]
            require(provider.active == 0, "I8: \(provider.active) places of \(provider.name) are not given back")
            require(provider.health.successful == provider.judged.good, "a success is not on record")
            require(provider.health.failed == provider.judged.bad, "a failure is not on record")
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
