/// What a provider's failure was, told apart by its status, its body and its headers.
///
/// This says *what happened*; what follows from it (try again, try the next one, count it) is the policy's to decide.
public struct ProviderError: Error, Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The request is wrong and will be wrong everywhere: 400, 405, 413, 415, 422.
        case invalidRequest = "invalid_request"
        /// The conversation does not fit the model's context window.
        case contextLength = "context_length"
        /// The provider's policy refused the request.
        case contentFiltered = "content_filtered"
        /// The key is missing, wrong or revoked: 401, Gemini's `API_KEY_INVALID`.
        case authentication
        /// The key or region may not do this: 403.
        case permission
        /// The model or the address does not exist: 404.
        case modelNotFound = "model_not_found"
        /// No money or no quota left: 402, `insufficient_quota`, spend limits.
        case quotaExhausted = "quota_exhausted"
        /// Too many requests or tokens for now: 429.
        case rateLimited = "rate_limited"
        /// The provider has no capacity: 503, 529, `server_is_overloaded`.
        case overloaded
        /// The provider failed: 500, 502, 504, 52x and the like.
        case serverError = "server_error"
        /// The provider gave up waiting: 408.
        case requestTimeout = "request_timeout"
        /// 409 or 425: another try may succeed.
        case conflict
        /// 3xx: redirects are never followed.
        case redirect
        /// A success that is none: not the format, HTML, no choices, too large, not JSON.
        case invalidResponse = "invalid_response"
        /// The answer ended before its terminal marker.
        case truncated
        /// The model is known not to be on the provider but may be pulled (Ollama's 404).
        case modelNotPulled = "model_not_pulled"
    }

    public var kind: Kind
    /// The HTTP status, or the status that an error inside a 200 stands for.
    public var status: Int?
    /// Whether ``status`` is only what the body stands for, and not what the response came with.
    public var isStatusImplied: Bool
    /// The provider's own code, for example `context_length_exceeded`.
    public var code: String?
    /// The provider's message, shortened and on one line; never HTML, never a key.
    public var message: String
    /// How long the provider asks to be left alone, from any of the forms it comes in.
    public var retryAfter: Duration?
    /// The provider's identifier of the request, to quote to its support.
    public var requestID: String?

    public init(
        kind: Kind,
        status: Int? = nil,
        code: String? = nil,
        message: String,
        isStatusImplied: Bool = false,
        retryAfter: Duration? = nil,
        requestID: String? = nil
    ) {
        self.kind = kind
        self.status = status
        self.isStatusImplied = isStatusImplied
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.requestID = requestID
    }
}

/// The status and the header fields of a response.
public struct ResponseHead: Sendable, Hashable {
    public var status: Int
    /// Field names as they came (compare without case) and values, in order.
    public var fields: [(name: String, value: String)]

    public init(status: Int, fields: [(name: String, value: String)] = []) {
        self.status = status
        self.fields = fields
    }

    /// The last field of that name, compared without case.
    public subscript(name: String) -> String? {
        // Names are compared as they stand: a copy of each in lower case would be most of the work.
        for index in fields.indices.reversed() where fields[index].name.equals(anyCase: name) {
            return fields[index].value
        }
        return nil
    }

    public static func == (a: ResponseHead, b: ResponseHead) -> Bool {
        a.status == b.status && a.fields.elementsEqual(b.fields, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(status)
        for field in fields {
            hasher.combine(field.name)
            hasher.combine(field.value)
        }
    }
}
