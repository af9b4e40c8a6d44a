internal import CascadeTransport

extension StreamCore {
    private enum Step<Value: Sendable>: Sendable {
        case value(Value)
        /// Nothing is there: wait for the transfer.
        case wait
        /// Nothing is there, and another reader waits for the transfer already.
        case queue
        case ended(CascadeError?)
    }

    /// The next event; `nil` after the last. Throws when the answer was cut, each time.
    func next() async throws(CascadeError) -> ChatEvent? {
        if Task.isCancelled { cancel() }
        while true {
            switch withState({ eventStep(&$0, &$1) }) {
            case .value(let event): return event
            case .wait: await wait()
            case .queue: await queue()
            case .ended(nil): return nil
            case .ended(let error?): throw error
            }
        }
    }

    /// Puts the next text into `buffer` as bytes, whose memory is used again: no `String` is made.
    ///
    /// - Returns: `false` at the end.
    func nextText(into buffer: inout TextBytes) async throws(CascadeError) -> Bool {
        if Task.isCancelled { cancel() }
        while true {
            // Moved, not shared: the bytes are appended to in place.
            var text = TextBytes()
            swap(&text, &buffer)
            text.bytes.removeAll(keepingCapacity: true)
            let step = withState { textStep(&$0, &$1, &text) }
            swap(&text, &buffer)
            switch step {
            case .value: return true
            case .wait: await wait()
            case .queue: await queue()
            case .ended(nil): return false
            case .ended(let error?): throw error
            }
        }
    }

    private func eventStep(_ state: inout State, _ ending: inout Ending?) -> Step<ChatEvent> {
        while true {
            if let event = state.events.pop() {
                state.answer.take(event)
                countKept(&state)
                return .value(event)
            }
            switch advance(&state) {
            case .more: continue
            case .waiting: return waiting(&state)
            case .ended(let failure): ending = end(&state, failure: failure)
            case .over: return .ended(state.error)
            }
        }
    }

    private func textStep(_ state: inout State, _ ending: inout Ending?, _ text: inout TextBytes) -> Step<Void> {
        while true {
            // What was decoded before the commit, and anything but text.
            while let event = state.events.pop() {
                state.answer.take(event)
                if case .text(let piece) = event { text.bytes.append(contentsOf: piece.utf8) }
            }
            if !text.bytes.isEmpty { return .value(()) }
            var sink = TextSink()
            swap(&sink.bytes, &text.bytes)
            swap(&sink.others, &state.events)
            let progress = advance(&state, into: &sink)
            swap(&sink.bytes, &text.bytes)
            swap(&sink.others, &state.events)
            if !text.bytes.isEmpty {
                state.answer.text(text.bytes.span)
                countKept(&state)
            }
            switch progress {
            case .more: continue
            case .waiting: return waiting(&state)
            case .ended(let failure): ending = end(&state, failure: failure)
            case .over: return .ended(state.error)
            }
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

    private func advance(_ state: inout State) -> Progress {
        var events = StreamEvents()
        swap(&events, &state.events)
        defer { swap(&events, &state.events) }
        return advance(&state, into: &events)
    }

    private func advance(_ state: inout State, into sink: inout some TokenSink) -> Progress {
        if let stop = state.stop.take(), state.call != nil { return .ended(stop) }
        switch state.call?.advance(into: &sink) {
        case nil: return .over
        case .more?: return .more
        case .waiting?: return .waiting
        case .complete?: return .ended(nil)
        case .failed(let failure)?: return .ended(failure)
        }
    }

    // MARK: - Waiting

    private func waiting<Value>(_ state: inout State) -> Step<Value> {
        if state.isAwaited { return .queue }
        state.isAwaited = true
        return .wait
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await signal.wait()
        } onCancel: {
            cancel()
        }
        let queue = withState { state, _ in
            state.isAwaited = false
            var queue: [CheckedContinuation<Void, Never>] = []
            swap(&queue, &state.queue)
            return queue
        }
        for reader in queue { reader.resume() }
    }

    private func queue() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let isQueued = withState { state, _ in
                    if state.isAwaited { state.queue.append(reader) }
                    return state.isAwaited
                }
                if !isQueued { reader.resume() }
            }
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
