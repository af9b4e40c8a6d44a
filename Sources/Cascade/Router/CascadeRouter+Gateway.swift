package import CascadeTransport

/// What the gateway asks a router for beside its public face.
extension CascadeRouter {
    /// The loops on which requests are sent; the gateway serves on the same threads.
    package var eventLoops: [EventLoop] { core.loops }

    /// What is in use: as it was given, whatever was switched by hand since.
    package var configuration: CascadeConfiguration { core.snapshot.configuration }

    /// The models that may be asked for: those that enabled providers list, each once and in the providers' order, then
    /// the aliases.
    package var modelNames: [String] {
        let snapshot = core.snapshot
        let listed = snapshot.table.order.map { snapshot.providers[$0] }.filter(\.isEnabled)
            .flatMap { $0.configuration.models.map(\.name) }
        var known: Set<String> = []
        return (listed + snapshot.configuration.aliases.keys.sorted()).filter { known.insert($0).inserted }
    }

    /// Whether anybody would be asked for this model: it is listed, it is an alias, or a provider lists none and takes all.
    package func knowsModel(_ name: String) -> Bool { core.snapshot.knowsModel(name) }

    /// Whether some provider that can be asked speaks this format.
    package func speaks(_ format: WireFormat) -> Bool { core.snapshot.formats.contains(format) }

    /// Whether some provider could be asked at this moment.
    package var isReady: Bool {
        let now = core.clock.now
        guard !core.isShutDown else { return false }
        return core.snapshot.providers.contains { provider in
            provider.endpoint != nil && provider.state.withLock { $0.breaker.state(at: now) != .open }
        }
    }

    /// Why a provider could not be asked though it were switched on: "no API key".
    package func obstacle(of provider: String) -> String? { core.snapshot[provider]?.unavailable }
}
