/// The four families of wire format.
public enum WireFormat: String, Sendable, Hashable, CaseIterable {
    /// OpenAI chat completions and everything compatible with it.
    case openAI = "openai"
    /// Anthropic messages.
    case anthropic
    /// Ollama's own `/api/chat`.
    case ollama
    /// Google Gemini `generateContent`.
    case gemini
}

/// A provider's type as the configuration names it: a ``WireFormat`` and the differences within it.
public enum ProviderType: String, Sendable, Hashable, CaseIterable {
    case openai
    case anthropic
    case ollama
    case gemini
    case grok
    case xai
    case groq
    case mistral
    case deepseek
    case openrouter
    case together
    case fireworks
    case vllm
    case vllmMLX = "vllm_mlx"
    case llamacpp
    case lmstudio
    case airllm
    case openaiCompatible = "openai_compatible"

    public var format: WireFormat {
        switch self {
        case .anthropic: .anthropic
        case .ollama: .ollama
        case .gemini: .gemini
        default: .openAI
        }
    }
}
