internal import Metrics

/// Sends what happens to the process's swift-metrics backend. Names follow the OpenTelemetry conventions for generative
/// AI where they have one; all labels are bounded.
struct MetricsEmitter: Sendable {
    let isEnabled: Bool

    func attempt(_ report: AttemptReport) {
        guard isEnabled else { return }
        Counter(
            label: "cascade.attempts",
            dimensions: [
                ("provider", report.provider), ("outcome", report.outcome.rawValue), ("reason", report.reason ?? ""),
            ]
        ).increment()
    }

    func answered(provider: Provider, model: String, usage: Usage?, latency: Duration, timeToFirstToken: Duration?) {
        guard isEnabled else { return }
        // A name that no configuration lists is the caller's own text.
        let isListed = provider.configuration.models.contains { $0.name == model }
        let dimensions = [
            ("gen_ai.provider.name", provider.type.conventionalName),
            ("gen_ai.request.model", isListed ? model : "unlisted"),
        ]
        Metrics.Timer(label: "gen_ai.client.operation.duration", dimensions: dimensions).record(duration: latency)
        if let timeToFirstToken {
            Metrics.Timer(label: "gen_ai.client.operation.time_to_first_chunk", dimensions: dimensions)
                .record(duration: timeToFirstToken)
        }
        guard let usage else { return }
        Recorder(label: "gen_ai.client.token.usage", dimensions: dimensions + [("gen_ai.token.type", "input")])
            .record(usage.promptTokens)
        Recorder(label: "gen_ai.client.token.usage", dimensions: dimensions + [("gen_ai.token.type", "output")])
            .record(usage.completionTokens)
    }

    func ended(_ error: CascadeError) {
        guard isEnabled else { return }
        Counter(label: "cascade.failed_requests", dimensions: [("code", error.code.rawValue)]).increment()
    }
}
