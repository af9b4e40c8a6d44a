/// Which providers a request is offered to, in which order, and with which model of each.
///
/// An immutable snapshot: it is built when configuration changes and shared by reference counting, so a request in flight
/// keeps the one it began with. What changes by the second (circuits, cooldowns) is asked per candidate, not stored here.
public struct RoutingTable: Sendable {
    /// As given, in the configuration's order; the indices of decisions point here.
    public let providers: [Provider]
    /// Indices of `providers` in the order to ask: by priority, then as configured.
    public let order: [Int]

    let aliases: [String: [String]]
    let agentModels: [String: String]
    let strictModels: Bool
    let chains: FallbackChains

    /// - Parameters:
    ///   - fallbackChains: by the name of a capability (`multimodal` too), models in the order of preference. Being in a
    ///     chain declares the capability, within `maxFallbackDepth`. Chains of unknown names are kept out.
    ///   - aliases: by name, models in the order of preference. A model that a provider lists itself goes before an alias.
    ///   - agentModels: by agent, the model or alias it uses.
    ///   - strictModels: skip a provider that does not list the model asked for, instead of using its default.
    ///   - maxFallbackDepth: how many entries of a chain are considered.
    ///   - preferSmallVision: for images, take a provider's models in the order of the vision chain, not as listed.
    public init(
        providers: [Provider],
        fallbackChains: [String: [String]] = [:],
        aliases: [String: [String]] = [:],
        agentModels: [String: String] = [:],
        strictModels: Bool = false,
        maxFallbackDepth: Int = 3,
        preferSmallVision: Bool = true
    ) {
        self.providers = providers
        order = providers.indices.sorted { a, b in
            (providers[a].priority, a) < (providers[b].priority, b)
        }
        self.aliases = aliases
        self.agentModels = agentModels
        self.strictModels = strictModels
        chains = FallbackChains(fallbackChains, depth: maxFallbackDepth, preferSmallVision: preferSmallVision)
    }

    /// The plan for a query. Cost is linear in the models listed; `DecisionCache` saves it for queries that recur.
    public func decide(_ query: Query) -> Decision {
        var decision = Decision(candidates: [], skipped: [])
        // As a rule most providers are candidates.
        decision.candidates.reserveCapacity(order.count)
        for provider in order {
            switch choose(provider: provider, for: query) {
            case .candidate(let candidate): decision.candidates.append(candidate)
            case .skip(let reason): decision.skipped.append(Skip(provider: provider, reason: reason))
            }
        }
        return decision
    }

    /// What becomes of one provider, for walking `order` lazily.
    ///
    /// - Parameter provider: index into `providers`.
    public func choose(provider: Int, for query: Query) -> Choice {
        if !providers[provider].enabled { return .skip(.disabled) }
        if let tag = query.tags.first(where: { !providers[provider].tags.contains($0) }) {
            return .skip(.missingTag(tag))
        }
        return chooseModel(of: provider, for: query)
    }
}
