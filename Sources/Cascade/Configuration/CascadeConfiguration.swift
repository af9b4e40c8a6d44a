/// What a router is to do: its providers in order, and how patiently it tries them.
///
/// Made from a file with ``load(path:environment:)``, from the environment with ``fromEnvironment(_:)``, or in code.
/// It is a plain value; a router takes a copy.
public struct CascadeConfiguration: Sendable, Hashable {
    /// The `cascade` section: attempts, timeouts, circuit breaker.
    public var cascade: Settings
    /// All providers in the order of the file, disabled ones included.
    public var providers: [ProviderConfiguration]
    /// For each capability the models to try, in order, when the chosen model lacks it.
    public var fallbackChains: [String: [String]]
    /// Other names for models: a name to the models that it may stand for, in order.
    public var aliases: [String: [String]]
    /// An agent's identifier to the model it uses.
    public var agentModels: [String: String]
    public var customModels: [CustomModel]
    public var multimodal: Multimodal
    public var costTracking: CostTracking
    public var metrics: Metrics
    /// What is odd but usable: unknown keys, keys that others can read. Empty for a configuration built in code.
    public var warnings: [ConfigurationDiagnostic]

    /// The defaults, with the given providers.
    public init(cascade: Settings = Settings(), providers: [ProviderConfiguration] = []) {
        self.cascade = cascade
        self.providers = providers
        fallbackChains = [:]
        aliases = [:]
        agentModels = [:]
        customModels = []
        multimodal = Multimodal()
        costTracking = CostTracking()
        metrics = Metrics()
        warnings = []
    }

    /// The enabled providers by priority; those of equal priority in the order of the file.
    public var enabledProviders: [ProviderConfiguration] {
        providers.enumerated()
            .filter(\.element.enabled)
            .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
            .map(\.element)
    }
}
