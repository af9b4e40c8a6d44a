extension RoutingTable {
    /// The needs that a model can fail to meet. Every model takes text, and whether an answer streams is no reason to go
    /// elsewhere: it can be delivered in one piece.
    private static let decisive: Capabilities = [.vision, .audio, .tools, .json]

    /// The model of an enabled provider, or why it has none: the one wanted, then a stand-in with the capabilities, then
    /// one with the context window, and at last the price.
    ///
    /// Models go by their index from rule to rule: a copy of one would cost more than the rule.
    func chooseModel(of index: Int, for query: Query) -> Choice {
        let models = providers[index].models
        let wanted = query.model ?? query.agent.flatMap { agentModels[$0] }
        guard let fallback = defaultModel(of: models) else {
            return .candidate(Candidate(provider: index, model: wanted.map(unlisted), isFallbackModel: false))
        }

        let listed = wanted.map { find($0, in: models) } ?? ofTier(query.tier, in: models)
        if listed == nil, strictModels {
            if let wanted { return .skip(.modelNotListed(wanted)) }
            if let tier = query.tier { return .skip(.tierNotListed(tier)) }
        }
        let intended = listed ?? fallback
        let asked = listed != nil || (wanted == nil && query.tier == nil)

        let needs = query.needs.intersection(Self.decisive)
        guard let able = withCapabilities(needs, insteadOf: intended, in: models) else {
            return .skip(.missingCapability(needs.subtracting(models[intended].abilities)))
        }
        guard let model = withWindow(query.minimumContext, needs: needs, insteadOf: able, in: models) else {
            return .skip(.contextTooSmall(needed: query.minimumContext ?? 0))
        }
        if query.freeOnly, models[model].isPaid { return .skip(.overBudget) }
        let isFallback = !asked || (model != intended && models[model].name != models[intended].name)
        return .candidate(Candidate(provider: index, model: models[model].name, isFallbackModel: isFallback))
    }

    /// As ``Provider/defaultModel``.
    private func defaultModel(of models: [Model]) -> Int? {
        models.firstIndex(where: \.isDefault) ?? models.indices.first
    }

    private func find(_ name: String, in models: [Model]) -> Int? {
        if let exact = models.firstIndex(where: { $0.name == name }) { return exact }
        for target in aliases[name] ?? [] {
            if let model = models.firstIndex(where: { $0.name == target }) { return model }
        }
        return nil
    }

    private func ofTier(_ tier: String?, in models: [Model]) -> Int? {
        guard let tier else { return nil }
        if let standard = defaultModel(of: models), models[standard].tier == tier { return standard }
        return models.firstIndex { $0.tier == tier }
    }

    /// The name to pass on where nothing is listed. An alias is a name of this side only, so its first model goes out.
    private func unlisted(_ name: String) -> String {
        aliases[name]?.first ?? name
    }

    private func withCapabilities(_ needs: Capabilities, insteadOf model: Int, in models: [Model]) -> Int? {
        let missing = needs.subtracting(models[model].abilities)
        if missing.isEmpty { return model }
        for name in chains.visionOrder(for: needs) {
            if let able = models.firstIndex(where: { $0.name == name && $0.abilities.isSuperset(of: needs) }) {
                return able
            }
        }
        if let able = models.firstIndex(where: { $0.abilities.isSuperset(of: needs) }) { return able }
        for name in chains.models(for: missing) {
            if let able = models.firstIndex(where: { $0.name == name && isAble($0, needs) }) { return able }
        }
        return nil
    }

    // The chain is the author's word that the model can, though its own list does not say so.
    private func isAble(_ model: Model, _ needs: Capabilities) -> Bool {
        model.abilities.union(chains.declared(model.name)).isSuperset(of: needs)
    }

    private func withWindow(_ tokens: Int?, needs: Capabilities, insteadOf model: Int, in models: [Model]) -> Int? {
        guard let tokens, let window = models[model].contextWindow, window < tokens else { return model }
        return models.firstIndex { ($0.contextWindow ?? 0) >= tokens && isAble($0, needs) }
    }
}
