internal import CascadeTransport
internal import Synchronization

/// A committed answer under way: what ``ChatStream`` and its sequences share.
///
/// Its lock is held for one step: no await, no callback, no log. What a step brings to its end is told to the router
/// after the lock was let go.
final class StreamCore: Sendable {
    struct State: ~Copyable {
        /// `nil` once the answer has ended.
        var call: UpstreamCall?
        /// Decoded, not handed over.
        var events: StreamEvents
        /// What came before the first token, for a relay that passes records on as they came.
        var records: EarlyRecords?
        /// What was handed over, but for text that its reader does not want to be kept.
        var answer = AnswerCollector()
        /// Bytes of such text.
        var unkeptBytes = 0
        /// Bytes of the reasoning and of the calls' arguments that a relay was told.
        var otherBytes = 0
        /// What of it admission counts.
        var countedBytes = 0
        var attempts: [AttemptReport]
        /// Why the answer ended; `nil` when it is whole, or has not ended.
        var error: CascadeError?
        var endedAt: Instant?
        /// What the router is to be told of the end, until it was.
        var ending: Ending?
        /// A reader waits for the transfer, which has room for one. Others wait for that reader.
        var isAwaited = false
        var queue: [CheckedContinuation<Void, Never>] = []
        /// The end that was asked for while a reader waited. It is that reader's to carry out: a transfer that is closed
        /// under a waiter would never wake it.
        var stop: UpstreamFailure?
    }

    /// What the router is told when the answer has ended.
    struct Ending {
        var report: AttemptReport
        var error: CascadeError?
        var usage: Usage?
        var latency: Duration
        /// What admission counts for the request.
        var bytes: Int
    }

    let core: RouterCore
    let attempt: RequestDriver.Attempt
    let timeToFirstToken: Duration
    let signal: Transfer.Signal
    /// Whether the records can be passed on as they came.
    let isForwardable: Bool
    private let startedAt: Instant
    /// What admission counts for the request but for the answer.
    private let bytes: Int
    private let span: RequestSpan
    private let state: Mutex<State>

    init(
        of admitted: AdmittedRequest, attempt: RequestDriver.Attempt, attempts: [AttemptReport], span: RequestSpan,
        timeToFirstToken: Duration, committed: consuming RequestDriver.Committed
    ) {
        // Not the request itself, nor its arena: the transfer holds what it still sends, and the rest can go.
        core = admitted.core
        startedAt = admitted.startedAt
        bytes = admitted.bytes
        self.attempt = attempt
        self.timeToFirstToken = timeToFirstToken
        self.span = span
        signal = committed.call.signal
        let isComplete = committed.isComplete
        var events = committed.events
        let records = events.takeRecords()
        isForwardable = records?.isEmpty == false
        state = Mutex(State(call: committed.call, events: events, records: records, attempts: attempts))
        if isComplete { withState { end(&$0, failure: nil) } }
    }

    deinit {
        withState { end(&$0, failure: .cancelled) }
    }

    func withState<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, hasEnded) = state.withLock { state in
            let result = body(&state)
            return (result, state.ending != nil)
        }
        if hasEnded { settle() }
        return result
    }

    // MARK: - The end

    /// Ends the answer, good or bad, unless it has ended.
    @inline(never)
    func end(_ state: inout State, failure: UpstreamFailure?) {
        guard let call = state.call.take() else { return }
        let now = core.clock.now
        state.endedAt = now
        var report = state.attempts.removeLast()
        if let failure {
            let failure = attempt.provider.withoutSecrets(failure)
            report.fail(failure, of: attempt, at: now)
            state.attempts.append(report)
            state.error = error(failure, state)
        } else {
            call.finish()
            state.attempts.append(report)
        }
        state.ending = Ending(
            report: report, error: state.error, usage: state.events.usage,
            latency: startedAt.duration(to: now), bytes: bytes + state.countedBytes)
    }

    private static var countingStep: Int { 64 << 10 }

    /// Tells admission of what is kept of the answer, in steps.
    func countKept(_ state: inout State) {
        let more = state.answer.byteCount - state.countedBytes
        guard more >= Self.countingStep else { return }
        state.countedBytes += more
        core.admission.grow(bytes: more)
    }

    private func error(_ failure: UpstreamFailure, _ state: borrowing State) -> CascadeError {
        let delivered = PartialAnswer(
            content: state.answer.content, contentBytes: state.answer.content.utf8.count + state.unkeptBytes,
            reasoning: state.answer.reasoning, toolCallCount: state.answer.toolCalls.count)
        let code: CascadeError.Code
        let message: String
        if failure.isShutDown {
            (code, message) = (.shutdown, "the router was shut down")
        } else if failure.failureClass == .cancel {
            (code, message) = (.cancelled, "the stream was cancelled")
        } else {
            code = .streamCut
            message =
                "the answer of \(attempt.provider.name) broke off after \(delivered.contentBytes) bytes: "
                + failure.described(for: attempt.provider)
        }
        return CascadeError(code: code, message: message, attempts: state.attempts, delivered: delivered)
    }

    @inline(never)
    private func settle() {
        guard let ending = state.withLock({ $0.ending.take() }) else { return }
        core.admission.leave(bytes: ending.bytes)
        core.streams.remove(self)
        core.attemptEnded(ending.report)
        if let error = ending.error {
            core.broke(attempt, usage: ending.usage, isCancelled: ending.report.outcome == .cancelled)
            core.ended(error)
        } else {
            core.wasWhole(attempt)
            core.answered(attempt, usage: ending.usage, latency: ending.latency, timeToFirstToken: timeToFirstToken)
        }
        span.end(provider: attempt.provider, model: attempt.model, usage: ending.usage, error: ending.error)
    }

    /// Closes the upstream at once; the next step of a reader throws.
    @inline(never)
    func cancel() {
        stop(.cancelled)
    }

    func shutDown() {
        stop(.shutDown)
    }

    private func stop(_ failure: UpstreamFailure) {
        let isAwaited = withState { state in
            guard state.call != nil else { return false }
            state.events.discard()
            if state.isAwaited {
                state.stop = state.stop ?? failure
                return true
            }
            end(&state, failure: failure)
            return false
        }
        if isAwaited { signal.cancel() }
    }

    // MARK: - What the stream shows

    var hasEnded: Bool { state.withLock { $0.call == nil } }
    var isWhole: Bool { state.withLock { $0.call == nil && $0.error == nil } }
    var attempts: [AttemptReport] { state.withLock { $0.attempts } }
    var usage: Usage? { state.withLock { $0.events.usage } }
    var relayedBytes: Int { state.withLock { $0.unkeptBytes + $0.otherBytes } }
    var finishReason: FinishReason? { state.withLock { $0.answer.finishReason } }

    /// The whole answer, once a reader has come to its end.
    func response() -> ChatResponse {
        state.withLock { state in
            ChatResponse(
                content: state.answer.content, reasoning: state.answer.reasoning, toolCalls: state.answer.toolCalls,
                provider: attempt.provider.name, model: attempt.model,
                latency: startedAt.duration(to: state.endedAt ?? core.clock.now),
                timeToFirstToken: timeToFirstToken, usage: state.events.usage,
                finishReason: state.answer.finishReason ?? .stop, isFallbackModel: attempt.isFallbackModel,
                attempts: state.attempts, droppedFields: attempt.droppedFields, id: state.events.id)
        }
    }
}

extension AttemptReport {
    /// An attempt that had begun to answer broke off.
    fileprivate mutating func fail(_ failure: UpstreamFailure, of attempt: RequestDriver.Attempt, at now: Instant) {
        let isCancelled = failure.failureClass == .cancel
        outcome = isCancelled ? .cancelled : .cut
        failureClass = isCancelled ? .cancel : .cut
        reason = failure.reason
        message = failure.described(for: attempt.provider)
        status = failure.status ?? status
        requestID = failure.requestID
        latency = attempt.startedAt.duration(to: now)
    }
}
