import CascadePolicy

/// A typical household of providers: a local one with many models, a bridge, and two hosted ones.
enum RoutingFixture {
    typealias Model = RoutingTable.Model
    typealias Provider = RoutingTable.Provider

    static let chat: Capabilities = [.text, .tools, .json, .streaming]
    static let seeing: Capabilities = [.text, .vision, .streaming]
    static let all: Capabilities = [.text, .vision, .tools, .json, .streaming]

    static func providers(hosted: Bool) -> [Provider] {
        [
            Provider(
                name: "ollama-local", priority: 1,
                models: [
                    Model(name: "llama3.1:8b-instruct", isDefault: true, contextWindow: 128_000, capabilities: chat),
                    Model(name: "llama3.2:3b", contextWindow: 128_000, capabilities: all),
                    Model(name: "qwen2.5:14b", contextWindow: 32_000, capabilities: chat),
                    Model(
                        name: "deepseek-r1:1.5b", contextWindow: 32_000, capabilities: [.text, .json, .streaming]),
                    Model(name: "llava:7b", contextWindow: 4096, capabilities: seeing),
                    Model(name: "qwen2.5-vl:3b", contextWindow: 32_000, capabilities: all),
                    Model(name: "moondream:1.8b", contextWindow: 2048, capabilities: seeing),
                ]),
            Provider(
                name: "airllm-local", priority: 2, enabled: false,
                models: [
                    Model(name: "70b", isDefault: true, capabilities: chat),
                    Model(name: "8b", capabilities: chat),
                    Model(name: "405b", capabilities: chat),
                ]),
            Provider(
                name: "openai-backup", priority: 3, enabled: hosted,
                models: [
                    Model(name: "gpt-4o-mini", isDefault: true, contextWindow: 128_000, capabilities: all),
                    Model(name: "gpt-4o", contextWindow: 128_000, capabilities: all),
                ]),
            Provider(
                name: "anthropic-backup", priority: 4, enabled: hosted,
                models: [
                    Model(
                        name: "claude-3-haiku-20240307", isDefault: true, contextWindow: 200_000, capabilities: seeing),
                    Model(
                        name: "claude-3-sonnet-20240229", contextWindow: 200_000,
                        capabilities: [.text, .vision, .tools, .streaming]),
                ]),
        ]
    }

    static let chains: [String: [String]] = [
        "vision": ["llama3.2:3b", "qwen2.5-vl:3b", "llava:7b", "moondream:1.8b"],
        "tools": ["llama3.1:8b-instruct", "qwen2.5:7b", "llama3.2:3b"],
        "text": ["llama3.1:8b-instruct", "qwen2.5:14b", "deepseek-r1:1.5b", "llama3.2:3b"],
    ]

    static func table(hosted: Bool = true, strict: Bool = false) -> RoutingTable {
        RoutingTable(
            providers: providers(hosted: hosted), fallbackChains: chains,
            aliases: ["fast": ["llama3.2:3b", "gpt-4o-mini"], "gpt-4o": ["llava:7b"]],
            agentModels: ["scribe": "deepseek-r1:1.5b", "seer": "fast"], strictModels: strict)
    }
}

extension RoutingTable {
    /// The plan in short: `provider/model` of each candidate, `!` after a stand-in.
    func plan(_ query: Query) -> [String] {
        decide(query).candidates.map { candidate in
            let mark = candidate.isFallbackModel ? "!" : ""
            return "\(providers[candidate.provider].name)/\(candidate.model ?? "-")\(mark)"
        }
    }

    func skips(_ query: Query) -> [String: SkipReason] {
        decide(query).skipped.reduce(into: [:]) { $0[providers[$1.provider].name] = $1.reason }
    }
}
