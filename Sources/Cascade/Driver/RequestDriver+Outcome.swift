internal import CascadeTransport
internal import Synchronization

/// What comes of an attempt, and of the request.
extension RequestDriver {
    @inline(never)
    func succeed(_ attempt: Attempt, _ whole: WholeAnswerSink) -> ChatResponse {
        let now = now
        let answer = whole.answer
        _ = machine.succeeded(at: now)
        let report = report(attempt, .answered, failure: nil, at: now)
        attempts.append(report)
        let latency = admitted.startedAt.duration(to: now)
        close(answering: attempt.candidate)
        core.committed(attempt.provider, lease: attempt.lease, timeToFirstToken: nil)
        core.attemptEnded(report)
        core.answered(attempt, usage: answer.usage, latency: latency, timeToFirstToken: nil)
        span.end(provider: attempt.provider, model: attempt.model, usage: answer.usage, error: nil)
        return ChatResponse(
            content: answer.content, reasoning: answer.reasoning, toolCalls: answer.toolCalls,
            provider: attempt.provider.name, model: attempt.model, latency: latency, timeToFirstToken: latency,
            usage: answer.usage, finishReason: answer.finishReason ?? .stop, isFallbackModel: attempt.isFallbackModel,
            attempts: attempts, droppedFields: attempt.droppedFields, id: answer.id, body: whole.body)
    }

    /// The first token is there: the stream takes over the request's place, and ends the attempt.
    @inline(never)
    func commit(_ attempt: Attempt, _ committed: consuming Committed) -> ChatStream {
        let now = now
        _ = machine.committed(at: now)
        let report = report(attempt, .answered, failure: nil, at: now)
        core.committed(attempt.provider, lease: attempt.lease, timeToFirstToken: report.latency)
        settleHealth(answering: attempt.candidate)
        let total = attempt.provider.timeouts.total.map { EventLoop.instant(after: $0 - report.latency) }
        committed.call.liftTotalDeadline(keeping: total)
        let stream = StreamCore(
            of: admitted, attempt: attempt, attempts: attempts + [report], span: span,
            timeToFirstToken: admitted.startedAt.duration(to: now), committed: committed)
        core.streams.insert(stream)
        return ChatStream(stream)
    }

    /// Tells everyone of the failure.
    ///
    /// - Returns: How the request goes on: as the machine says, or with the same attempt anew when all that was missing
    ///   was a model that is there by now.
    func fail(_ attempt: Attempt, _ failure: UpstreamFailure) async -> Step {
        let startOfPull = now
        var failure = attempt.provider.withoutSecrets(failure)
        if failure.providerKind == .modelNotPulled {
            guard let stillMissing = await pull(attempt, after: failure) else {
                add(report(attempt, .failed, failure: failure, at: startOfPull))
                return again(attempt, after: failure)
            }
            failure = stillMissing
        }
        lastFailure = failure
        let now = now
        let kind = failure.failureClass
        add(report(attempt, kind == .cancel ? .cancelled : .failed, failure: failure, at: now))
        // That the caller has no more time says nothing about the provider.
        let isBlamed = failure.transportKind != .totalTimeout || !isCutShort(attempt)
        if kind.triesNextProvider, isBlamed { failing.insert(attempt.candidate) }
        let counts = kind.countsForBreaker && isBlamed
        // Each probe has its verdict, which decides whether the circuit opens again.
        let isVerdict = counts && (judged.insert(attempt.candidate).inserted || attempt.lease != nil)
        let until = core.failed(attempt, failure: failure, kind: kind, isVerdict: isVerdict)
        let backoff = admitted.snapshot.backoff
        // To a model with a larger window the request is none the worse: as if only the model had been the wrong one.
        let isTooLong = failure.providerKind == .contextLength && outgrew(attempt.candidate)
        let next: FailureClass = isTooLong ? .config : kind
        return .action(
            core.shared.withLock { shared in
                machine.failed(
                    next, retryAfter: until.map { now.duration(to: $0) }, budget: &shared.budget,
                    jitter: &shared.generator, backoff: backoff, at: now)
            })
    }

    @inline(never)
    private func again(_ attempt: Attempt, after failure: UpstreamFailure) -> Step {
        var attempt = attempt
        attempt.startedAt = now
        attempt.status = nil
        let kind = failure.failureClass
        attempt.provider.state.withLock { state in
            state.attempts += 1
            state.failures[kind, default: 0] += 1
        }
        return .attempt(attempt)
    }

    @inline(never)
    private func add(_ report: AttemptReport) {
        attempts.append(report)
        core.attemptEnded(report)
    }

    @inline(never)
    func report(
        _ attempt: Attempt, _ outcome: AttemptReport.Outcome, failure: UpstreamFailure?, at now: Instant
    ) -> AttemptReport {
        AttemptReport(
            provider: attempt.provider.name, model: attempt.model, outcome: outcome,
            status: failure?.status ?? attempt.status,
            failureClass: failure?.failureClass, reason: failure?.reason,
            message: failure.map { $0.described(for: attempt.provider) },
            startedAfter: admitted.startedAt.duration(to: attempt.startedAt),
            latency: attempt.startedAt.duration(to: now), retryAfter: failure?.retryAfter,
            requestID: failure?.requestID)
    }

    // MARK: - The end

    private func settleHealth(answering: Int?) {
        for index in failing where index != answering {
            core.blame(admitted.snapshot.providers[admitted.decision.candidates[index].provider])
        }
    }

    func close(answering: Int?) {
        settleHealth(answering: answering)
        core.admission.leave(bytes: admitted.bytes)
    }

    @inline(never)
    func end(_ outcome: FallbackMachine.Outcome) -> CascadeError {
        end(
            CascadeError(
                outcome, lastFailure: lastFailure, attempts: attempts, skipped: skips,
                deadline: admitted.startedAt.duration(to: admitted.deadline), now: now))
    }

    func end(_ error: EncodingError) -> CascadeError {
        let code: CascadeError.Code = error.code == .outOfMemory ? .local : .invalidRequest
        let field = error.field.isEmpty ? "" : "\(error.field): "
        return end(
            CascadeError(
                code: code, message: field + error.message, attempts: attempts, skipped: skips.map(\.report)))
    }

    private func end(_ error: CascadeError) -> CascadeError {
        close(answering: nil)
        core.ended(error)
        span.end(provider: nil, model: nil, usage: nil, error: error)
        return error
    }
}
