internal import CascadeFormats

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension CascadeConfiguration {
    /// A configuration for a user who has no file: a local Ollama, and each provider whose key is in the environment.
    ///
    /// Ollama comes first and lists no models. Whether it answers, and what it has, is for the caller to find out.
    public static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> CascadeConfiguration {
        var configuration = CascadeConfiguration(providers: [
            ProviderConfiguration(name: "ollama", type: .ollama, priority: 1)
        ])
        for (index, hosted) in HostedProvider.all.enumerated() {
            for variable in hosted.variables {
                switch checkedKey(environment[variable] ?? "") {
                case .success(let key):
                    guard let key else { continue }
                    configuration.providers.append(hosted.provider(key: key, priority: index + 2))
                case .failure(let problem):
                    configuration.warnings.append(
                        ConfigurationDiagnostic(
                            severity: .warning, file: "environment", path: variable,
                            message: "expected a key of visible ASCII characters, found \(problem.found); not used"))
                    continue
                }
                break
            }
        }
        return configuration
    }
}

/// A hosted provider as it is set up from nothing but its key.
private struct HostedProvider {
    var type: ProviderType
    /// Where the key is looked for, the first that is set.
    var variables: [String]
    /// Models that cost little, the first being the default.
    var models: [(name: String, contextWindow: Int)]

    static let all = [
        HostedProvider(
            type: .openai, variables: ["OPENAI_API_KEY"], models: [("gpt-4o-mini", 128_000), ("gpt-4o", 128_000)]),
        HostedProvider(
            type: .anthropic, variables: ["ANTHROPIC_API_KEY"],
            models: [("claude-haiku-4-5", 200_000), ("claude-sonnet-4-5", 200_000)]),
        HostedProvider(type: .xai, variables: ["XAI_API_KEY"], models: [("grok-4", 256_000)]),
        HostedProvider(
            type: .gemini, variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], models: [("gemini-2.5-flash", 1_048_576)]),
    ]

    func provider(key: Secret, priority: Int) -> ProviderConfiguration {
        ProviderConfiguration(
            name: type.rawValue, type: type, priority: priority, apiKey: key,
            models: models.enumerated().map { index, model in
                ModelConfiguration(
                    name: model.name, isDefault: index == 0, contextWindow: model.contextWindow,
                    capabilities: ["text", "vision", "tools", "json", "streaming"])
            })
    }
}
