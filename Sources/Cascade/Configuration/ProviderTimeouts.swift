internal import CascadeFormats

/// A provider's own timeouts; `nil` where the usual one holds.
public struct ProviderTimeouts: Sendable, Hashable {
    public var connect: Duration?
    public var responseHeaders: Duration?
    public var firstToken: Duration?
    public var idle: Duration?
    public var progress: Duration?
    public var total: Duration?

    public init() {}
}

/// The timeouts of one attempt on one provider.
public struct ResolvedTimeouts: Sendable, Hashable {
    /// Name resolution, connection and TLS.
    public var connect: Duration
    /// From the start to the response's header.
    public var responseHeaders: Duration
    /// From the start to the first text, reasoning or tool call. An answer that is not streamed has `progress` for it
    /// where that is longer.
    public var firstToken: Duration
    /// Between any two bytes.
    public var idle: Duration
    /// Between any two pieces of text, reasoning or tool call, or any two parts of an answer that is not streamed:
    /// keep-alive comments and blanks do not count.
    public var progress: Duration
    /// From the start to the end; `nil` for no limit but the request's deadline.
    public var total: Duration?
}

extension CascadeConfiguration {
    /// The timeouts of an attempt on `provider`: its own, else those that fit its type.
    ///
    /// A hosted provider has `timeout_seconds` to begin its answer. A local one may have to load a model first, and
    /// Grok thinks before it speaks: both have at least 300 seconds.
    public func timeouts(for provider: ProviderConfiguration) -> ResolvedTimeouts {
        let own = provider.timeouts
        let patient = provider.type.isLocal || provider.type == .grok || provider.type == .xai
        let begin = patient ? max(cascade.timeout, .seconds(300)) : cascade.timeout
        let responseHeaders = own.responseHeaders ?? begin
        return ResolvedTimeouts(
            connect: own.connect ?? .seconds(5),
            responseHeaders: responseHeaders,
            firstToken: own.firstToken ?? max(begin, responseHeaders),
            idle: own.idle ?? .seconds(90),
            progress: own.progress ?? .seconds(180),
            total: own.total)
    }
}
