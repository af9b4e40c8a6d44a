extension LoopbackProvider {
    /// What goes wrong with an answer.
    ///
    /// `afterChunks` counts content events: pieces of text, of reasoning or of a tool call. Events that open or close a
    /// stream are not counted, and come before the first and after the last. A count above the answer's own means all of
    /// them. An answer that is not streamed has no chunks: there the same fault strikes after half of the body.
    public enum Fault: Sendable, Hashable {
        /// Nothing listens on the port: connecting fails with `ECONNREFUSED`. In a script that is pushed, or one that
        /// fails only some requests, the connection exists already: there it is a ``resetBeforeHead``.
        case refuse
        /// The request is read, then the connection is reset.
        case resetBeforeHead
        /// The request is read, then the connection is closed.
        case closeBeforeHead
        /// The connection is closed in the middle of the response's header fields.
        case cutHead
        /// The request is read and never answered; the connection stays open.
        case noAnswer
        /// The head comes this much later than it would.
        case slowHeaders(Duration)
        /// The connection is reset within the body.
        case reset(afterChunks: Int)
        /// The connection is closed within a transfer chunk, or before `Content-Length` bytes were sent.
        case truncate(afterChunks: Int)
        /// The body ends early although its framing is sound: only the format's terminal marker is missing.
        case cleanCut(afterChunks: Int)
        /// A body without any framing ends early, by the end of the connection.
        case closeDelimited(afterChunks: Int)
        /// The body stops and the connection stays open.
        case stall(afterChunks: Int)
        /// The body stops but for keep-alive pings, one in each interval, until the peer goes away.
        case pings(every: Duration)
        /// An error event follows the chunks; then the body ends and the connection closes.
        case errorInStream(afterChunks: Int)
        /// An error object with status 200.
        case errorIn200
        /// Every event comes but the format's terminal marker. Without streaming it changes nothing.
        case noTerminal
        /// An event that is not JSON comes after the chunks; the rest of the answer follows.
        case malformedEvent(afterChunks: Int)
        /// Each byte of the response is sent alone.
        case oneByteAtATime
        /// The whole text comes in one event of about this many bytes.
        case hugeEvent(bytes: Int)
        /// The head carries header fields of about this many bytes in all.
        case hugeHeaders(bytes: Int)
        /// The answer is sound, its content type is `text/plain`.
        case wrongContentType
        /// Bytes that are no HTTP; then the connection closes.
        case garbage
        /// Status 200 and no body.
        case emptyBody
        /// The answer is sound, then the connection closes without a `Connection: close`.
        case closeAfterAnswer
        /// This status and an error in the format's own shape; 3xx carries a `Location`.
        case status(Int)
        /// This status and a page of HTML, as proxies send.
        case html(Int)
        /// 429, with a `Retry-After` if there is a duration.
        case rateLimit(retryAfter: Duration?)
        /// The account has no money left.
        case quota
        /// The provider is overloaded: 529 for Anthropic, 503 for the others.
        case overloaded
        /// The key is not accepted.
        case auth
        /// The request exceeds the model's context.
        case contextLength
    }
}

extension LoopbackProvider.Fault {
    /// The number of content events before the fault strikes; nil if it strikes elsewhere.
    var chunkLimit: Int? {
        switch self {
        case .reset(let count), .truncate(let count), .cleanCut(let count), .closeDelimited(let count),
            .stall(let count), .errorInStream(let count):
            count
        case .pings: 0
        default: nil
        }
    }
}
