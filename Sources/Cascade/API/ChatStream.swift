/// An answer that comes in pieces, from one provider to its end.
///
/// The provider has given its first token, so what this type says of it is final. Read it by one of ``text``, ``events``,
/// ``forEachText(_:)`` and ``collect()``; several readers at once share the pieces between them. Dropping the stream, or
/// an iterator before its end, closes the upstream at once, and so does cancelling the task that reads.
///
/// Nothing that was not read is buffered beyond the transfer's ring: a reader that lags makes the provider wait. What was
/// read is kept once, as UTF-8, for ``collect()`` and for the error of an answer that is cut.
public final class ChatStream: Sendable {
    private let core: StreamCore

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

    /// The pieces of the answer's text, as they come; never empty ones.
    public var text: TextSequence { TextSequence(core: core) }

    /// Everything that the provider sends: text, reasoning, tool calls, usage, and the reason of the end.
    public var events: EventSequence { EventSequence(core: core) }

    /// Hands each piece of the text to `body` as UTF-8, valid for the call, without making a `String` of it.
    ///
    /// - Throws: ``CascadeError`` when the answer was cut.
    public func forEachText(_ body: (Span<UInt8>) -> Void) async throws(CascadeError) {
        var buffer = TextBytes()
        while try await core.nextText(into: &buffer) { body(buffer.bytes.span) }
    }

    /// Reads what remains and returns the whole answer, the part that was read before included.
    ///
    /// - Throws: ``CascadeError`` when the answer was cut or the stream was closed; also when a reader was told before.
    public func collect() async throws(CascadeError) -> ChatResponse {
        var buffer = TextBytes()
        while try await core.nextText(into: &buffer) {}
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
                try await reader.next()
            }

            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(CascadeError) -> ChatEvent? {
                try await reader.next()
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
                try await reader.nextText()
            }

            public mutating func next(isolation actor: isolated (any Actor)?) async throws(CascadeError) -> String? {
                try await reader.nextText()
            }
        }

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(reader: Reader(core))
        }
    }

    /// An iterator's hold on the stream: whoever stops reading closes the upstream.
    fileprivate final class Reader {
        private let core: StreamCore
        private var isAtEnd = false

        init(_ core: StreamCore) {
            self.core = core
        }

        deinit {
            if !isAtEnd { core.cancel() }
        }

        func next() async throws(CascadeError) -> ChatEvent? {
            if isAtEnd { return nil }
            do throws(CascadeError) {
                let event = try await core.next()
                if event == nil { isAtEnd = true }
                return event
            } catch {
                isAtEnd = true
                throw error
            }
        }

        func nextText() async throws(CascadeError) -> String? {
            while let event = try await next() {
                if case .text(let piece) = event { return piece }
            }
            return nil
        }
    }
}
