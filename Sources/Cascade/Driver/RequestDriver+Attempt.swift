internal import CascadeTransport
internal import Synchronization

extension RequestDriver {
    /// An attempt that was granted: it holds a place at its provider, and the breaker's lease if it is a probe.
    struct Attempt {
        let provider: Provider
        /// Its index among the decision's candidates.
        let candidate: Int
        let model: String
        let isFallbackModel: Bool
        let droppedFields: [String]
        let lease: CircuitBreaker.Lease?
        var startedAt: Instant
        /// Of the response's head; `nil` while there is none.
        var status: Int?
    }

    /// An answer of which the first token is there.
    struct Committed: ~Copyable {
        var call: UpstreamCall
        var events: StreamEvents
        var isComplete: Bool
    }

    /// Whether the client speaks the provider's format: then it is sent the answer as it came.
    private func forwards(_ attempt: Attempt) -> Bool {
        request.clientBody?.format == attempt.provider.type.format
    }

    func wholeAnswer(_ attempt: inout Attempt) async throws(UpstreamFailure) -> WholeAnswerSink {
        var call = try start(attempt)
        var sink = WholeAnswerSink(keepsBody: forwards(attempt))
        let signal = call.signal
        while true {
            switch call.advance(into: &sink) {
            case .more: continue
            case .waiting: await signal.waitOrCancel()
            case .complete:
                attempt.status = call.status
                call.finish()
                return sink
            case .failed(let failure):
                attempt.status = call.status
                throw failure
            }
        }
    }

    func firstToken(_ attempt: inout Attempt) async throws(UpstreamFailure) -> Committed {
        var call = try start(attempt)
        var events = StreamEvents(keepsRecords: forwards(attempt))
        let signal = call.signal
        while true {
            switch call.advance(into: &events) {
            case .more where events.tokenCount == 0: continue
            case .more:
                attempt.status = call.status
                return Committed(call: call, events: events, isComplete: false)
            case .waiting: await signal.waitOrCancel()
            case .complete:
                attempt.status = call.status
                return Committed(call: call, events: events, isComplete: true)
            case .failed(let failure):
                attempt.status = call.status
                throw failure
            }
        }
    }

    @inline(never)
    private func start(_ attempt: Attempt) throws(UpstreamFailure) -> UpstreamCall {
        let provider = attempt.provider
        let streaming = streamsUpstream(provider)
        let url = provider.url(model: attempt.model, streaming: streaming)
        return UpstreamCall(
            transfer: try startTransfer(attempt, url: url, streaming: streaming), type: provider.type,
            streaming: streaming)
    }

    func startTransfer(
        _ attempt: Attempt, url: String, streaming: Bool
    ) throws(UpstreamFailure) -> Transfer {
        let provider = attempt.provider
        guard let endpoint = provider.endpoint else { preconditionFailure("\(provider.name) is not to be had") }
        let body = encodedBody(attempt.candidate)
        do throws(EncodingError) {
            let ownField = forwards(attempt) ? request.clientBody?.headerField : nil
            let field: ArenaBytes? = if let ownField { try admitted.arena.copyCString(ownField) } else { nil }
            let transfer = try UpstreamRequest.post(
                url: try admitted.arena.copyCString(url), field: field, head: body.head.bytes,
                tail: body.tail.tail,
                framing: TransferFraming(provider.type.framing(streaming: streaming)),
                deadlines: deadlines(of: attempt, streaming: streaming), on: endpoint, arena: admitted.arena,
                owner: admitted)
            if let transfer { return transfer }
        } catch {
            throw .transport(TransferFailure(kind: .local, message: error.message), nil)
        }
        if core.isShutDown { throw .shutDown }
        throw .transport(TransferFailure(kind: .local, message: "out of memory"), nil)
    }

    /// The request's own deadline comes before the provider's.
    func isCutShort(_ attempt: Attempt) -> Bool {
        guard let total = attempt.provider.timeouts.total else { return true }
        return admitted.deadline <= attempt.startedAt.advanced(by: total)
    }

    private func deadlines(of attempt: Attempt, streaming: Bool) -> TransferDeadlines {
        let timeouts = attempt.provider.timeouts
        var left = now.duration(to: admitted.deadline)
        if let total = timeouts.total { left = min(left, total) }
        return TransferDeadlines(
            connect: timeouts.connect,
            responseHead: timeouts.responseHeaders,
            // A whole answer is made before its first byte is sent: blanks that keep the connection alive may last as
            // long as a silence within a stream.
            firstToken: streaming ? timeouts.firstToken : max(timeouts.firstToken, timeouts.progress),
            idle: timeouts.idle,
            progress: timeouts.progress,
            totalAt: EventLoop.instant(after: left))
    }

    /// Fetches the model that the provider lacks, where the configuration says so, once for each candidate.
    ///
    /// - Returns: Why there is still no model; `nil` when it is there now.
    func pull(_ attempt: Attempt, after failure: UpstreamFailure) async -> UpstreamFailure? {
        let settings = admitted.snapshot.configuration.multimodal
        guard settings.autoPull, attempt.provider.type == .ollama, failure.providerKind == .modelNotPulled,
            pulled.insert(attempt.candidate).inserted
        else { return failure }
        let result = await core.pulls.pull(
            model: attempt.model, from: attempt.provider, timeout: settings.pullTimeout, deadline: admitted.deadline,
            core: core)
        switch result {
        case .pulled:
            core.shared.withLock { $0.cooldowns.modelFetched(provider: attempt.provider.name, model: attempt.model) }
            return nil
        case .failed(let reason): return failure.adding("; fetching it failed: \(reason)")
        case .deadline:
            let message = failure.message + "; fetching it takes longer than the request may"
            return .transport(TransferFailure(kind: .totalTimeout, message: message), nil)
        case .cancelled: return .cancelled
        case .shutdown: return .shutDown
        }
    }
}

extension EventLoop {
    /// The instant of the loop's clock that is `duration` from now; at least a moment.
    static func instant(after duration: Duration) -> UInt64 {
        now &+ UInt64(max(duration.nanoseconds, 1))
    }
}

extension Transfer.Signal {
    /// Waits; when the task is cancelled the upstream is closed, and the wait ends with that.
    func waitOrCancel() async {
        await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            cancel()
        }
    }
}
