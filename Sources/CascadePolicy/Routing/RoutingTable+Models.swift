extension RoutingTable {
    /// The needs that a model can fail to meet. Every model takes text, and whether an answer streams is no reason to go
    /// elsewhere: it can be delivered in one piece.
    private static let decisive: Capabilities = [.vision, .audio, .tools, .json]

    /// The model of an enabled provider, or why it has none: the one wanted, then a stand-in with the capabilities, then
    /// one with the context window, and at last the price.
    func chooseModel(of index: Int, for query: Query) -> Choice {
        let provider = providers[index]
        let wanted = query.model ?? query.agent.flatMap { agentModels[$0] }
        guard let fallback = provider.defaultModel else {
            return .candidate(Candidate(provider: index, model: wanted.map(unlisted), isFallbackModel: false))
        }

        let listed = wanted.map { find($0, in: provider) } ?? ofTier(query.tier, in: provider)
        if listed == nil, strictModels {
            if let wanted { return .skip(.modelNotListed(wanted)) }
            if let tier = query.tier { return .skip(.tierNotListed(tier)) }
        }
        let intended = listed ?? fallback
        let asked = listed != nil || (wanted == nil && query.tier == nil)

        let needs = query.needs.intersection(Self.decisive)
        guard let able = withCapabilities(needs, insteadOf: intended, in: provider) else {
            return .skip(.missingCapability(needs.subtracting(intended.abilities)))
        }
        guard let model = withWindow(query.minimumContext, needs: needs, insteadOf: able, in: provider) else {
            return .skip(.contextTooSmall(needed: query.minimumContext ?? 0))
        }
        if query.freeOnly, model.isPaid { return .skip(.overBudget) }
        return .candidate(
            Candidate(provider: index, model: model.name, isFallbackModel: !asked || model.name != intended.name))
    }

    private func find(_ name: String, in provider: Provider) -> Model? {
        if let exact = provider.models.first(where: { $0.name == name }) { return exact }
        for target in aliases[name] ?? [] {
            if let model = provider.models.first(where: { $0.name == target }) { return model }
        }
        return nil
    }

    private func ofTier(_ tier: String?, in provider: Provider) -> Model? {
        guard let tier else { return nil }
        if let standard = provider.defaultModel, standard.tier == tier { return standard }
        return provider.models.first { $0.tier == tier }
    }

    /// The name to pass on where nothing is listed. An alias is a name of this side only, so its first model goes out.
    private func unlisted(_ name: String) -> String {
        aliases[name]?.first ?? name
    }

    private func withCapabilities(_ needs: Capabilities, insteadOf model: Model, in provider: Provider) -> Model? {
        let missing = needs.subtracting(model.abilities)
        if missing.isEmpty { return model }
        for name in chains.visionOrder(for: needs) {
            if let able = provider.models.first(where: { $0.name == name && $0.abilities.isSuperset(of: needs) }) {
                return able
            }
        }
        if let able = provider.models.first(where: { $0.abilities.isSuperset(of: needs) }) { return able }
        for name in chains.models(for: missing) {
            if let able = provider.models.first(where: { $0.name == name && isAble($0, needs) }) { return able }
        }
        return nil
    }

    // The chain is the author's word that the model can, though its own list does not say so.
    private func isAble(_ model: Model, _ needs: Capabilities) -> Bool {
        model.abilities.union(chains.declared(model.name)).isSuperset(of: needs)
    }

    private func withWindow(
        _ tokens: Int?, needs: Capabilities, insteadOf model: Model, in provider: Provider
    ) -> Model? {
        guard let tokens, let window = model.contextWindow, window < tokens else { return model }
        return provider.models.first { ($0.contextWindow ?? 0) >= tokens && isAble($0, needs) }
    }
}
