internal import ArgumentParser
internal import Cascade

/// Which providers are there.
struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Ask the local providers whether they are there, and tell which hosted ones have a key.",
        discussion: """
            Ollama and the other local servers are asked at no cost, and so is an openai_compatible one. Hosted \
            providers are not asked: whether their key is good, the first request will show.

            Exit status: 0 when one answers, or has its key and is not asked, else 1.

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
                "healthy": isUnknown(report) ? .null : .bool(report?.isHealthy ?? false),
                "status": .string(isUnknown(report) ? "not_asked" : (report?.status ?? status.status).rawValue),
                "circuit": .string(status.circuitState.rawValue),
                "latency_ms": time(report).map { .milliseconds($0) } ?? .null,
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
            let health = isUnknown(report) ? "not asked" : (report?.status ?? status.status).rawValue
            table.add([
                status.name, status.type.rawValue, health, status.circuitState.rawValue,
                time(report).map { Units.text($0) } ?? "-", status.defaultModel ?? "-", report?.detail ?? "-",
            ])
        }
        return table.text
    }

    /// It could be asked and was not: no one knows.
    private static func isUnknown(_ report: HealthReport?) -> Bool {
        report.map { $0.isHealthy && !$0.wasAsked } ?? false
    }

    /// How long the answer took, where there was a question.
    private static func time(_ report: HealthReport?) -> Duration? {
        report.flatMap { $0.wasAsked ? $0.latency : nil }
    }
}
