internal import Cascade
internal import Foundation

/// The configuration of a user who has no file.
enum EnvironmentFallback {
    /// A local Ollama answers at once or is not there.
    private static let patience: Duration = .milliseconds(500)

    static let gettingStarted = """
        no provider is configured. To get started, do one of these:
          - start Ollama and fetch a model: ollama pull llama3.2
          - set OPENAI_API_KEY, ANTHROPIC_API_KEY, XAI_API_KEY or GEMINI_API_KEY
          - write a file cascade.yaml and name its providers:
                providers:
                  - name: local
                    type: ollama
                    enabled: true
                    models:
                      - name: llama3.2
        `cascade demo` shows a cascade at work without any of them.
        """

    /// The providers that the environment names, and a local Ollama with the models that it has, if it answers.
    static func configuration(_ environment: [String: String]) async -> CascadeConfiguration {
        var configuration = CascadeConfiguration.fromEnvironment(environment)
        var providers: [ProviderConfiguration] = []
        for provider in configuration.providers {
            guard provider.type == .ollama else {
                providers.append(provider)
                continue
            }
            if let found = await local(provider, at: environment["OLLAMA_HOST"]) { providers.append(found) }
        }
        configuration.providers = providers
        return configuration
    }

    /// `provider` with its models; `nil` if it does not answer or has none.
    private static func local(_ provider: ProviderConfiguration, at host: String?) async -> ProviderConfiguration? {
        var provider = provider
        if let host, let address = address(ofOllama: host) { provider.baseURL = address }
        provider.timeouts.connect = patience
        provider.timeouts.responseHeaders = patience
        provider.timeouts.total = patience
        let options = RouterOptions(logger: ConfigurationOptions.silence)
        let alone = CascadeConfiguration(providers: [provider])
        guard let router = try? CascadeRouter(configuration: alone, options: options) else { return nil }
        let report = await router.checkHealth().first
        await router.shutdown()
        guard let report, report.isHealthy, !report.models.isEmpty else { return nil }
        provider.timeouts = ProviderTimeouts()
        provider.models = report.models.enumerated().map { index, name in
            ModelConfiguration(name: name, isDefault: index == 0)
        }
        return provider
    }

    /// Ollama's own variable is an address, a host, or a host and a port.
    static func address(ofOllama host: String) -> String? {
        let host = host.trimmingCharacters(in: .whitespaces)
        guard !host.isEmpty else { return nil }
        if host.contains("://") { return host.hasSuffix("/") ? String(host.dropLast()) : host }
        let name = host.hasPrefix("0.0.0.0") ? "127.0.0.1" + host.dropFirst(7) : host
        return "http://" + (name.contains(":") ? name : name + ":11434")
    }
}
