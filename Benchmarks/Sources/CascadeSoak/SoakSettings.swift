internal import Cascade
internal import CascadeTesting
internal import Logging

/// The router's side of the soak.
enum SoakSettings {
    static func router(of servers: SoakServers, seed: UInt64) throws -> CascadeRouter {
        var options = RouterOptions(logger: Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() })
        options.seed = seed
        return try CascadeRouter(configuration: configuration(of: servers, reload: 0), options: options)
    }

    /// Every reload has something new: an order, a model's name, a deadline.
    static func configuration(of servers: SoakServers, reload: Int) -> CascadeConfiguration {
        let providers = servers.all.enumerated().map { index, server in
            var provider = ProviderConfiguration(
                name: server.name, type: server.type, priority: (index + reload) % servers.all.count,
                baseURL: server.double.baseURL(for: server.script.format), apiKey: Secret("key-of-\(server.name)"),
                models: [ModelConfiguration(name: "model-\(reload % 4)")])
            provider.timeouts.responseHeaders = .milliseconds(400)
            provider.timeouts.firstToken = .milliseconds(500 + reload % 3)
            provider.timeouts.idle = .milliseconds(400)
            return provider
        }
        var configuration = CascadeConfiguration(providers: providers)
        configuration.cascade.retryDelay = .milliseconds(20)
        configuration.cascade.deadline = .seconds(20)
        configuration.cascade.circuitBreaker.recoveryTimeout = .seconds(1)
        return configuration
    }
}
