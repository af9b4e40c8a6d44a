import CascadeTesting

/// Configurations that name loopback providers.
enum Configurations {
    /// One entry for each provider, in order, each with the planted key and a model of its own name.
    static func yaml(
        _ providers: [(name: String, provider: LoopbackProvider)], attempts: Int = 1, threshold: Int = 5
    ) -> String {
        var text = """
            cascade:
              max_retries_per_provider: \(attempts)
              retry_delay_seconds: 0.01
              circuit_breaker: {failure_threshold: \(threshold)}
            providers:

            """
        for (index, (name, provider)) in providers.enumerated() {
            text += """
                  - name: \(name)
                    type: openai
                    enabled: true
                    priority: \(index + 1)
                    base_url: "\(provider.baseURL(for: .openai))"
                    api_key: "${PLANTED_KEY}"
                    headers: {X-Planted: "${PLANTED_KEY}"}
                    models:
                      - {name: \(name)-model, default: true, capabilities: [text, vision, tools, json, streaming]}

                """
        }
        return text
    }
}

extension Workspace {
    /// Writes `cascade.yaml`, which the command finds by itself.
    func configure(_ providers: [(name: String, provider: LoopbackProvider)], attempts: Int = 1, threshold: Int = 5)
        throws
    {
        keep(providers.map(\.provider))
        try write(Configurations.yaml(providers, attempts: attempts, threshold: threshold), to: "cascade.yaml")
    }

    /// Providers of a kind that is asked whether it is there.
    func configureOllama(_ providers: [(name: String, provider: LoopbackProvider)]) throws {
        keep(providers.map(\.provider))
        let entries = providers.enumerated().map { index, entry in
            let address = entry.provider.baseURL(for: .ollama)
            return
                "  - {name: \(entry.name), type: ollama, enabled: true, priority: \(index + 1), url: \"\(address)\"}\n"
        }
        try write("providers:\n" + entries.joined(), to: "cascade.yaml")
    }

    /// A workspace with one provider that answers as `script` has it.
    static func with(_ script: LoopbackProvider.Script = .init()) throws -> (Workspace, LoopbackProvider) {
        let workspace = try Workspace()
        let provider = try LoopbackProvider(script: script)
        try workspace.configure([("only", provider)])
        return (workspace, provider)
    }
}
