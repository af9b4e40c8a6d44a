internal import CascadeTransport

extension RouterCore {
    private static var healthTimeout: Duration { .seconds(5) }

    func checkHealth() async -> [HealthReport] {
        let snapshot = snapshot
        let providers = snapshot.table.order.map { snapshot.providers[$0] }.filter(\.isEnabled)
        return await withTaskGroup(of: (Int, HealthReport).self) { group in
            for (index, provider) in providers.enumerated() {
                group.addTask { (index, await self.checkHealth(of: provider)) }
            }
            var reports: [(Int, HealthReport)] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func checkHealth(of provider: Provider) async -> HealthReport {
        let startedAt = clock.now
        let result = await probe(provider)
        let now = clock.now
        if result.wasAsked, result.isHealthy {
            provider.state.withLock { state in
                guard state.breaker.state(at: now) != .closed else { return }
                state.breaker.reset()
                state.health.circuitClosed()
            }
        }
        let standing = provider.state.withLock { $0.health.status }
        return HealthReport(
            provider: provider.name, type: provider.type, wasAsked: result.wasAsked, isHealthy: result.isHealthy,
            detail: result.detail, latency: startedAt.duration(to: now),
            status: result.isHealthy ? result.wasAsked ? .healthy : standing : .unhealthy, models: result.models)
    }

    private struct Probe {
        var isHealthy: Bool
        /// Otherwise its health is what its set-up lets expect.
        var wasAsked = false
        var detail: String
        var models: [String] = []
    }

    private func probe(_ provider: Provider) async -> Probe {
        if let reason = provider.unavailable { return Probe(isHealthy: false, detail: reason) }
        guard let endpoint = provider.endpoint else { return Probe(isHealthy: false, detail: "disabled") }
        guard let url = RequestEncoder.healthURL(base: provider.baseURL, type: provider.type) else {
            // A hosted provider is asked nothing: its key is there, and a question might cost something.
            let key = provider.configuration.apiKey == nil ? "" : "key set, "
            return Probe(isHealthy: true, detail: key + "not asked")
        }
        return await get(url, from: provider, endpoint: endpoint)
    }

    private func get(_ url: String, from provider: Provider, endpoint: Endpoint) async -> Probe {
        guard let owner = try? LeasedArena(arenas.lease()), let address = try? owner.arena.copyCString(url) else {
            return Probe(isHealthy: false, detail: "out of memory")
        }
        let deadlines = TransferDeadlines(totalAt: EventLoop.instant(after: Self.healthTimeout))
        guard let transfer = UpstreamRequest.get(url: address, deadlines: deadlines, on: endpoint, owner: owner) else {
            return Probe(isHealthy: false, detail: "the router was shut down")
        }
        let signal = transfer.signal
        var models: [String] = []
        while true {
            let poll = transfer.poll(with: &models) { models, record, count, _, head in
                if head.status == 200, provider.type == .ollama {
                    models = OllamaCatalog.models(record, count: count) ?? []
                }
                return head.status
            }
            switch poll {
            case .record(let status):
                transfer.finish()
                return Self.probe(provider, status: status, models: models)
            case .empty:
                await signal.waitOrCancel()
            case .ended(let outcome):
                let failure = outcome.failure.map { UpstreamFailure.transport($0, outcome) }
                return Probe(isHealthy: false, wasAsked: true, detail: failure?.described(for: provider) ?? "no answer")
            }
        }
    }

    private static func probe(_ provider: Provider, status: Int, models: [String]) -> Probe {
        // A compatible server need not list its models; that it says so is an answer.
        let isAnswer = status == 200 || (provider.type == .openaiCompatible && (status == 404 || status == 405))
        guard isAnswer else {
            return Probe(isHealthy: false, wasAsked: true, detail: "HTTP \(status) from \(provider.displayAddress)")
        }
        let listed = provider.type == .ollama ? listing(models, for: provider) : ""
        return Probe(isHealthy: true, wasAsked: true, detail: "answers\(listed)", models: models)
    }

    /// `, 3 models`, and whether the one that would be asked for is among them.
    private static func listing(_ models: [String], for provider: Provider) -> String {
        let count = ", \(models.count) model\(models.count == 1 ? "" : "s")"
        guard let standard = provider.configuration.defaultModel?.name,
            !OllamaCatalog.contains(standard, in: models)
        else { return count }
        return count + "; model \(standard) is not pulled"
    }
}
