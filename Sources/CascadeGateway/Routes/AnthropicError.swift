internal import CascadeFormats

/// An error as Anthropic's clients know it.
extension ErrorAnswer {
    /// The status that tells Anthropic's clients the same.
    var anthropicStatus: Int { code == "overloaded" ? 529 : status }

    private var anthropicType: StaticString {
        switch anthropicStatus {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }

    /// `{"type":"error","error":{"type":…,"message":…},"request_id":…}`
    func anthropicBody(requestID: String) -> [UInt8] {
        var json = JSONBytes()
        json.raw(#"{"type":"error","error":{"type":""#)
        json.raw(anthropicType)
        json.raw(#"","message":"#)
        json.string(message)
        json.raw(#"},"request_id":"#)
        json.string(requestID)
        json.raw("}")
        return json.bytes
    }

    /// The same as the last event of a stream that had begun.
    func anthropicEvent(requestID: String) -> [UInt8] {
        Array("event: error\ndata: ".utf8) + anthropicBody(requestID: requestID) + Array("\n\n".utf8)
    }
}

extension Exchange {
    /// Whether whoever asks for this address speaks Anthropic's format.
    var isAnthropic: Bool { path.hasPrefix(AnthropicMessages.path) }
}
