extension LoopbackProvider.Fault: LosslessStringConvertible {
    /// One line of help for each kind of fault, in the order of a request's life.
    public static let allKinds: [(form: String, summary: String)] = [
        ("refuse", "nothing listens on the port"),
        ("reset-before-head", "the request is read, the connection reset"),
        ("close-before-head", "the request is read, the connection closed"),
        ("cut-head", "closed within the header fields"),
        ("no-answer", "never answered, never closed"),
        ("slow-headers:TIME", "the head comes late"),
        ("reset-after:N", "reset after N chunks"),
        ("truncate-after:N", "closed within the framing after N chunks"),
        ("clean-cut-after:N", "a sound end after N chunks, no terminal marker"),
        ("close-delimited-after:N", "a body without framing, closed after N chunks"),
        ("stall-after:N", "silent and open after N chunks"),
        ("pings:TIME", "keep-alive pings for ever, no content"),
        ("error-after:N", "an error event after N chunks"),
        ("error-in-200", "an error object with status 200"),
        ("no-terminal", "all events but the terminal marker"),
        ("malformed-after:N", "an event that is not JSON after N chunks"),
        ("one-byte", "each byte is sent alone"),
        ("huge-event:BYTES", "all text in one event of this size"),
        ("huge-headers:BYTES", "header fields of this size"),
        ("wrong-content-type", "text/plain"),
        ("garbage", "bytes that are no HTTP"),
        ("empty-body", "status 200 and no body"),
        ("close-after-answer", "closed after a sound answer"),
        ("status:CODE", "an error with this status"),
        ("html:CODE", "a page of HTML with this status"),
        ("rate-limit[:TIME]", "429, with Retry-After"),
        ("quota", "no money left"),
        ("overloaded", "529 or 503"),
        ("auth", "the key is not accepted"),
        ("context-length", "the request is too long for the model"),
    ]

    /// A fault from its textual form: a kind and, after a colon, its argument: `status:503`, `reset-after:2`.
    ///
    /// A TIME is a number of seconds, or takes `ms` or `s`; BYTES takes `k` or `m`; N may be left out and is then 0.
    /// Nil if the kind is unknown, an argument is missing or superfluous, or it is out of range.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let argument = parts.count == 2 ? String(parts[1]) : nil
        let fault =
            (argument == nil ? Self.plain(name) : nil)
            ?? Self.counted(name, count: argument.map { Int($0) ?? -1 } ?? 0)
            ?? Self.measured(name, argument: argument ?? "")
        guard let fault else { return nil }
        self = fault
    }

    private static func plain(_ name: String) -> Self? {
        switch name {
        case "refuse": .refuse
        case "reset-before-head": .resetBeforeHead
        case "close-before-head": .closeBeforeHead
        case "cut-head": .cutHead
        case "no-answer": .noAnswer
        case "error-in-200": .errorIn200
        case "no-terminal": .noTerminal
        case "one-byte": .oneByteAtATime
        case "wrong-content-type": .wrongContentType
        case "garbage": .garbage
        case "empty-body": .emptyBody
        case "close-after-answer": .closeAfterAnswer
        case "rate-limit": .rateLimit(retryAfter: nil)
        case "quota": .quota
        case "overloaded": .overloaded
        case "auth": .auth
        case "context-length": .contextLength
        default: nil
        }
    }

    private static func counted(_ name: String, count: Int) -> Self? {
        guard count >= 0 else { return nil }
        return switch name {
        case "reset-after": .reset(afterChunks: count)
        case "truncate-after": .truncate(afterChunks: count)
        case "clean-cut-after": .cleanCut(afterChunks: count)
        case "close-delimited-after": .closeDelimited(afterChunks: count)
        case "stall-after": .stall(afterChunks: count)
        case "error-after": .errorInStream(afterChunks: count)
        case "malformed-after": .malformedEvent(afterChunks: count)
        default: nil
        }
    }

    private static func measured(_ name: String, argument: String) -> Self? {
        switch name {
        case "slow-headers": LoopbackText.duration(argument).map { .slowHeaders($0) }
        case "pings": LoopbackText.duration(argument).flatMap { $0 > .zero ? .pings(every: $0) : nil }
        case "rate-limit": LoopbackText.duration(argument).map { .rateLimit(retryAfter: $0) }
        case "huge-event": LoopbackText.bytes(argument).map { .hugeEvent(bytes: $0) }
        case "huge-headers": LoopbackText.bytes(argument).map { .hugeHeaders(bytes: $0) }
        case "status": LoopbackText.status(argument).map { .status($0) }
        case "html": LoopbackText.status(argument).map { .html($0) }
        default: nil
        }
    }

    /// The textual form, which ``init(_:)`` reads back.
    public var description: String {
        switch self {
        case .refuse: "refuse"
        case .resetBeforeHead: "reset-before-head"
        case .closeBeforeHead: "close-before-head"
        case .cutHead: "cut-head"
        case .noAnswer: "no-answer"
        case .slowHeaders(let delay): "slow-headers:\(LoopbackText.milliseconds(delay))ms"
        case .reset(let count): "reset-after:\(count)"
        case .truncate(let count): "truncate-after:\(count)"
        case .cleanCut(let count): "clean-cut-after:\(count)"
        case .closeDelimited(let count): "close-delimited-after:\(count)"
        case .stall(let count): "stall-after:\(count)"
        case .pings(let interval): "pings:\(LoopbackText.milliseconds(interval))ms"
        case .errorInStream(let count): "error-after:\(count)"
        case .errorIn200: "error-in-200"
        case .noTerminal: "no-terminal"
        case .malformedEvent(let count): "malformed-after:\(count)"
        case .oneByteAtATime: "one-byte"
        case .hugeEvent(let bytes): "huge-event:\(bytes)"
        case .hugeHeaders(let bytes): "huge-headers:\(bytes)"
        case .wrongContentType: "wrong-content-type"
        case .garbage: "garbage"
        case .emptyBody: "empty-body"
        case .closeAfterAnswer: "close-after-answer"
        case .status(let code): "status:\(code)"
        case .html(let code): "html:\(code)"
        case .rateLimit(nil): "rate-limit"
        case .rateLimit(let delay?): "rate-limit:\(LoopbackText.milliseconds(delay))ms"
        case .quota: "quota"
        case .overloaded: "overloaded"
        case .auth: "auth"
        case .contextLength: "context-length"
        }
    }
}
