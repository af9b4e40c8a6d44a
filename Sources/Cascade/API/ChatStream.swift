/// An answer that comes in pieces, from one provider to its end.
///
/// The provider has given its first token, so what this type says of it is final. Read it by one of ``text``, ``events``,
/// ``forEachText(_:)`` and ``collect()``; several readers at once share the pieces between them. Dropping the stream, or
/// an iterator before its end, closes the upstream at once, and so does cancelling the task that reads.
///
/// Nothing that was not read is buffered beyond the transfer's ring: a reader that lags makes the provider wait. What was
/// read is kept once, as UTF-8, for ``collect()`` and for the error of an answer that is cut; not so by
/// ``forEachText(_:)``, with which a stream takes no more memory the longer it is.
public final class ChatStream: Sendable {
    let core: StreamCore

    init(_ core: StreamCore) {
        self.core = core
    }

    /// The provider that answers, by its name in the configuration.
    public var provider: String { core.attempt.provider.name }
    /// The model that was asked.
    public var model: String { core.attempt.model }
    /// The model differs from the one asked for, or from the provider's default where none was asked for.
    public var isFallbackModel: Bool { core.attempt.isFallbackModel }
    /// From the call to the first token, over all attempts.
    public var timeToFirstToken: Duration { core.timeToFirstToken }
    /// Fields of the request that the provider's format cannot express and that were left out.
    public var droppedFields: [String] { core.attempt.droppedFields }
    /// Every attempt in order; the last one answers. Its outcome is final when the stream has ended.
    public var attempts: [AttemptReport] { core.attempts }
    /// Tokens used, once the provider has said; usually at the end.
    public var usage: Usage? { core.usage }
    /// Why the model ended its answer; `nil` before it has.
    public var finishReason: FinishReason? { core.finishReason }

    /// The answer's text as it comes, in pieces that are never empty. What came while the reader was busy is one piece;
    /// ``events`` gives each as the provider sent it.
    public var text: TextSequence { TextSequence(core: core) }

    /// Everything that the provider sends: text, reasoning, tool calls, usage, and the reason of the end.
    public var events: EventSequence { EventSequence(core: core) }

    /// Hands the text to `body` as UTF-8, valid for the call, in the pieces of ``text``, without making a `String` of them
    /// and without keeping them: neither ``collect()`` nor ``CascadeError/delivered`` will hold what was read so.
    ///
    /// - Throws: ``CascadeError`` when the answer was cut.
    public func forEachText(_ body: (Span<UInt8>) -> Void) async throws(CascadeError) {
        try await forEachText(keeping: false, body)
    }

    private func forEachText(keeping: Bool, _ body: (Span<UInt8>) -> Void) async throws(CascadeError) {
        while true {
            switch core.nextText(keeping: keeping, body) {
            case .value: continue
            case .wait(let turn): await core.wait(turn)
            case .ended(nil): return
            case .ended(let error?): throw error
            }
        }
    }

    /// Reads what remains and returns the whole answer, the part that was read before included, but for what
    /// ``forEachText(_:)`` handed over.
    ///
    /// - Throws: ``CascadeError`` when the answer was cut or the stream was closed; also when a reader was told before.
    public func collect() async throws(CascadeError) -> ChatResponse {
        try await forEachText(keeping: true) { _ in }
        return core.response()
    }

    /// Closes the upstream at once. The reader's next step throws ``CascadeError`` with code `cancelled`; of an answer that
    /// had come to its end by then it reads the rest.
    public func cancel() {
        core.cancel()
    }

    /// See ``ChatStream/events``.
    public struct EventSequence: AsyncSequence, Sendable {
        fileprivate let core: StreamCore

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let reader: Reader

            public mutating func next() async throws(CascadeError) -> ChatEvent? {
                try await next(isolation: #isolation)
            }

            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(CascadeError) -> ChatEvent? {
                while true {
                    switch try reader.event() {
                    case .value(let event): return event
                    case .wait(let turn): await reader.core.wait(turn)
                    case .ended: return nil
                    }
                }
            }
        }

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(reader: Reader(core))
        }
    }

    /// See ``ChatStream/text``.
    public struct TextSequence: AsyncSequence, Sendable {
        fileprivate let core: StreamCore

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let reader: Reader

            public mutating func next() async throws(CascadeError) -> String? {
                try await next(isolation: #isolation)
            }

            public mutating func next(isolation actor: isolated (any Actor)?) async throws(CascadeError) -> String? {
                while true {
                    switch try reader.text() {
                    case .value(let text): return text
                    case .wait(let turn): await reader.core.wait(turn)
                    case .ended: return nil
                    }
                }
            }
        }

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(reader: Reader(core))
        }
    }

    /// An iterator's hold on the stream: whoever stops reading closes the upstream.
    fileprivate final class Reader {
        let core: StreamCore
        private var isAtEnd = false

        init(_ core: StreamCore) {
            self.core = core
        }

        deinit {
            if !isAtEnd { core.cancel() }
        }

        @inline(never)
        func event() throws(CascadeError) -> StreamCore.Step<ChatEvent> {
            if isAtEnd { return .ended(nil) }
            let step = core.nextEvent()
            if case .ended(let error) = step { try end(error) }
            return step
        }

        @inline(never)
        func text() throws(CascadeError) -> StreamCore.Step<String> {
            if isAtEnd { return .ended(nil) }
            var piece = ""
            switch core.nextText(keeping: true, { piece = String(copying: $0) }) {
            case .value: return .value(piece)
            case .wait(let turn): return .wait(turn)
            case .ended(let error):
                try end(error)
                return .ended(nil)
            }
        }

        private func end(_ error: CascadeError?) throws(CascadeError) {
            isAtEnd = true
            if let error { throw error }
        }
    }
}
