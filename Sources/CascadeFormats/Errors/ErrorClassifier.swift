/// Tells what a failed response was.
public enum ErrorClassifier {
    /// Classifies a response that is no success.
    ///
    /// - Parameters:
    ///   - type: Whose response it is.
    ///   - head: Its status and header fields.
    ///   - body: `count` bytes of any kind (JSON, text, HTML, nothing), and at least 64 readable bytes after them.
    ///   - count: How many bytes are the body's.
    ///   - now: Unix time in seconds; wanted only for a `Retry-After` date in a response that bears no date itself.
    public static func classify(
        type: ProviderType, head: ResponseHead, body: RawSpan, count: Int, now: Int64? = nil
    ) -> ProviderError {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        let body = ErrorBody(body, count: count, parser: parser)
        var error = classify(type: type, status: head.status, body: body)
        error.retryAfter = RetryAfter.parse(
            head: head, retryDelay: error.retryAfter, isThrottled: error.kind == .rateLimited, now: now)
        error.requestID = RequestID.of(head) ?? error.requestID
        if error.kind == .redirect, let location = head["location"] {
            error.message = "redirected to " + ErrorMessage.address(location)
        }
        return error
    }

    /// Classifies by body and status alone. An error inside a success has no status but the one its body names.
    static func classify(type: ProviderType, status: Int?, body: ErrorBody) -> ProviderError {
        let reported = status.flatMap { $0 >= 300 ? $0 : nil }
        let failing = reported ?? body.status ?? impliedStatus(body)
        let evidence = ErrorEvidence(type: type, status: failing, body: body)
        var kind = evidence.kind
        if failing == nil, kind == nil {
            kind = status != nil && !body.isError ? .invalidResponse : .serverError
        }
        return ProviderError(
            kind: kind ?? .serverError, status: failing, code: body.codes.first.map { ErrorMessage.clean($0) },
            message: ErrorMessage.make(body, status: reported), isStatusImplied: reported == nil && failing != nil,
            retryAfter: RetryAfter.parse(retryDelay: body.retryDelay, message: body.message),
            requestID: body.requestID)
    }

    private static func impliedStatus(_ body: ErrorBody) -> Int? {
        body.codes.lazy.compactMap { statuses[$0] }.first
    }

    /// The statuses that words stand for: Anthropic's types, Google's codes.
    private static let statuses = [
        "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
        "not_found_error": 404, "conflict_error": 409, "request_too_large": 413, "rate_limit_error": 429,
        "api_error": 500, "timeout_error": 504, "overloaded_error": 529,
        "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401,
        "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ABORTED": 409, "ALREADY_EXISTS": 409,
        "RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "INTERNAL": 500, "UNKNOWN": 500, "UNIMPLEMENTED": 501,
        "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
    ]
}
