internal import Cascade
internal import Foundation
internal import Logging

/// The router, as its documentation says to use it: one for the process, tasks on its executor.
struct CascadeEngine: TaskEngine {
    let name = "cascade"
    private let router: CascadeRouter
    /// Reads a stream's text as bytes, where a `String` for each piece is not needed.
    private let usesBytes: Bool

    init(for load: Load, usesBytes: Bool) throws {
        self.usesBytes = usesBytes
        var configuration = CascadeConfiguration(
            providers: load.upstreams.enumerated().map { index, url in
                ProviderConfiguration(
                    name: "p\(index)", type: .openaiCompatible, priority: index + 1, baseURL: url,
                    models: [ModelConfiguration(name: load.model)])
            })
        // What a provider's failures cost is a load of its own, not a circuit that hides them.
        configuration.cascade.circuitBreaker.failureThreshold = 1_000_000
        configuration.cascade.maxAttemptsPerProvider = 1
        // The environment's word first, so that a variable's worth can be measured.
        let environment = ProcessInfo.processInfo.environment
        var options = RouterOptions(tuning: try Tuning(environment: environment))
        if environment["CASCADE_CONNECTIONS_PER_HOST"] == nil {
            options.tuning.connectionsPerHost = max(options.tuning.connectionsPerHost, load.concurrency)
        }
        options.logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        router = try CascadeRouter(configuration: configuration, options: options)
    }

    var executor: (any TaskExecutor)? { router.executor }

    func sender(for load: Load, expecting expected: ExpectedAnswer) -> @Sendable () async throws -> Exchange {
        let request = ChatRequest(load.prompt)
        return {
            try await load.isStreamed ? stream(request, expected) : complete(request, expected)
        }
    }

    private func complete(_ request: ChatRequest, _ expected: ExpectedAnswer) async throws -> Exchange {
        let response = try await router.complete(request)
        var check = AnswerCheck(expected)
        check.take(response.content)
        return Exchange(
            check: check, firstTokenAt: SystemTime.now, attempts: response.attempts.count, text: response.content)
    }

    private func stream(_ request: ChatRequest, _ expected: ExpectedAnswer) async throws -> Exchange {
        let stream = try await router.stream(request)
        let firstTokenAt = SystemTime.now
        var check = AnswerCheck(expected)
        if usesBytes {
            try await stream.forEachText { check.take($0) }
        } else {
            for try await piece in stream.text { check.take(piece) }
        }
        return Exchange(check: check, firstTokenAt: firstTokenAt, attempts: stream.attempts.count)
    }

    func reader(for load: Load) -> @Sendable (StreamMeter) async throws -> Void {
        let request = ChatRequest(load.prompt)
        return { meter in
            var isFirst = true
            for try await _ in try await router.stream(request).text {
                meter.pieceCame(isFirst: isFirst)
                isFirst = false
            }
        }
    }

    func shutdown() async {
        await router.shutdown()
    }
}
