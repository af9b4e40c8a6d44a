import CascadeTesting
import InMemoryLogging
import Logging
import Metrics
import Testing

@testable import Cascade

/// Writes down the names and labels of everything that is measured. A process has one.
private final class LabelFactory: MetricsFactory {
    static let shared: LabelFactory = {
        let factory = LabelFactory()
        MetricsSystem.bootstrap(factory)
        return factory
    }()

    private let recorder = CascadeTests.Recorder<String>()
    var seen: String { recorder.all.joined(separator: "\n") }

    private func note(_ label: String, _ dimensions: [(String, String)]) -> NOOPMetricsHandler {
        recorder.append("\(label) \(dimensions)")
        return .instance
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { note(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        note(label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { note(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

/// I10: plants a secret wherever one can be, has a provider repeat all that it was sent in every way there is, and looks
/// for any of it in whatever comes out.
@Suite("I10: no secret comes out anywhere", .serialized)
struct SecretSweepTests {
    private static let key = "planted-literal-0001"
    private static let variable = "planted-variable-0002"
    private static let header = "planted-header-0003"
    private static let address = "planted-address-0004"

    private func yaml(_ port: UInt16, type: String) -> String {
        """
        cascade: {max_attempts: 2}
        providers:
          - name: literal
            type: \(type)
            enabled: true
            priority: 1
            url: http://127.0.0.1:\(port)
            api_key: \(Self.key)
            headers: {X-Extra: "Token \(Self.header)", Cookie: "a=\(Self.header)"}
            models: [some-model]
          - name: variable
            type: \(type)
            enabled: true
            priority: 2
            url: http://127.0.0.1:\(port)
            api_key: "${PLANTED}"
            headers: {X-Extra: "${PLANTED}"}
            models: [some-model]
        """
    }

    private func dumped(_ value: Any) -> String {
        var text = "\(value) \(String(reflecting: value))"
        dump(value, to: &text)
        return text
    }

    private func expectNothing(in text: String, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let place = text.firstRange(of: "planted") else { return }
        Issue.record("\(what): \(text[place.lowerBound...].prefix(200))", sourceLocation: sourceLocation)
    }

    @Test(
        "an upstream that echoes keys back, by every kind of error",
        arguments: [ProviderType.openai, .anthropic, .gemini, .ollama], EchoServer.Answer.allCases)
    func echo(type: ProviderType, answer: EchoServer.Answer) async throws {
        let server = EchoServer(answer: answer)
        let labels = LabelFactory.shared
        let logs = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in logs }
        logger.logLevel = .trace
        var options = RouterOptions(logger: logger)
        options.emitsMetrics = true
        options.emitsSpans = true
        let reports = CascadeTests.Recorder<AttemptReport>()
        options.onAttempt = { reports.append($0) }
        let configuration = try CascadeConfiguration.parse(
            yaml: yaml(server.port, type: type.rawValue), file: "f", environment: ["PLANTED": Self.variable])
        let router = try CascadeRouter(configuration: configuration, options: options)
        let request = ChatRequest("hi")
        var shown = ""
        for isStream in [false, true] {
            let error = await failure {
                if isStream {
                    _ = try await router.stream(request).collect()
                } else {
                    _ = try await router.complete(request)
                }
            }
            #expect(error != nil)
            // Else the next way of asking would wait for the pauses that this one has earned.
            for name in ["literal", "variable"] { router.resetCircuit(name) }
            shown += dumped(error as Any)
        }
        // They were sent, and came back.
        #expect(server.log.contains { $0.contains(Self.key) } && server.log.contains { $0.contains(Self.header) })
        expectNothing(in: shown, "errors")
        expectNothing(in: dumped(reports.all), "reports")
        expectNothing(in: dumped(await router.checkHealth()), "health")
        expectNothing(in: dumped(router.explain(request)) + dumped(router.status) + dumped(router.metrics), "figures")
        expectNothing(in: logs.entries.map { "\($0.message) \($0.metadata)" }.joined(), "log")
        #expect(!logs.entries.isEmpty)
        expectNothing(in: labels.seen, "metrics")
        #expect(labels.seen.contains("cascade.attempts"))
        expectNothing(in: dumped(configuration) + dumped(configuration.providers[0]), "configuration")
        // All of the router is some megabytes of text, and the same each time.
        if answer == .unauthorized { expectNothing(in: dumped(router) + dumped(router.core.snapshot), "router") }
        await router.shutdown()
    }

    @Test("what of a secret a mirror could show as bytes")
    func mirror() {
        let mask = SecretMask(ProviderConfiguration(name: "p", type: .openai, apiKey: Secret(Self.key)))
        #expect(Mirror(reflecting: mask).children.isEmpty && dumped(mask).contains("secrets>"))
        #expect(!dumped(mask).contains("\(UInt8(ascii: "p"))"))
    }

    @Test(
        "an address with a secret in it is refused, and shows no more than host and port",
        arguments: [
            ("http://user:planted-address-0004@127.0.0.1:1/v1", "<redacted>"),
            ("http://planted-address-0004@127.0.0.1:1/v1", "<redacted>"),
            ("http://127.0.0.1:1/v1?key=planted-address-0004", "http://127.0.0.1:1"),
            ("http://127.0.0.1:1/v1#planted-address-0004", "http://127.0.0.1:1"),
            ("planted-address-0004", "<redacted>"),
            ("http://user:pl/planted-address-0004@127.0.0.1:1", "<redacted>"),
        ])
    func addresses(url: String, expected: String) async throws {
        let yaml = "providers: [{name: a, type: openai, enabled: true, api_key: k, url: \"\(url)\"}]"
        let refused = #expect(throws: ConfigurationError.self) { try parseConfiguration(yaml) }
        expectNothing(in: dumped(refused as Any), "diagnostics")
        let provider = ProviderConfiguration(name: "a", type: .openai, baseURL: url, apiKey: "key-of-a")
        #expect(provider.baseURL == url && dumped(provider).contains(expected))
        let configuration = CascadeConfiguration(providers: [provider])
        let logs = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in logs }
        logger.logLevel = .trace
        let router = try CascadeRouter(configuration: configuration, options: RouterOptions(logger: logger))
        let error = await failure { try await router.complete(ChatRequest("hi")) }
        #expect(error?.code == .noCandidate)
        let plan = dumped(router.explain(ChatRequest("hi"))) + dumped(await router.checkHealth())
        expectNothing(in: dumped(configuration) + dumped(error as Any) + plan, "texts")
        expectNothing(in: logs.entries.map { "\($0.message) \($0.metadata)" }.joined(), "log")
        expectNothing(in: dumped(router), "router")
    }
}
