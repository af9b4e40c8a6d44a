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
            switch address(ofOllama: environment["OLLAMA_HOST"] ?? "") {
            case .success(let address):
                if let found = await local(provider, at: address) { providers.append(found) }
            case .failure(let problem):
                configuration.warnings.append(
                    ConfigurationDiagnostic(
                        severity: .warning, file: "environment", path: "OLLAMA_HOST",
                        message: "expected a host or an address, found \(problem.found); Ollama is left out"))
            }
        }
        configuration.providers = providers
        return configuration
    }

    /// `provider` with its models; `nil` if it does not answer or has none.
    private static func local(
        _ provider: ProviderConfiguration, at address: String?
    ) async -> ProviderConfiguration? {
        var provider = provider
        provider.baseURL = address
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

    /// Ollama's own variable is an address, a host, or a host and a port; `nil` when it says nothing.
    static func address(ofOllama host: String) -> Result<String?, TextProblem> {
        let host = host.trimmingCharacters(in: .whitespaces)
        guard !host.isEmpty else { return .success(nil) }
        if host.contains("://") { return checkedBaseURL(host).map(Optional.some) }
        let name = host.hasPrefix("0.0.0.0") ? "127.0.0.1" + host.dropFirst(7) : host
        return checkedBaseURL("http://" + (name.contains(":") ? name : name + ":11434")).map(Optional.some)
    }
}
