/// Why a request was not answered.
///
/// One type for everything that can go wrong, with a closed code to switch over, a message for a person, and what was
/// tried. No text in it holds a key or a header field.
public struct CascadeError: Error, Sendable, Hashable {
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The request itself is wrong: a provider said so, or it could not be encoded.
        case invalidRequest = "invalid_request"
        /// The conversation does not fit the context window of the model that was asked.
        case contextLengthExceeded = "context_length_exceeded"
        /// A provider's policy refused the request.
        case contentFiltered = "content_filtered"
        /// No configured provider can take the request; nothing was sent.
        case noCandidate = "no_candidate"
        /// Every candidate failed.
        case allProvidersFailed = "all_providers_failed"
        /// Every candidate is rate limited or out of quota; see ``CascadeError/retryAfter``.
        case rateLimited = "rate_limited"
        /// The deadline passed before there was an answer.
        case deadlineExceeded = "deadline_exceeded"
        /// The answer broke off after its first token; see ``CascadeError/delivered``.
        case streamCut = "stream_cut"
        /// The calling task was cancelled, or the stream was dropped.
        case cancelled
        /// The router, or every provider, is at its limit of requests or memory; nothing was sent.
        case overloaded
        /// The router was shut down.
        case shutdown
        /// The router cannot be made, or reloaded, with this configuration; a file's own mistakes are a
        /// ``ConfigurationError``.
        case invalidConfiguration = "invalid_configuration"
        /// This process lacks descriptors or memory; no provider is to blame.
        case local
    }

    public var code: Code
    /// For a person: what failed, where, and what to do.
    public var message: String
    /// Every attempt in order, with its class.
    public var attempts: [AttemptReport]
    /// Providers that were passed by, with the reason.
    public var skipped: [SkipReport]
    /// The earliest time at which trying again makes sense, where a provider or a circuit names one.
    public var retryAfter: Duration?
    /// What had been delivered when a stream was cut.
    public var delivered: PartialAnswer?

    public init(
        code: Code,
        message: String,
        attempts: [AttemptReport] = [],
        skipped: [SkipReport] = [],
        retryAfter: Duration? = nil,
        delivered: PartialAnswer? = nil
    ) {
        self.code = code
        self.message = message
        self.attempts = attempts
        self.skipped = skipped
        self.retryAfter = retryAfter
        self.delivered = delivered
    }

    /// The failure that ended the request, where a provider was asked: the last of ``attempts`` that did not answer.
    public var cause: AttemptReport? {
        attempts.last { $0.outcome != .answered }
    }

    /// Whether the same call may succeed later without a change.
    public var isRetriable: Bool {
        switch code {
        case .allProvidersFailed, .rateLimited, .deadlineExceeded, .streamCut, .overloaded, .local: true
        case .invalidRequest, .contextLengthExceeded, .contentFiltered, .noCandidate, .cancelled, .shutdown,
            .invalidConfiguration:
            false
        }
    }
}

/// The part of an answer that had been delivered when it broke off.
public struct PartialAnswer: Sendable, Hashable {
    /// The text, but for what ``ChatStream/forEachText(_:)`` handed over: its readers have what they want of that.
    public var content: String
    /// Bytes of text that were handed over, by whichever reader.
    public var contentBytes: Int
    public var reasoning: String
    /// Tool calls that had begun. The last one may be incomplete: never execute it.
    public var toolCallCount: Int
}

extension CascadeError: CustomStringConvertible {
    /// The message, then a line for each attempt and each provider passed by.
    public var description: String {
        var lines = [message]
        for attempt in attempts where attempt.outcome != .answered {
            let status = attempt.status.map { " \($0)" } ?? ""
            let text = attempt.message ?? attempt.outcome.rawValue
            lines.append("  \(attempt.provider) (\(attempt.model)):\(status) \(attempt.reason ?? ""): \(text)")
        }
        for skip in skipped {
            lines.append("  \(skip.provider): skipped, \(skip.reason)")
        }
        return lines.joined(separator: "\n")
    }
}
