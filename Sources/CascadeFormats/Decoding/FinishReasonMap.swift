/// What providers' words for an answer's end mean.
enum FinishReasonMap {
    enum Meaning {
        case finished(FinishReason)
        /// The word tells of a failure, not of an end.
        case failed(ProviderError)
    }

    /// An unknown word is an end like any other: ``FinishReason/stop``.
    static func openAI(_ hit: JSONHit) -> Meaning {
        if hit.equals("stop") { return .finished(.stop) }
        switch hit.string {
        case "length", "model_length", "max_tokens", "max_length": return .finished(.length)
        case "tool_calls", "function_call", "tool_use": return .finished(.toolCalls)
        case "content_filter", "safety": return .finished(.contentFilter)
        case "error":
            return failed(.serverError, "error", "the provider reported an error in the middle of its answer")
        case "insufficient_system_resource":
            return failed(.overloaded, "insufficient_system_resource", "the provider ran out of resources")
        default: return .finished(.stop)
        }
    }

    static func anthropic(_ hit: JSONHit) -> Meaning {
        switch hit.string {
        case "max_tokens", "model_context_window_exceeded", "pause_turn": .finished(.length)
        case "tool_use": .finished(.toolCalls)
        case "refusal", "content_filtered", "guardrail_intervened": .finished(.contentFilter)
        case let reason where reason.hasPrefix("malformed_"):
            failed(.invalidResponse, reason, "the model's output was malformed")
        default: .finished(.stop)
        }
    }

    static func ollama(_ hit: JSONHit) -> FinishReason {
        hit.equals("length") ? .length : .stop
    }

    static func gemini(_ hit: JSONHit) -> Meaning {
        if hit.equals("STOP") { return .finished(.stop) }
        switch hit.string {
        case "MAX_TOKENS", "CONTINUATION": return .finished(.length)
        case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "OTHER", "MODEL_ARMOR",
            "NO_IMAGE":
            return .finished(.contentFilter)
        case let reason where reason.hasPrefix("IMAGE_"): return .finished(.contentFilter)
        case let reason where malformedGemini.contains(reason):
            return failed(.invalidResponse, reason, "the model's output was malformed")
        default: return .finished(.stop)
        }
    }

    private static let malformedGemini: Set = [
        "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
    ]

    private static func failed(_ kind: ProviderError.Kind, _ code: String, _ message: String) -> Meaning {
        .failed(ProviderError(kind: kind, code: ErrorMessage.clean(code), message: message))
    }
}
