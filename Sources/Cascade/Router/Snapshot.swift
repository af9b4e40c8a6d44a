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
    /// The aliases, and the models that enabled providers list.
    private let models: Set<String>
    /// Whether an enabled provider lists none, and is asked for any.
    private let takesAnyModel: Bool
    /// Of the providers that can be asked.
    let formats: Set<WireFormat>

    init(configuration: CascadeConfiguration, providers: [Provider]) {
        self.configuration = configuration
        self.providers = providers
        let settings = configuration.cascade
        limits = FallbackMachine.Limits(
            attemptsPerProvider: settings.maxAttemptsPerProvider, attemptsPerRequest: settings.maxAttempts)
        backoff = Backoff(base: settings.retryDelay)
        encodingCount = max(Set(providers.lazy.filter { $0.endpoint != nil }.map(\.encoding.bodyKey)).count, 1)
        let enabled = providers.lazy.filter(\.isEnabled)
        models = Set(enabled.flatMap { $0.configuration.models.lazy.map(\.name) }).union(configuration.aliases.keys)
        takesAnyModel = enabled.contains { $0.configuration.models.isEmpty }
        formats = Set(providers.lazy.filter { $0.endpoint != nil }.map(\.type.format))
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

    /// Whether anybody would be asked for this model.
    func knowsModel(_ name: String) -> Bool {
        takesAnyModel || models.contains(name)
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
