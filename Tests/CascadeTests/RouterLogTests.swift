import Cascade
import InMemoryLogging
import Logging
import Testing

@Suite("What the router logs")
struct RouterLogTests {
    @Test("a warning of the configuration is a sentence, and no one's metadata")
    func configuration() async throws {
        let logs = InMemoryLogHandler()
        var configuration = CascadeConfiguration(providers: [ProviderConfiguration(name: "a", type: .ollama)])
        configuration.warnings = [
            ConfigurationDiagnostic(
                severity: .warning, file: "c.yaml", line: 2, column: 3, path: "cascade.tmeout", message: "unknown key"),
            ConfigurationDiagnostic(severity: .warning, file: "environment", message: "odd"),
        ]
        let router = try CascadeRouter(
            configuration: configuration, options: RouterOptions(logger: Logger(label: "test") { _ in logs }))
        await router.shutdown()
        #expect(
            logs.entries.map { "\($0.message)" } == ["c.yaml:2:3: cascade.tmeout: unknown key", "environment: odd"])
        #expect(logs.entries.allSatisfy { $0.level == .warning && $0.metadata.isEmpty })
    }
}
