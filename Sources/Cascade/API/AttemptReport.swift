/// What became of one attempt on one provider.
public struct AttemptReport: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It gave the answer.
        case answered
        /// It failed before its first token; the user never saw it.
        case failed
        /// It broke off after its first token.
        case cut
        /// The caller went away while it ran.
        case cancelled
    }

    /// The provider's name in the configuration.
    public var provider: String
    /// The model it was asked for.
    public var model: String
    public var outcome: Outcome
    /// The HTTP status, or the one that an error inside a 200 stands for; `nil` when there was none.
    public var status: Int?
    /// What the failure means for the next step; `nil` when it answered.
    public var failureClass: FailureClass?
    /// A short, bounded name of the failure, fit for a metric's label, for example `rate_limited` or `connect`.
    public var reason: String?
    /// The failure for a person, on one line and free of secrets.
    public var message: String?
    /// From the request's beginning to the attempt's.
    public var startedAfter: Duration
    /// From the attempt's start to its end, or to the first token of an answer that is streamed.
    public var latency: Duration
    /// How long the provider asked to be left alone.
    public var retryAfter: Duration?
    /// The provider's identifier of the request, to quote to its support.
    public var requestID: String?
}

/// A provider that was passed by without an attempt.
public struct SkipReport: Sendable, Hashable {
    public var provider: String
    /// For a person: "circuit open for 43 s", "no model with vision".
    public var reason: String
}
