internal import Cascade

/// What differs between two configurations, for the log: names of providers and of settings, never a value.
enum ConfigurationChanges {
    static func describe(from old: CascadeConfiguration, to new: CascadeConfiguration) -> [String] {
        providers(old.providers, new.providers) + sections(old, new)
    }

    private static func providers(_ old: [ProviderConfiguration], _ new: [ProviderConfiguration]) -> [String] {
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let after = Set(new.map(\.name))
        var changes = new.filter { before[$0.name] == nil }.map { "provider \($0.name) added" }
        changes += old.filter { !after.contains($0.name) }.map { "provider \($0.name) removed" }
        for provider in new {
            guard let was = before[provider.name], was != provider else { continue }
            changes.append("provider \(provider.name): " + settings(was, provider).joined(separator: ", "))
        }
        let kept = old.map(\.name).filter(after.contains)
        if kept != new.map(\.name).filter({ before[$0] != nil }) { changes.append("order of the providers") }
        return changes
    }

    private static func settings(_ old: ProviderConfiguration, _ new: ProviderConfiguration) -> [String] {
        [
            ("type", old.type != new.type), ("enabled", old.enabled != new.enabled),
            ("priority", old.priority != new.priority), ("url", old.baseURL != new.baseURL),
            ("api_key", old.apiKey != new.apiKey), ("models", old.models != new.models), ("tags", old.tags != new.tags),
            ("headers", old.headers != new.headers), ("timeouts", old.timeouts != new.timeouts),
            ("http2", old.http2 != new.http2), ("anthropic_version", old.anthropicVersion != new.anthropicVersion),
            ("tls", old.tls != new.tls), ("max_concurrency", old.maxConcurrency != new.maxConcurrency),
        ].filter(\.1).map(\.0)
    }

    private static func sections(_ old: CascadeConfiguration, _ new: CascadeConfiguration) -> [String] {
        [
            ("cascade", old.cascade != new.cascade), ("fallback_chains", old.fallbackChains != new.fallbackChains),
            ("aliases", old.aliases != new.aliases), ("agent_model_assignments", old.agentModels != new.agentModels),
            ("custom_models", old.customModels != new.customModels), ("multimodal", old.multimodal != new.multimodal),
            ("cost_tracking", old.costTracking != new.costTracking), ("metrics", old.metrics != new.metrics),
        ].filter(\.1).map(\.0)
    }
}
