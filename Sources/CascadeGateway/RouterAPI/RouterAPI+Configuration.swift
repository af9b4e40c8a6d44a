internal import Cascade

/// The configuration in use, under its file's names and without what must not be shown: keys, the values of header
/// fields, and the paths of addresses.
extension RouterAPI {
    static func configuration(_ configuration: CascadeConfiguration, _ status: RouterStatus) -> ReportValue {
        let enabled = Set(status.providers.filter(\.isEnabled).map(\.name))
        return .object([
            ("cascade", settings(configuration.cascade)),
            ("providers", .array(configuration.providers.map { provider($0, isEnabled: enabled.contains($0.name)) })),
            ("fallback_chains", lists(configuration.fallbackChains)),
            ("aliases", lists(configuration.aliases)),
            ("multimodal", multimodal(configuration.multimodal)),
            ("cost_tracking", costTracking(configuration.costTracking)),
            (
                "metrics",
                .object([
                    ("retention_hours", .integer(configuration.metrics.retentionHours)),
                    ("purge_interval_hours", .integer(configuration.metrics.purgeIntervalHours)),
                ])
            ),
            ("custom_models", .array(configuration.customModels.map(customModel))),
            (
                "agent_model_assignments",
                .object(configuration.agentModels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
        ])
    }

    private static func lists(_ lists: [String: [String]]) -> ReportValue {
        .object(lists.sorted { $0.key < $1.key }.map { ($0.key, .strings($0.value)) })
    }

    private static func settings(_ settings: CascadeConfiguration.Settings) -> ReportValue {
        let breaker = settings.circuitBreaker
        return .object([
            ("timeout_seconds", .seconds(settings.timeout)),
            ("max_retries_per_provider", .integer(settings.maxAttemptsPerProvider)),
            ("retry_delay_seconds", .seconds(settings.retryDelay)),
            (
                "circuit_breaker",
                .object([
                    ("failure_threshold", .integer(breaker.failureThreshold)),
                    ("recovery_timeout", .seconds(breaker.recoveryTimeout)),
                    ("half_open_max_calls", .integer(breaker.halfOpenMaxCalls)),
                ])
            ),
            ("strict_models", .bool(settings.strictModels)), ("strict_fields", .bool(settings.strictFields)),
            ("max_attempts", .integer(settings.maxAttempts)), ("deadline_seconds", .seconds(settings.deadline)),
        ])
    }

    private static func provider(_ provider: ProviderConfiguration, isEnabled: Bool) -> ReportValue {
        .object([
            ("name", .string(provider.name)), ("type", .string(provider.type.rawValue)), ("enabled", .bool(isEnabled)),
            ("priority", .integer(provider.priority)), ("base_url", .text(provider.shownBaseURL)),
            ("has_api_key", .bool(provider.apiKey != nil)), ("models", .array(provider.models.map(model))),
            ("tags", .strings(provider.tags)), ("headers", .strings(provider.headers.keys.sorted())),
            ("max_concurrency", .count(provider.maxConcurrency)),
        ])
    }

    private static func model(_ model: ModelConfiguration) -> ReportValue {
        .object([
            ("name", .string(model.name)), ("default", .bool(model.isDefault)),
            ("context_window", .count(model.contextWindow)), ("capabilities", .strings(model.capabilities)),
            ("tier", .text(model.tier)), ("cost_per_million_input", .decimal(model.costPerMillionInput)),
            ("cost_per_million_output", .decimal(model.costPerMillionOutput)),
        ])
    }

    private static func multimodal(_ multimodal: CascadeConfiguration.Multimodal) -> ReportValue {
        .object([
            ("auto_pull", .bool(multimodal.autoPull)), ("pull_timeout", .seconds(multimodal.pullTimeout)),
            ("max_fallback_depth", .integer(multimodal.maxFallbackDepth)),
            ("prefer_small_vision", .bool(multimodal.preferSmallVision)),
        ])
    }

    private static func costTracking(_ tracking: CascadeConfiguration.CostTracking) -> ReportValue {
        .object([
            ("enabled", .bool(tracking.enabled)), ("budget_daily_usd", .decimal(tracking.budgetDailyUSD)),
            ("alert_threshold_percent", .number(tracking.alertThresholdPercent)),
            ("on_exceeded", .string(tracking.onExceeded.rawValue)),
        ])
    }

    private static func customModel(_ model: CascadeConfiguration.CustomModel) -> ReportValue {
        .object([
            ("name", .string(model.name)), ("format", .text(model.format)), ("path", .text(model.path)),
            ("role", .text(model.role)), ("context_window", .count(model.contextWindow)),
            ("description", .text(model.description)),
        ])
    }
}
