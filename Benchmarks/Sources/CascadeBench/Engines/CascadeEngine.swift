internal import Cascade
internal import Logging

/// The router, as its documentation says to use it: one for the process, tasks on its executor.
struct CascadeEngine: Engine {
    let name = "cascade"
    private let router: CascadeRouter
    /// Reads a stream's text as bytes, where a `String` for each piece is not needed.
    private let usesBytes: Bool

    init(upstreams: [String], usesBytes: Bool) throws {
        self.usesBytes = usesBytes
        var configuration = CascadeConfiguration(
            providers: upstreams.enumerated().map { index, url in
                ProviderConfiguration(
                    name: "p\(index)", type: .openaiCompatible, priority: index + 1, baseURL: url,
                    models: [ModelConfiguration(name: "bench")])
            })
        // As the baseline: what a provider's failures cost is a load of its own, not a circuit that hides them.
        configuration.cascade.circuitBreaker.failureThreshold = 1_000_000
        configuration.cascade.maxAttemptsPerProvider = 1
        var options = RouterOptions()
        options.logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        router = try CascadeRouter(configuration: configuration, options: options)
    }

    func run(_ load: Load) async throws -> Samples {
        let request = ChatRequest(load.prompt)
        return await load.drive(on: router.executor) {
            try await load.isStreamed ? stream(request) : complete(request)
        }
    }

    private func complete(_ request: ChatRequest) async throws -> Exchange {
        let response = try await router.complete(request)
        return Exchange(textBytes: response.content.utf8.count, firstTokenAt: SystemTime.now)
    }

    private func stream(_ request: ChatRequest) async throws -> Exchange {
        let stream = try await router.stream(request)
        var exchange = Exchange(textBytes: 0, firstTokenAt: SystemTime.now)
        if usesBytes {
            try await stream.forEachText { exchange.textBytes += $0.count }
        } else {
            for try await piece in stream.text { exchange.textBytes += piece.utf8.count }
        }
        return exchange
    }

    func shutdown() async {
        await router.shutdown()
    }
}
