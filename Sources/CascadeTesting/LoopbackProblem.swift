/// An error in the shape of a wire format.
struct LoopbackProblem {
    var status: Int
    /// Header fields beyond the usual ones, each with its line end.
    var fields = ""
    var json: String

    /// The error that a provider of this format sends with a status.
    init(status: Int, format: LoopbackProvider.WireFormatName, message: String? = nil) {
        let message = message ?? "The loopback provider answers with \(status)."
        self.init(
            status: status, format: format, message: message, openAICode: Self.openAICode(status),
            geminiStatus: Self.geminiStatus(status))
        if (300...399).contains(status) { fields = "Location: http://127.0.0.1:1/elsewhere\r\n" }
    }

    private init(
        status: Int, format: LoopbackProvider.WireFormatName, message: String, openAIType: String? = nil,
        openAICode: String, anthropicDetails: String = "", geminiStatus: String, geminiDetails: String = ""
    ) {
        self.status = status
        let text = LoopbackText.escaped(message)
        switch format {
        case .openai:
            let type = openAIType ?? (status < 500 ? "invalid_request_error" : "server_error")
            json = #"{"error":{"message":"\#(text)","type":"\#(type)","param":null,"code":"\#(openAICode)"}}"#
        case .anthropic:
            let type = Self.anthropicType(status)
            let error = #"{"type":"\#(type)","message":"\#(text)"\#(anthropicDetails)}"#
            json = "{\"type\":\"error\",\"error\":\(error),\"request_id\":\"req_loopback\"}"
        case .ollama:
            json = "{\"error\":\"\(text)\"}"
        case .gemini:
            let error = #"{"code":\#(status),"message":"\#(text)","status":"\#(geminiStatus)"\#(geminiDetails)}"#
            json = "{\"error\":\(error)}"
        }
    }

    static func rateLimit(_ delay: Duration?, _ format: LoopbackProvider.WireFormatName) -> Self {
        let seconds = delay.map(LoopbackText.seconds)
        let retry = seconds.map {
            #","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"\#($0)s"}]"#
        }
        var problem = Self(
            status: 429, format: format, message: "Rate limit reached.", openAIType: "requests",
            openAICode: "rate_limit_exceeded", geminiStatus: "RESOURCE_EXHAUSTED", geminiDetails: retry ?? "")
        // Gemini tells the delay in the body only.
        if let seconds, format != .gemini { problem.fields = "Retry-After: \(seconds)\r\n" }
        return problem
    }

    static func quota(_ format: LoopbackProvider.WireFormatName) -> Self {
        Self(
            status: format == .ollama ? 402 : 429, format: format,
            message: format == .gemini
                ? "You exceeded your current quota. Quota exceeded for metric: requests, limit: 0"
                : "You exceeded your current quota, please check your plan and billing details.",
            openAIType: "insufficient_quota", openAICode: "insufficient_quota",
            anthropicDetails: #","details":{"error_code":"enforced_spend_limit_reached"}"#,
            geminiStatus: "RESOURCE_EXHAUSTED")
    }

    static func overloaded(_ format: LoopbackProvider.WireFormatName) -> Self {
        Self(
            status: format == .anthropic ? 529 : 503, format: format,
            message: format == .ollama
                ? "server busy, please try again. maximum pending requests exceeded" : "Overloaded",
            openAIType: "service_unavailable_error", openAICode: "server_is_overloaded", geminiStatus: "UNAVAILABLE")
    }

    static func auth(_ format: LoopbackProvider.WireFormatName) -> Self {
        let isGemini = format == .gemini
        let info = #"{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}"#
        return Self(
            status: isGemini ? 400 : 401, format: format,
            message: isGemini ? "API key not valid. Please pass a valid API key." : "Incorrect API key provided.",
            openAICode: "invalid_api_key", geminiStatus: "INVALID_ARGUMENT",
            geminiDetails: ",\"details\":[\(info)]")
    }

    static func contextLength(_ format: LoopbackProvider.WireFormatName) -> Self {
        let message =
            switch format {
            case .openai: "This model's maximum context length is 8192 tokens, but the messages have 9000 tokens."
            case .anthropic: "prompt is too long: 9000 tokens > 8192 maximum"
            case .ollama: "the request exceeds the available context size"
            case .gemini: "The input token count (9000) exceeds the maximum number of tokens allowed (8192)."
            }
        return Self(
            status: 400, format: format, message: message, openAICode: "context_length_exceeded",
            geminiStatus: "INVALID_ARGUMENT")
    }

    static func missingModel(_ model: String, _ format: LoopbackProvider.WireFormatName) -> Self {
        Self(
            status: 404, format: format, message: "model '\(model)' not found", openAICode: "model_not_found",
            geminiStatus: "NOT_FOUND")
    }

    private static func openAICode(_ status: Int) -> String {
        switch status {
        case 401: "invalid_api_key"
        case 404: "model_not_found"
        case 429: "rate_limit_exceeded"
        case 503: "service_unavailable"
        default: status < 500 ? "invalid_request" : "server_error"
        }
    }

    private static func anthropicType(_ status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        default: status < 500 ? "invalid_request_error" : "api_error"
        }
    }

    private static func geminiStatus(_ status: Int) -> String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 429: "RESOURCE_EXHAUSTED"
        case 503: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        default: status < 500 ? "INVALID_ARGUMENT" : "INTERNAL"
        }
    }
}
