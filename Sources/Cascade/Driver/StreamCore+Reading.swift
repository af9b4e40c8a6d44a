internal import CascadeTransport

// What does not wait is never inlined into what does, as in ``RequestDriver``: it would be memory of each reader's task.
extension StreamCore {
    /// What a reader found.
    enum Step<Value: Sendable>: Sendable {
        case value(Value)
        /// Nothing is there: ``StreamCore/wait(_:)``, and look again.
        case wait(Turn)
        /// After the last; with the reason when the answer was cut, each time.
        case ended(CascadeError?)
    }

    enum Turn: Sendable {
        /// Wait for the transfer.
        case first
        /// Another reader waits for the transfer already.
        case queued
    }

    /// The next event, if it is there. Neither waits nor awaits: a reader that keeps up with a burst costs no more.
    @inline(never)
    func nextEvent() -> Step<ChatEvent> {
        if Task.isCancelled { cancel() }
        return withState { eventStep(&$0) }
    }

    /// Hands the text that is there to `body`, as one piece.
    ///
    /// - Parameter keeping: Whether the text belongs to the answer that errors and ``response()`` carry.
    @inline(never)
    func nextText(keeping: Bool, _ body: (Span<UInt8>) -> Void) -> Step<Void> {
        if Task.isCancelled { cancel() }
        var text = TextBuffers.take()
        let step = withState { textStep(&$0, &text, keeping: keeping) }
        if case .value = step { body(text.span) }
        TextBuffers.giveBack(text)
        return step
    }

    private func eventStep(_ state: inout State) -> Step<ChatEvent> {
        while true {
            if let event = state.events.pop() {
                state.answer.take(event)
                countKept(&state)
                return .value(event)
            }
            switch Self.advance(&state.call, stop: &state.stop, into: &state.events) {
            case .more: continue
            case .waiting: return .wait(turn(&state))
            case .ended(let failure): end(&state, failure: failure)
            case .over: return .ended(state.error)
            }
        }
    }

    private func textStep(_ state: inout State, _ text: inout [UInt8], keeping: Bool) -> Step<Void> {
        while true {
            takeEvents(&state, &text, keeping: keeping)
            let known = text.count
            let progress = gather(&state, &text)
            if keeping {
                state.answer.text(text.span.extracting(droppingFirst: known))
            } else {
                state.unkeptBytes += text.count - known
            }
            if case .ended(let failure) = progress { end(&state, failure: failure) }
            if !text.isEmpty {
                countKept(&state)
                return .value(())
            }
            switch progress {
            case .more, .ended: continue
            case .waiting: return .wait(turn(&state))
            case .over: return .ended(state.error)
            }
        }
    }

    /// What was decoded before the commit, and anything but text.
    private func takeEvents(_ state: inout State, _ text: inout [UInt8], keeping: Bool) {
        while let event = state.events.pop() {
            guard case .text(let piece) = event else {
                state.answer.take(event)
                continue
            }
            text.append(contentsOf: piece.utf8)
            if keeping { state.answer.take(event) } else { state.unkeptBytes += piece.utf8.count }
        }
    }

    /// Adds the text that has come by now.
    private func gather(_ state: inout State, _ text: inout [UInt8]) -> Progress {
        var sink = TextSink()
        swap(&sink.bytes, &text)
        swap(&sink.others, &state.events)
        defer {
            swap(&sink.bytes, &text)
            swap(&sink.others, &state.events)
        }
        return Self.advance(&state.call, stop: &state.stop, into: &sink)
    }

    /// Has `relay` told all that is there, for as long as it wants more; nothing of it is kept.
    @inline(never)
    func relay(to relay: some AnswerRelay) -> Step<Void> {
        if Task.isCancelled { cancel() }
        return withState { relayStep(&$0, to: relay) }
    }

    private func relayStep<Relay: AnswerRelay>(_ state: inout State, to relay: Relay) -> Step<Void> {
        var any = false
        if let records = state.records.take(), relay.takesRecords {
            records.tell(relay)
            any = true
        }
        while true {
            while let event = state.events.pop() {
                relay.take(event)
                note(event, in: &state)
                any = true
            }
            if any, !relay.wantsMore { return .value(()) }
            var sink = RelaySink<Relay>(relay: relay)
            swap(&sink.others, &state.events)
            let progress = Self.advance(&state.call, stop: &state.stop, into: &sink)
            swap(&sink.others, &state.events)
            state.unkeptBytes += sink.textBytes
            state.otherBytes += sink.otherBytes
            any = any || sink.hasRelayed
            switch progress {
            case .more: continue
            case .waiting where state.events.wantsMore: return any ? .value(()) : .wait(turn(&state))
            case .waiting: continue
            case .ended(let failure): end(&state, failure: failure)
            case .over where state.events.wantsMore: return any ? .value(()) : .ended(state.error)
            case .over: continue
            }
        }
    }

    /// What the answer's end is told by, of an event that is not kept.
    private func note(_ event: ChatEvent, in state: inout State) {
        switch event {
        case .text(let piece): state.unkeptBytes += piece.utf8.count
        case .finished, .usage, .toolCallStarted: state.answer.take(event)
        case .reasoning(let piece), .toolCallArguments(_, let piece): state.otherBytes += piece.utf8.count
        }
    }

    private enum Progress {
        case more
        case waiting
        /// The answer ends now: whole, or with a failure.
        case ended(UpstreamFailure?)
        /// It has ended before.
        case over
    }

    private static func advance(
        _ call: inout UpstreamCall?, stop: inout UpstreamFailure?, into sink: inout some TokenSink
    ) -> Progress {
        if let stop = stop.take(), call != nil { return .ended(stop) }
        switch call?.advance(into: &sink) {
        case nil: return .over
        case .more?: return .more
        case .waiting?: return .waiting
        case .complete?: return .ended(nil)
        case .failed(let failure)?: return .ended(failure)
        }
    }

    // MARK: - Waiting

    private func turn(_ state: inout State) -> Turn {
        if state.isAwaited { return .queued }
        state.isAwaited = true
        return .first
    }

    func wait(_ turn: Turn) async {
        switch turn {
        case .first: await waitForTransfer()
        case .queued: await queue()
        }
    }

    private func waitForTransfer() async {
        await withTaskCancellationHandler {
            await signal.wait()
        } onCancel: {
            cancel()
        }
        wakeQueue()
    }

    @inline(never)
    private func wakeQueue() {
        let queue = withState { state in
            state.isAwaited = false
            var queue: [CheckedContinuation<Void, Never>] = []
            swap(&queue, &state.queue)
            return queue
        }
        for reader in queue { reader.resume() }
    }

    @inline(never)
    private func enqueue(_ reader: CheckedContinuation<Void, Never>) {
        let isQueued = withState { state in
            if state.isAwaited { state.queue.append(reader) }
            return state.isAwaited
        }
        if !isQueued { reader.resume() }
    }

    private func queue() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue($0) }
        } onCancel: {
            cancel()
        }
    }
}

extension AnswerCollector {
    mutating func take(_ event: ChatEvent) {
        switch event {
        case .text(let piece): text(piece.utf8.span)
        case .reasoning(let piece): reasoning(piece.utf8.span)
        case .toolCallStarted(let index, let id, let name): toolCallStarted(index: index, id: id, name: name)
        case .toolCallArguments(let index, let piece): toolCallArguments(index: index, piece.utf8.span)
        case .usage(let usage): self.usage(usage)
        case .finished(let reason): finished(reason)
        }
    }
}
