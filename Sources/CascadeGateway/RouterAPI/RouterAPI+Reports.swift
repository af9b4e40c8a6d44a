internal import Cascade

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
            ("checked_at", .string(String(decoding: WallTime.now.text(hasMilliseconds: false), as: UTF8.self))),
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
}
