internal import Cascade

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension RouterAPI {
    static func status(_ status: RouterStatus) -> ReportValue {
        .object([
            ("total_providers", .integer(status.providers.count)),
            ("healthy_providers", .integer(status.healthyCount)),
            ("degraded_providers", .integer(status.degradedCount)),
            ("unhealthy_providers", .integer(status.unhealthyCount)),
            (
                "providers",
                .array(
                    status.providers.map { provider in
                        .object([
                            ("name", .string(provider.name)), ("type", .string(provider.type.rawValue)),
                            ("status", .string(provider.status.rawValue)), ("priority", .integer(provider.priority)),
                            ("default_model", .text(provider.defaultModel)),
                        ])
                    })
            ),
        ])
    }

    static func metrics(_ metrics: RouterMetrics) -> ReportValue {
        .object([
            (
                "providers",
                .array(
                    metrics.providers.map { provider in
                        .object([
                            ("name", .string(provider.name)), ("type", .string(provider.type.rawValue)),
                            ("status", .string(provider.status.rawValue)),
                            ("circuit_state", .string(provider.circuitState.rawValue)),
                            ("metrics", counts(provider)),
                        ])
                    })
            )
        ])
    }

    private static func counts(_ provider: RouterMetrics.Provider) -> ReportValue {
        .object([
            ("total_requests", .integer(provider.totalRequests)), ("successful", .integer(provider.successful)),
            ("failed", .integer(provider.failed)), ("error_rate", .rounded(provider.errorRate, places: 3)),
            ("avg_latency_ms", .milliseconds(provider.averageLatency)),
        ])
    }

    static func provider(_ provider: RouterStatus.Provider) -> ReportValue {
        .object([
            ("name", .string(provider.name)), ("type", .string(provider.type.rawValue)),
            ("enabled", .bool(provider.isEnabled)), ("priority", .integer(provider.priority)),
            ("status", .string(provider.status.rawValue)), ("circuit_state", .string(provider.circuitState.rawValue)),
            ("default_model", .text(provider.defaultModel)), ("models", .strings(provider.models)),
        ])
    }

    static func healthCheck(_ reports: [HealthReport]) -> ReportValue {
        .object([
            ("checked_at", .string(now())),
            (
                "providers",
                .array(
                    reports.map { report in
                        .object([
                            ("name", .string(report.provider)), ("type", .string(report.type.rawValue)),
                            ("healthy", .bool(report.isHealthy)), ("status", .string(report.status.rawValue)),
                            ("detail", .string(report.detail)),
                        ])
                    })
            ),
            ("healthy_count", .integer(reports.count(where: \.isHealthy))),
        ])
    }

    /// `2026-11-23T22:00:00Z`.
    private static func now() -> String { date(secondsSince1970: time(nil)) }

    /// By the calendar of the proleptic Gregorian years, whose eras have 146,097 days and begin with March.
    static func date(secondsSince1970 seconds: Int) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = seconds / 86_400 + 719_468
        let (era, ofEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * ofYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = [year, month, ofYear - (153 * fromMarch + 2) / 5 + 1].map(padded).joined(separator: "-")
        let clock = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60].map(padded).joined(separator: ":")
        return "\(date)T\(clock)Z"
    }
}
