internal import CascadeTransport

/// Why an attempt failed: the provider said so, or the exchange broke.
enum UpstreamFailure: Error, Sendable {
    case provider(ProviderError)
    case transport(TransferFailure, TransferOutcome?)

    /// What follows from it.
    var failureClass: FailureClass {
        switch self {
        case .provider(let error): error.kind.failureClass
        case .transport(let failure, let outcome): failure.kind.failureClass(outcome)
        }
    }

    /// A bounded name, fit for a metric's label.
    var reason: String {
        switch self {
        case .provider(let error): error.kind.rawValue
        case .transport(let failure, _): failure.kind.rawValue
        }
    }

    var message: String {
        switch self {
        case .provider(let error): error.message
        case .transport(let failure, _): failure.message
        }
    }

    var status: Int? {
        guard case .provider(let error) = self else { return nil }
        return error.status
    }

    var retryAfter: Duration? {
        guard case .provider(let error) = self else { return nil }
        return error.retryAfter
    }

    var requestID: String? {
        guard case .provider(let error) = self else { return nil }
        return error.requestID
    }

    var providerKind: ProviderError.Kind? {
        guard case .provider(let error) = self else { return nil }
        return error.kind
    }

    var transportKind: TransferFailure.Kind? {
        guard case .transport(let failure, _) = self else { return nil }
        return failure.kind
    }

    var isShutDown: Bool { transportKind == .shutdown }

    static var cancelled: UpstreamFailure {
        .transport(TransferFailure(kind: .cancelled, message: "cancelled"), nil)
    }

    static var shutDown: UpstreamFailure {
        .transport(TransferFailure(kind: .shutdown, message: "the router was shut down"), nil)
    }

    /// The same failure, its message continued.
    func adding(_ text: String) -> UpstreamFailure {
        rewording { $0 + text }
    }

    /// The same failure with every text of the provider's changed by `change`.
    func rewording(_ change: (String) -> String) -> UpstreamFailure {
        switch self {
        case .provider(var error):
            error.message = change(error.message)
            error.requestID = error.requestID.map(change)
            error.code = error.code.map(change)
            return .provider(error)
        case .transport(var failure, let outcome):
            failure.message = change(failure.message)
            return .transport(failure, outcome)
        }
    }
}

extension ProviderError.Kind {
    /// The one place that says what follows from what a provider said.
    var failureClass: FailureClass {
        switch self {
        case .invalidRequest, .contextLength: .request
        case .contentFiltered: .policy
        case .authentication, .permission: .auth
        case .modelNotFound, .modelNotPulled, .redirect: .config
        case .quotaExhausted: .quota
        case .rateLimited: .throttle
        case .overloaded, .serverError, .requestTimeout, .conflict, .invalidResponse, .truncated: .transient
        }
    }
}

extension TransferFailure.Kind {
    /// Within this time a reused connection that dies unanswered had been closed before the request reached anyone.
    private static var surelyStale: UInt64 { 250_000_000 }

    /// The one place that says what follows from how an exchange broke.
    func failureClass(_ outcome: TransferOutcome?) -> FailureClass {
        switch self {
        case .resolve, .connect, .tls, .goneAway: return .connect
        // Another try meets the same certificate; another provider has its own.
        case .certificate, .invalidURL: return .config
        case .staleConnection:
            guard let outcome, outcome.connectedAt != 0 else { return .ambiguous }
            return outcome.endedAt &- outcome.connectedAt < Self.surelyStale ? .connect : .ambiguous
        case .noResponse: return .ambiguous
        case .reset: return outcome?.headAt == 0 ? .ambiguous : .transient
        case .cut, .protocolError, .tooLarge: return .transient
        case .connectTimeout, .headTimeout, .firstTokenTimeout, .idleTimeout, .progressTimeout, .totalTimeout:
            return .timeout
        case .cancelled, .shutdown: return .cancel
        case .local: return .local
        }
    }
}
