import Cascade
import CascadeTesting

extension CascadeConfiguration {
    /// Patient, and without a second attempt on one provider: that is each test's own to ask for.
    init(_ providers: [LoopbackProvider], formats: [Format]) {
        self.init(
            providers: zip(providers, formats).enumerated().map { index, pair in
                var provider = ProviderConfiguration(
                    name: "p\(index)", type: pair.1.type, priority: index + 1, baseURL: pair.0.baseURL(for: pair.1),
                    apiKey: pair.1 == .ollama ? nil : Secret("test-key-of-p\(index)"),
                    models: [ModelConfiguration(name: "p\(index)-model")])
                provider.timeouts.idle = .seconds(20)
                return provider
            })
        cascade.maxAttemptsPerProvider = 1
        cascade.retryDelay = .milliseconds(1)
    }
}

extension Format {
    var type: ProviderType {
        switch self {
        case .openai: .openai
        case .anthropic: .anthropic
        case .ollama: .ollama
        case .gemini: .gemini
        }
    }
}

extension RouterMetrics {
    subscript(name: String) -> Provider { providers.first { $0.name == name }! }
}

extension RouterStatus {
    subscript(name: String) -> Provider { providers.first { $0.name == name }! }
}
