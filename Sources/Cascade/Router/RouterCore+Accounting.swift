internal import Logging
internal import Synchronization

/// What attempts and requests leave behind: breakers, cooldowns, health, budget, cost and counts.
extension RouterCore {
    /// The attempt's outcome is final.
    func attemptEnded(_ report: AttemptReport) {
        emitter.attempt(report)
        options.onAttempt?(report)
        guard report.outcome != .answered else { return }
        logger.info(
            "attempt failed",
            metadata: [
                "provider": "\(report.provider)", "model": "\(report.model)", "outcome": "\(report.outcome.rawValue)",
                "class": "\(report.failureClass?.rawValue ?? "")", "reason": "\(report.reason ?? "")",
                "status": "\(report.status ?? 0)", "message": "\(report.message ?? "")",
            ])
    }

    /// An attempt failed before its first token; its place is given back.
    ///
    /// - Parameter isVerdict: The breaker takes the failure into account. One request counts once against a provider.
    /// - Returns: The end of the pause that the provider asked for, or was given.
    func failed(
        _ attempt: RequestDriver.Attempt, failure: UpstreamFailure, kind: FailureClass, isVerdict: Bool
    ) -> Instant? {
        let now = clock.now
        let provider = attempt.provider
        let spread = jitterOfPause()
        let opened = provider.state.withLock { state in
            state.active -= 1
            state.failures[kind, default: 0] += 1
            let before = state.breaker.state(at: now)
            if isVerdict {
                state.breaker.record(kind, lease: attempt.lease, at: now, spread: spread)
            } else {
                state.breaker.abandoned(attempt.lease, at: now)
            }
            return before != .open && state.breaker.state(at: now) == .open
        }
        if opened { logOpened(provider, reason: failure.reason) }
        return pause(provider, model: attempt.model, failure: failure, kind: kind, at: now)
    }

    /// So that all processes do not come back to a provider at the same instant.
    private func jitterOfPause() -> Double {
        shared.withLock { Double.random(in: 0.9...1.1, using: &$0.generator) }
    }

    private func logOpened(_ provider: Provider, reason: String) {
        logger.warning("circuit opened", metadata: ["provider": "\(provider.name)", "reason": "\(reason)"])
    }

    private func pause(
        _ provider: Provider, model: String, failure: UpstreamFailure, kind: FailureClass, at now: Instant
    ) -> Instant? {
        let isModelMissing = failure.providerKind == .modelNotFound || failure.providerKind == .modelNotPulled
        return shared.withLock { shared in
            guard isModelMissing else {
                return shared.cooldowns.record(
                    kind, reason: failure.reason, retryAfter: failure.retryAfter, provider: provider.name,
                    model: model, at: now)
            }
            return shared.cooldowns.modelMissing(
                provider: provider.name, model: model, reason: failure.reason, at: now)
        }
    }

    /// The request ended without an answer of this provider's, which it had asked: one failure, however many attempts.
    func blame(_ provider: Provider) {
        let now = clock.now
        provider.state.withLock { state in
            state.health.recordFailure(at: now, circuitOpen: state.breaker.state(at: now) == .open)
        }
    }

    /// The attempt gave its first token, or its whole answer: the breaker's verdict.
    ///
    /// - Parameter timeToFirstToken: From the attempt's start; `nil` for an answer that is not streamed.
    func committed(_ provider: Provider, lease: CircuitBreaker.Lease?, timeToFirstToken: Duration?) {
        let now = clock.now
        provider.state.withLock { state in
            let before = state.breaker.state(at: now)
            state.breaker.succeeded(lease, at: now)
            if before != .closed, state.breaker.state(at: now) == .closed { state.health.circuitClosed() }
            if let timeToFirstToken {
                state.timeToFirstToken.record(timeToFirstToken)
                state.recentFirstTokens?.record(timeToFirstToken)
            }
        }
    }

    /// A stream came to its proved end.
    func wasWhole(_ attempt: RequestDriver.Attempt) {
        let now = clock.now
        attempt.provider.state.withLock { $0.breaker.ended(cut: false, at: now) }
    }

    /// A stream broke off after its first token, or its reader went away; its place is given back. The tokens that the
    /// provider had told of are paid for all the same.
    func broke(_ attempt: RequestDriver.Attempt, usage: Usage?, isCancelled: Bool) {
        let now = clock.now
        let spread = jitterOfPause()
        let opened = attempt.provider.state.withLock { state in
            state.active -= 1
            state.failures[isCancelled ? .cancel : .cut, default: 0] += 1
            guard !isCancelled else { return false }
            let before = state.breaker.state(at: now)
            state.cuts += 1
            state.breaker.ended(cut: true, at: now, spread: spread)
            let after = state.breaker.state(at: now)
            state.health.recordFailure(at: now, circuitOpen: after == .open)
            return before != .open && after == .open
        }
        if opened { logOpened(attempt.provider, reason: FailureClass.cut.rawValue) }
        spend(usage, attempt: attempt)
    }

    /// A request was answered in full; the attempt's place is given back.
    ///
    /// - Parameters:
    ///   - latency: From the call to the last byte, over all attempts.
    ///   - timeToFirstToken: From the call; `nil` for an answer that was not streamed.
    func answered(
        _ attempt: RequestDriver.Attempt, usage: Usage?, latency: Duration, timeToFirstToken: Duration?
    ) {
        let now = clock.now
        attempt.provider.state.withLock { state in
            // Its own time: that of providers that failed before it is not its fault.
            let own = attempt.startedAt.duration(to: now)
            state.active -= 1
            state.answers += 1
            state.health.recordSuccess(latency: own, at: now)
            state.latency.record(own)
        }
        shared.withLock { shared in
            shared.budget.succeeded()
            shared.cooldowns.succeeded(provider: attempt.provider.name, model: attempt.model)
            shared.counts.answered += 1
            if attempt.candidate > 0 { shared.counts.fallbacks += 1 }
        }
        spend(usage, attempt: attempt)
        emitter.answered(
            provider: attempt.provider, model: attempt.model, usage: usage, latency: latency,
            timeToFirstToken: timeToFirstToken)
    }

    private func spend(_ usage: Usage?, attempt: RequestDriver.Attempt) {
        guard let usage else { return }
        let price = attempt.provider.price(of: attempt.model)
        let prompt = usage.promptTokens
        let completion = usage.completionTokens
        attempt.provider.state.withLock { state in
            // A provider may claim any number.
            state.promptTokens = state.promptTokens.addingSaturated(prompt)
            state.completionTokens = state.completionTokens.addingSaturated(completion)
            state.promptSizes.record(prompt)
            state.completionSizes.record(completion)
            state.cost += price.cost(promptTokens: prompt, completionTokens: completion)
        }
        let day = clock.day
        let alert: (spent: Double, budget: Double)? = shared.withLock { shared in
            let isDue = shared.cost.record(price, promptTokens: prompt, completionTokens: completion, day: day)
            guard isDue, let budget = shared.cost.dailyBudget else { return nil }
            return (shared.cost.spent(day: day), budget)
        }
        guard let alert else { return }
        logger.warning(
            "daily budget nearly spent", metadata: ["spent_usd": "\(alert.spent)", "budget_usd": "\(alert.budget)"])
    }

    /// A request ended without a whole answer.
    func ended(_ error: CascadeError) {
        shared.withLock { shared in
            guard error.code != .cancelled else { return shared.counts.cancelled += 1 }
            shared.counts.failed += 1
            shared.counts.codes[error.code, default: 0] += 1
        }
        emitter.ended(error)
        guard error.code != .cancelled else { return }
        // The caller has the error and decides how bad it is.
        logger.notice(
            "request failed",
            metadata: [
                "code": "\(error.code.rawValue)", "attempts": "\(error.attempts.count)", "message": "\(error.message)",
            ])
    }
}

extension Int {
    fileprivate func addingSaturated(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
