import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Logging
import Testing

typealias Script = LoopbackProvider.Script
typealias Fault = LoopbackProvider.Fault
typealias Format = LoopbackProvider.WireFormatName

/// All tests of the gateway. One after the other: their clients block the threads that they run on.
@Suite(.serialized)
enum GatewayTests {}

/// Loopback providers `p0`, `p1`, …, a router over them, and a gateway before it.
final class GatewayFixture {
    let providers: [LoopbackProvider]
    let router: CascadeRouter
    let gateway: GatewayServer

    static let path = "/v1/chat/completions"
    /// A key that is in every configuration and must never be shown.
    static let plantedKey = "sk-planted-0123456789abcdefghijklmnop"

    init(
        _ scripts: Script..., tuning: Tuning = Tuning(), clock: any RouterClock = SystemClock(),
        configure: (inout CascadeConfiguration) -> Void = { _ in },
        router adjustRouter: (inout RouterOptions) -> Void = { _ in },
        gateway adjust: (inout GatewayOptions) -> Void = { _ in }
    ) async throws {
        providers = try scripts.map { try LoopbackProvider(script: $0) }
        var configuration = CascadeConfiguration(
            providers: providers.enumerated().map { index, provider in
                let format = scripts[index].format
                return ProviderConfiguration(
                    name: "p\(index)", type: format.type, priority: index + 1, baseURL: provider.baseURL(for: format),
                    apiKey: format == .ollama ? nil : Secret(Self.plantedKey),
                    models: [ModelConfiguration(name: "p\(index)-model")])
            })
        configuration.cascade.maxAttemptsPerProvider = 1
        configuration.cascade.retryDelay = .milliseconds(1)
        configure(&configuration)
        var options = RouterOptions(
            tuning: tuning, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        options.seed = 1
        options.clock = clock
        adjustRouter(&options)
        router = try CascadeRouter(configuration: configuration, options: options)
        var served = GatewayOptions()
        served.port = 0
        adjust(&served)
        gateway = try await GatewayServer(router: router, options: served)
    }

    /// Nothing may be left over: no request, no stream, no connection.
    func end(sourceLocation: SourceLocation = #_sourceLocation) async {
        await eventually(sourceLocation: sourceLocation) { router.metrics.active == 0 }
        await gateway.shutdown()
        await router.shutdown()
        let metrics = router.metrics
        #expect(
            metrics.requests == metrics.answered + metrics.failed + metrics.cancelled, sourceLocation: sourceLocation)
    }

    func client() throws -> HTTPClient { try HTTPClient(port: gateway.port) }

    func post(_ body: String, fields: String = "") throws -> HTTPClient.Reply {
        try client().post(Self.path, body, fields: fields)
    }

    /// The body of a request that `p0` was sent.
    func sent(_ index: Int = 0) throws -> [String: Any] {
        let record = providers[0].log[index]
        return try #require(JSONSerialization.jsonObject(with: Data(record.body)) as? [String: Any])
    }
}

/// A request of one question.
func question(_ more: String = "", stream: Bool = false) -> String {
    #"{"model":"cascade","messages":[{"role":"user","content":"why?"}],"stream":\#(stream)\#(more)}"#
}

extension HTTPClient.Reply {
    var error: [String: Any] { json["error"] as? [String: Any] ?? [:] }

    /// The text of a streamed answer.
    var text: String {
        objects.compactMap { object in
            let choice = (object["choices"] as? [[String: Any]])?.first
            return (choice?["delta"] as? [String: Any])?["content"] as? String
        }.joined()
    }

    var message: [String: Any] {
        (json["choices"] as? [[String: Any]])?.first?["message"] as? [String: Any] ?? [:]
    }
}

extension Format {
    var type: ProviderType {
        switch self {
        case .openai: .openai
        case .anthropic: .anthropic
        case .ollama: .ollama
        case .gemini: .gemini
        }
    }
}

/// Waits until what another task does shows, and not for ever if it never does.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool) async {
    let start = ContinuousClock.now
    while !condition() {
        guard start.duration(to: .now) < .seconds(20) else {
            Issue.record("what the test waits for does not come about", sourceLocation: sourceLocation)
            return
        }
        await Task.yield()
    }
}
