import CascadeFormats
import Testing

@Suite("Encoding: addresses and header fields")
struct EncodingEndpointTests {
    @Test(arguments: [
        (ProviderType.openai, "gpt-4o", false, "/chat/completions"),
        (.grok, "grok-4", true, "/chat/completions"),
        (.anthropic, "claude", true, "/v1/messages"),
        (.ollama, "llama", true, "/api/chat"),
        (.gemini, "gemini-3-pro", false, "/models/gemini-3-pro:generateContent"),
        (.gemini, "gemini-3-pro", true, "/models/gemini-3-pro:streamGenerateContent?alt=sse"),
        (.gemini, "models/gemini-3-pro", false, "/models/gemini-3-pro:generateContent"),
        (.gemini, "tunedModels/mine", false, "/tunedModels/mine:generateContent"),
        (.gemini, "../a?b#c d\r\né", false, "/models/..%2Fa%3Fb%23c%20d%0D%0A%C3%A9:generateContent"),
    ])
    func path(type: ProviderType, model: String, streaming: Bool, expected: String) {
        #expect(RequestEncoder.path(model: model, streaming: streaming, type: type) == expected)
    }

    @Test(arguments: [
        (ProviderType.openai, "https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
        (.openai, "https://api.openai.com/v1//", "https://api.openai.com/v1/chat/completions"),
        (.openai, "https://api.openai.com", "https://api.openai.com/v1/chat/completions"),
        (.openai, "https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        (.openai, "https://h/d/x?api-version=1", "https://h/d/x/chat/completions?api-version=1"),
        (.groq, "https://api.groq.com/", "https://api.groq.com/openai/v1/chat/completions"),
        (.deepseek, "https://api.deepseek.com", "https://api.deepseek.com/chat/completions"),
        (.lmstudio, "localhost:1234", "localhost:1234/v1/chat/completions"),
        (.openaiCompatible, "http://h:1", "http://h:1/chat/completions"),
        (.anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        (.anthropic, "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
        (.anthropic, "https://h/x/v1/messages", "https://h/x/v1/messages"),
        (.ollama, "http://localhost:11434/", "http://localhost:11434/api/chat"),
        (.ollama, "http://localhost:11434/api", "http://localhost:11434/api/chat"),
        (.gemini, "https://h/v1beta/models", "https://h/v1beta/models/m:streamGenerateContent?alt=sse"),
        (.gemini, "https://h", "https://h/v1beta/models/m:streamGenerateContent?alt=sse"),
        (.gemini, "https://h/v1?x=1#f", "https://h/v1/models/m:streamGenerateContent?alt=sse&x=1"),
    ])
    func join(type: ProviderType, base: String, expected: String) {
        #expect(RequestEncoder.endpointURL(base: base, model: "m", streaming: true, type: type) == expected)
    }

    @Test(arguments: ProviderType.allCases)
    func everyTypeButOneHasADefaultAddress(type: ProviderType) throws {
        guard type != .openaiCompatible else { return #expect(type.defaultBaseURL == nil) }
        let base = try #require(type.defaultBaseURL)
        #expect(base.hasPrefix(type.isLocal ? "http://localhost:" : "https://"))
        #expect(
            RequestEncoder.endpointURL(base: base, model: "m", streaming: false, type: type)
                == base + RequestEncoder.path(model: "m", streaming: false, type: type))
    }

    @Test func healthAndPullAddresses() {
        #expect(RequestEncoder.healthURL(base: "http://h:11434/", type: .ollama) == "http://h:11434/api/tags")
        #expect(RequestEncoder.healthURL(base: "http://h:8000/v1", type: .vllm) == "http://h:8000/v1/models")
        #expect(RequestEncoder.healthURL(base: "https://api.openai.com/v1", type: .openai) == nil)
        #expect(RequestEncoder.pullURL(base: "http://h:11434/api/") == "http://h:11434/api/pull")
    }

    @Test(arguments: [
        (ProviderType.openai, ["Authorization: Bearer k"]), (.ollama, ["Authorization: Bearer k"]),
        (.anthropic, ["x-api-key: k", "anthropic-version: v"]), (.gemini, ["x-goog-api-key: k"]),
    ])
    func authorization(type: ProviderType, expected: [String]) {
        func lines(_ key: String) -> [String] {
            type.authorizationHeader(key: key, anthropicVersion: "v").map { "\($0.0): \($0.1)" }
        }
        #expect(lines("k") == expected)
        #expect(lines("") == expected.filter { $0.hasPrefix("anthropic-version") })
    }

    @Test func onlyHostedProvidersRequireAKey() {
        let open: Set<ProviderType> = [.ollama, .vllm, .vllmMLX, .llamacpp, .lmstudio, .airllm, .openaiCompatible]
        #expect(Set(ProviderType.allCases.filter { !$0.requiresKey }) == open)
        #expect(Set(ProviderType.allCases.filter(\.isLocal)) == open.subtracting([.openaiCompatible]))
    }

    @Test(arguments: [
        ("Bearer sk-1", true), ("tab\there", true), ("é", true), ("", true), ("a\r\nX: y", false), ("a\n", false),
        ("a\r", false), ("a\u{0}", false), ("\u{7F}", false), ("\u{1B}", false),
    ])
    func headerValue(text: String, safe: Bool) {
        #expect(HeaderValue.isSafe(text) == safe)
    }
}
