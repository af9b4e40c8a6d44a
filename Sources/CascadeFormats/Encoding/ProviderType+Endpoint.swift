extension ProviderType {
    /// Where the provider is found unless the configuration says otherwise; `nil` when it must say.
    ///
    /// vLLM, its MLX sibling and AirLLM's bridge have no port of their own; they are looked for where vLLM listens.
    public var defaultBaseURL: String? {
        switch self {
        case .openai: "https://api.openai.com/v1"
        case .anthropic: "https://api.anthropic.com"
        case .ollama: "http://localhost:11434"
        case .gemini: "https://generativelanguage.googleapis.com/v1beta"
        case .grok, .xai: "https://api.x.ai/v1"
        case .groq: "https://api.groq.com/openai/v1"
        case .mistral: "https://api.mistral.ai/v1"
        case .deepseek: "https://api.deepseek.com"
        case .openrouter: "https://openrouter.ai/api/v1"
        case .together: "https://api.together.xyz/v1"
        case .fireworks: "https://api.fireworks.ai/inference/v1"
        case .vllm, .vllmMLX, .airllm: "http://localhost:8000/v1"
        case .llamacpp: "http://localhost:8080/v1"
        case .lmstudio: "http://localhost:1234/v1"
        case .openaiCompatible: nil
        }
    }

    /// The header fields that authenticate `key`, and those that each request of the type carries besides.
    ///
    /// - Parameters:
    ///   - key: The secret; empty for none. Check it with ``HeaderValue/isSafe(_:)`` first.
    ///   - anthropicVersion: See ``EncodingOptions/anthropicVersion``; ignored by other types.
    public func authorizationHeader(key: String, anthropicVersion: String) -> [(String, String)] {
        switch self {
        case .anthropic:
            (key.isEmpty ? [] : [("x-api-key", key)]) + [("anthropic-version", anthropicVersion)]
        case .gemini:
            key.isEmpty ? [] : [("x-goog-api-key", key)]
        default:
            key.isEmpty ? [] : [("Authorization", "Bearer \(key)")]
        }
    }

    /// Whether the provider answers nobody without a key.
    public var requiresKey: Bool {
        !isLocal && self != .openaiCompatible
    }

    /// Whether the provider usually runs on one's own machines: slow to its first token, free of quotas.
    public var isLocal: Bool {
        switch self {
        case .ollama, .vllm, .vllmMLX, .llamacpp, .lmstudio, .airllm: true
        default: false
        }
    }

    /// The path, after the base URL, that answers 200 when the provider is up, without touching a model. `nil` for
    /// hosted providers, whose health shows in their answers.
    public var healthPath: String? {
        switch self {
        case .ollama: "/api/tags"
        case .vllm, .vllmMLX, .llamacpp, .lmstudio, .airllm, .openaiCompatible: "/models"
        default: nil
        }
    }
}

/// Checks on text that goes into a header field.
public enum HeaderValue {
    /// Whether the text can be a field's value: no line break or NUL, which could end the field and begin another, and
    /// no other control character but the tab (RFC 9110, 5.5).
    public static func isSafe(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }
}
