internal import Synchronization

extension RouterCore {
    func explain(_ request: ChatRequest) -> RequestPlan {
        let needs = ContentNeeds(of: request)
        let names = needs.capabilities.names
        guard let plan = try? plan(request, needs: needs) else {
            return RequestPlan(needs: names, steps: [], skipped: [])
        }
        let steps = plan.decision.candidates.map { candidate in
            step(candidate, of: plan.snapshot.providers[candidate.provider], request: request, needs: needs)
        }
        let skipped = plan.decision.skipped.map { skip in
            SkipReport(provider: plan.snapshot.providers[skip.provider].name, reason: skip.reason.description)
        }
        return RequestPlan(needs: names, steps: steps, skipped: skipped)
    }

    private func step(
        _ candidate: RoutingTable.Candidate, of provider: Provider, request: ChatRequest, needs: ContentNeeds
    ) -> RequestPlan.Step {
        let model = candidate.model ?? provider.type.placeholderModel
        return RequestPlan.Step(
            provider: provider.name, type: provider.type, model: model,
            modelReason: modelReason(candidate, model: model, provider: provider, request: request, needs: needs),
            isFallbackModel: candidate.isFallbackModel, heldBack: heldBack(provider, model: model),
            verifiesCertificate: !provider.configuration.tls.insecureSkipVerify)
    }

    private func modelReason(
        _ candidate: RoutingTable.Candidate, model: String?, provider: Provider, request: ChatRequest,
        needs: ContentNeeds
    ) -> String {
        guard let model else { return "no model is configured" }
        if model == request.model { return "asked for" }
        if candidate.model == nil { return "whatever the server has loaded" }
        let standard = provider.configuration.defaultModel?.name
        if model == standard { return request.model == nil ? "default" : "default; the one asked for is not listed" }
        let special = needs.capabilities.subtracting(.text).names
        if !special.isEmpty { return "has " + special.joined(separator: " and ") }
        return "chosen by alias, tier or agent"
    }

    private func heldBack(_ provider: Provider, model: String?) -> String? {
        if let reason = provider.unavailable { return reason }
        guard let model else { return "no model is configured and none was asked for" }
        let now = clock.now
        if let pause = shared.withLock({ $0.cooldowns.pause(provider: provider.name, model: model, at: now) }) {
            return pause.phrase(at: now)
        }
        return provider.state.withLock { state in
            guard state.breaker.state(at: now) == .open, let until = state.breaker.openUntil else { return nil }
            return "circuit open for \(now.duration(to: until).rounded)"
        }
    }
}

extension CascadeRouter {
    /// The health of every provider at this moment.
    public var status: RouterStatus { core.status }

    /// What was done since the router was made.
    public var metrics: RouterMetrics { core.metrics }

    /// Asks every enabled provider whether it is there, all at once, for at most five seconds. A good answer closes an
    /// open circuit. Sends no chat request and costs no tokens.
    public func checkHealth() async -> [HealthReport] {
        await core.checkHealth()
    }
}
