/// The configuration as the router works with it: immutable, so that a request in flight keeps the one it began with.
final class Snapshot: Sendable {
    let configuration: CascadeConfiguration
    /// In the order of the configuration; the routing table's indices point here.
    let providers: [Provider]
    let table: RoutingTable
    let limits: FallbackMachine.Limits
    let backoff: Backoff
    /// Different encodings of one request that its way over all providers may need; at least 1.
    let encodingCount: Int

    init(configuration: CascadeConfiguration, providers: [Provider]) {
        self.configuration = configuration
        self.providers = providers
        let settings = configuration.cascade
        limits = FallbackMachine.Limits(
            attemptsPerProvider: settings.maxAttemptsPerProvider, attemptsPerRequest: settings.maxAttempts)
        backoff = Backoff(base: settings.retryDelay)
        encodingCount = max(Set(providers.lazy.filter { $0.endpoint != nil }.map(\.encoding.bodyKey)).count, 1)
        table = RoutingTable(
            providers: providers.map { provider in
                RoutingTable.Provider(
                    name: provider.name, priority: provider.configuration.priority, enabled: provider.isEnabled,
                    models: provider.configuration.models.map(RoutingTable.Model.init),
                    tags: provider.configuration.tags)
            },
            fallbackChains: configuration.fallbackChains,
            aliases: configuration.aliases,
            agentModels: configuration.agentModels,
            strictModels: settings.strictModels,
            maxFallbackDepth: configuration.multimodal.maxFallbackDepth,
            preferSmallVision: configuration.multimodal.preferSmallVision)
    }

    /// By provider name.
    var states: [String: ProviderState] {
        Dictionary(providers.map { ($0.name, $0.state) }) { first, _ in first }
    }

    subscript(name: String) -> Provider? {
        providers.first { $0.name == name }
    }
}

extension RoutingTable.Model {
    init(_ model: ModelConfiguration) {
        self.init(
            name: model.name, isDefault: model.isDefault, contextWindow: model.contextWindow,
            capabilities: Capabilities(names: model.capabilities) ?? [], tier: model.tier,
            costPerMillionInput: model.costPerMillionInput, costPerMillionOutput: model.costPerMillionOutput)
    }
}
