/// The models that stand in where a capability is lacking, in the configuration's order of preference.
struct FallbackChains: Sendable {
    struct Chain: Sendable {
        var capability: Capabilities
        var models: [String]
    }

    private let chains: [Chain]
    let preferSmallVision: Bool

    init(_ named: [String: [String]], depth: Int, preferSmallVision: Bool) {
        // A dictionary has no order of its own, and decisions must not depend on a hash seed.
        chains = named.compactMap { name, models in
            Capabilities(name: name).map { Chain(capability: $0, models: Array(models.prefix(max(depth, 0)))) }
        }.sorted { $0.capability.rawValue < $1.capability.rawValue }
        self.preferSmallVision = preferSmallVision
    }

    /// The chain's word on a model, added to what the model says of itself.
    func declared(_ model: String) -> Capabilities {
        chains.reduce(into: []) { all, chain in
            if chain.models.contains(model) { all.formUnion(chain.capability) }
        }
    }

    /// Every chain that helps with something of `missing`, those that help with all of it first.
    func models(for missing: Capabilities) -> [String] {
        let whole = chains.filter { $0.capability.isSuperset(of: missing) }
        let part = chains.filter { !$0.capability.isSuperset(of: missing) && !$0.capability.isDisjoint(with: missing) }
        return (whole + part).flatMap(\.models)
    }

    /// The order of preference for images; empty when the order of listing holds.
    func visionOrder(for needs: Capabilities) -> [String] {
        guard preferSmallVision, needs.contains(.vision) else { return [] }
        return models(for: .vision)
    }
}
