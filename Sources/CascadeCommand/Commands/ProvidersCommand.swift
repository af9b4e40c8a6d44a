internal import ArgumentParser
internal import Cascade

/// Which providers are there.
struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Ask every provider whether it is there.",
        discussion: """
            Exit status: 0 when one is healthy, else 1.

            Examples:
              cascade providers
              cascade providers --config providers.yaml --json
            """)

    @OptionGroup var source: ConfigurationOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let router = try await source.makeRouter()
        let health = await router.checkHealth()
        let providers = router.status.providers
        await router.shutdown()
        try Task.checkCancellation()
        let reports = Dictionary(health.map { ($0.provider, $0) }) { first, _ in first }
        let rows = providers.map { (status: $0, report: reports[$0.name]) }
        try Console.write(json ? Self.json(rows) : Self.table(rows))
        guard health.contains(where: \.isHealthy) else { throw CommandFailure.unanswered(nil) }
    }

    private typealias Row = (status: RouterStatus.Provider, report: HealthReport?)

    private static func json(_ rows: [Row]) -> String {
        let providers: [JSONValue] = rows.map { status, report in
            .members([
                "name": .string(status.name),
                "type": .string(status.type.rawValue),
                "enabled": .bool(status.isEnabled),
                "priority": .integer(status.priority),
                "healthy": .bool(report?.isHealthy ?? false),
                "status": .string(status.status.rawValue),
                "circuit": .string(status.circuitState.rawValue),
                "latency_ms": report.map { .milliseconds($0.latency) } ?? .null,
                "detail": .text(report?.detail),
                "default_model": .text(status.defaultModel),
                "models": .array(status.models.map { .string($0) }),
            ])
        }
        return "\(JSONValue.members(["providers": .array(providers)]))\n"
    }

    private static func table(_ rows: [Row]) -> String {
        var table = TextTable(["NAME", "TYPE", "HEALTH", "CIRCUIT", "TIME", "MODEL", "DETAIL"], style: .output)
        for (status, report) in rows {
            let health = status.isEnabled ? (report?.isHealthy ?? false) ? "healthy" : "unhealthy" : "disabled"
            table.add([
                status.name, status.type.rawValue, health, status.circuitState.rawValue,
                report.map { Units.text($0.latency) } ?? "-", status.defaultModel ?? "-", report?.detail ?? "-",
            ])
        }
        return table.text
    }
}
