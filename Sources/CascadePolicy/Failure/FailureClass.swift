/// What kind of failure ended an attempt, seen from the one question that matters here: what may be tried next.
///
/// The properties of this type are the whole retry policy in a table; `FallbackMachine`, `CircuitBreaker` and `Cooldown`
/// read it and hold no second copy of it.
public enum FailureClass: String, Sendable, Hashable, CaseIterable {
    /// Nothing was sent, or surely not processed: name resolution, refused, TLS, a refused stream.
    case connect
    /// A fault of the provider that may pass: 5xx, an invalid answer, a cut before the first token.
    case transient
    /// No answer in time before the first token.
    case timeout
    /// A rate limit. The provider is well, but not for this credential and model at present.
    case throttle
    /// Out of credit, or over a spending limit.
    case quota
    /// The credential is refused.
    case auth
    /// The connection died after the request was sent: it may or may not have been processed, and billed.
    case ambiguous
    /// The request itself is at fault. Another attempt would fail in the same way.
    case request
    /// The provider declined the content. That is an answer, not a fault.
    case policy
    /// The provider is set up wrongly: a redirect, a wrong address, an unknown model.
    case config
    /// The answer broke off after its first token had been delivered.
    case cut
    /// The caller went away.
    case cancel
    /// A fault on this side: no descriptors, no memory, shutting down.
    case local
}

extension FailureClass {
    /// When the same provider may be asked again within one request.
    public enum Again: Sendable, Hashable {
        case never
        /// Once, without a pause: nothing reached the provider.
        case atOnce
        /// After a jittered pause, when no untried provider is left.
        case afterBackoff
        /// When the provider's own pause is over, and nothing else is left.
        case afterCooldown
    }

    /// When the same provider may be asked again within one request.
    public var sameProviderAgain: Again {
        switch self {
        case .connect: .atOnce
        case .transient, .ambiguous: .afterBackoff
        case .throttle: .afterCooldown
        case .timeout, .quota, .auth, .request, .policy, .config, .cut, .cancel, .local: .never
        }
    }

    /// Whether another provider may answer where this one failed.
    ///
    /// `config` does: a wrong address or an unknown model is one provider's trouble, and the next may be set up rightly.
    public var triesNextProvider: Bool {
        switch self {
        case .connect, .transient, .timeout, .throttle, .quota, .auth, .ambiguous, .config: true
        case .request, .policy, .cut, .cancel, .local: false
        }
    }

    /// Whether the failure speaks against the provider's health. A `cut` does by a count of its own; see
    /// `CircuitBreaker.record(_:lease:at:spread:)`.
    public var countsForBreaker: Bool {
        switch self {
        case .connect, .transient, .timeout, .ambiguous, .cut: true
        case .throttle, .quota, .auth, .request, .policy, .config, .cancel, .local: false
        }
    }

    /// Whether asking the same provider again takes a token from the retry budget.
    public var spendsRetryBudget: Bool {
        sameProviderAgain == .afterBackoff
    }

    /// Whether the failure concerns the credential, and so every model reached with it.
    public var disablesCredential: Bool {
        self == .quota || self == .auth
    }
}
