internal import CascadeTransport

extension CascadeError {
    /// The error that a request ends with when nobody answered.
    init(
        _ outcome: FallbackMachine.Outcome, lastFailure: UpstreamFailure?, attempts: [AttemptReport],
        skipped: [SkippedProvider], deadline: Duration, now: Instant
    ) {
        self.init(
            code: .allProvidersFailed, message: "", attempts: attempts, skipped: skipped.map(\.report))
        switch outcome {
        case .answered, .cut:
            preconditionFailure("\(outcome) is not an error of the cascade")
        case .exhausted(let retryAt):
            let earliest = (skipped.compactMap(\.until) + [retryAt].compactMap { $0 }).min()
            retryAfter = earliest.map { max(now.duration(to: $0), .seconds(1)) }
            // Those that might take more can come back; without one, the request has to be shorter.
            let isTooLong = lastFailure?.providerKind == .contextLength && retryAfter == nil
            code = isTooLong ? .contextLengthExceeded : Self.code(ofExhausted: attempts, skipped: skipped)
            message = exhaustedMessage
        case .refused(let kind):
            code = Self.code(ofRefused: kind, lastFailure)
            message = refusedMessage(lastFailure)
        case .cancelled:
            let isShutDown = lastFailure?.isShutDown == true
            code = isShutDown ? .shutdown : .cancelled
            message = isShutDown ? "the router was shut down" : "the request was cancelled"
        case .deadlineExceeded:
            code = .deadlineExceeded
            message = "no answer within \(deadline.rounded)" + listed
        }
    }

    private static func code(ofExhausted attempts: [AttemptReport], skipped: [SkippedProvider]) -> Code {
        let causes = Set(skipped.map(\.cause)).subtracting([.unsuitable])
        if attempts.isEmpty, causes.isEmpty { return .noCandidate }
        if attempts.isEmpty, causes == [.busy] { return .overloaded }
        let isLimited =
            attempts.allSatisfy { isLimit($0.failureClass) }
            && causes.allSatisfy { cause in
                guard case .coolingDown(let kind) = cause else { return false }
                return isLimit(kind)
            }
        return isLimited ? .rateLimited : .allProvidersFailed
    }

    private static func isLimit(_ kind: FailureClass?) -> Bool {
        kind == .throttle || kind == .quota
    }

    private static func code(ofRefused kind: FailureClass, _ failure: UpstreamFailure?) -> Code {
        switch (kind, failure?.providerKind) {
        case (_, .contextLength?): .contextLengthExceeded
        case (.policy, _): .contentFiltered
        case (.local, _): .local
        default: .invalidRequest
        }
    }

    private var exhaustedMessage: String {
        let wait = retryAfter.map { "; try again in \($0.rounded)" } ?? ""
        return switch code {
        case .noCandidate where skipped.isEmpty: "no provider is configured; add one under `providers:`"
        case .noCandidate: "no provider can take this request" + listed
        case .rateLimited: "every provider is rate limited\(wait)" + listed
        case .contextLengthExceeded: "the request is too long for every provider that could be asked" + listed
        case .overloaded: "every provider has as many requests as it may" + listed
        default: "no provider answered\(wait)" + listed
        }
    }

    private func refusedMessage(_ failure: UpstreamFailure?) -> String {
        let provider = attempts.last?.provider ?? "the provider"
        let text = attempts.last?.message ?? failure?.message ?? "it gave no reason"
        return code == .local ? text : "\(provider) refused the request: \(text)"
    }

    /// Every failure in order, on one line.
    private var listed: String {
        let failures = attempts.map { "\($0.provider): \($0.message ?? $0.outcome.rawValue)" }
        let passedBy = skipped.map { "\($0.provider): skipped, \($0.reason)" }
        let all = failures + passedBy
        return all.isEmpty ? "" : " (" + all.joined(separator: "; ") + ")"
    }
}

extension UpstreamFailure {
    /// For a person who knows the provider's name: what happened, and where it matters the address.
    func described(for provider: Provider) -> String {
        switch self {
        case .provider(let error):
            let status = error.isStatusImplied ? nil : error.status.map { "HTTP \($0)" }
            let wait = error.retryAfter.map { "retry after \($0.rounded)" }
            // A sentence of the provider's becomes a part of ours.
            let text = wait != nil && error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
            return [status, text, wait].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
        case .transport(let failure, _):
            switch failure.kind {
            case .connect: return "no connection to \(provider.displayAddress): \(failure.message)"
            case .resolve, .tls, .certificate, .connectTimeout, .noResponse, .staleConnection:
                return "\(provider.displayAddress): \(failure.message)"
            default: return failure.message
            }
        }
    }
}

extension Duration {
    /// For a person: `12 s`, `350 ms`, `4 min`.
    var rounded: String {
        let milliseconds = Double(nanoseconds) / 1_000_000
        return switch milliseconds {
        case ..<1_000: "\(Int(milliseconds.rounded(.up))) ms"
        case ..<120_000: "\(Int((milliseconds / 1_000).rounded(.up))) s"
        case ..<7_200_000: "\(Int((milliseconds / 60_000).rounded(.up))) min"
        default: "\(Int((milliseconds / 3_600_000).rounded(.up))) h"
        }
    }

    /// Saturating.
    var nanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }
}
