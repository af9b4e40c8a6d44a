/// A day, in seconds: nothing that the configuration times takes longer.
private let anyTime = 0.001...86_400.0

extension CascadeConfiguration.Settings {
    mutating func read(_ section: ConfigurationMapping) {
        if let value = section.value("timeout_seconds")?.seconds(in: anyTime) { timeout = value }
        // The name of the predecessor: it counts attempts, not extra ones.
        let attempts = section.value("max_retries_per_provider", "max_attempts_per_provider")
        if let value = attempts?.integer(in: 1...100) { maxAttemptsPerProvider = value }
        if let value = section.value("retry_delay_seconds")?.seconds(in: 0...3600) { retryDelay = value }
        if let breaker = section.value("circuit_breaker")?.mapping() { circuitBreaker.read(breaker) }
        section.read(&strictModels, "strict_models")
        section.read(&strictFields, "strict_fields")
        section.read(&maxAttempts, "max_attempts", in: 1...1000)
        if let value = section.value("deadline_seconds", "deadline")?.seconds(in: anyTime) { deadline = value }
        section.finish()
    }
}

extension CascadeConfiguration.CircuitBreakerSettings {
    mutating func read(_ section: ConfigurationMapping) {
        section.read(&failureThreshold, "failure_threshold", in: 1...1_000_000)
        let timeout = section.value("recovery_timeout", "recovery_timeout_seconds")
        if let value = timeout?.seconds(in: anyTime) { recoveryTimeout = value }
        section.read(&halfOpenMaxCalls, "half_open_max_calls", in: 1...1000)
        section.finish()
    }
}

extension CascadeConfiguration.Multimodal {
    mutating func read(_ section: ConfigurationMapping) {
        section.read(&autoPull, "auto_pull")
        if let value = section.value("pull_timeout", "pull_timeout_seconds")?.seconds(in: anyTime) {
            pullTimeout = value
        }
        section.read(&maxFallbackDepth, "max_fallback_depth", in: 0...1000)
        section.read(&preferSmallVision, "prefer_small_vision")
        section.finish()
    }
}

extension CascadeConfiguration.CostTracking {
    mutating func read(_ section: ConfigurationMapping) {
        section.read(&enabled, "enabled")
        section.read(&budgetDailyUSD, "budget_daily_usd", in: 0...1e9)
        if let value = section.value("alert_threshold_percent")?.number(in: 0...100) { alertThresholdPercent = value }
        if let value = section.value("on_exceeded")?.choice("an action", of: ExceededAction.self) { onExceeded = value }
        section.finish()
    }
}

extension CascadeConfiguration.Metrics {
    mutating func read(_ section: ConfigurationMapping) {
        section.read(&retentionHours, "retention_hours", in: 1...1_000_000)
        section.read(&purgeIntervalHours, "purge_interval_hours", in: 1...1_000_000)
        section.finish()
    }
}

extension CascadeConfiguration.CustomModel {
    init?(_ section: ConfigurationMapping) {
        defer { section.finish() }
        let name = section.requiredName()
        self.init(name: name ?? "")
        section.read(&format, "format")
        section.read(&path, "path")
        section.read(&role, "role")
        section.read(&contextWindow, "context_window", in: 1...Int.max)
        section.read(&description, "description")
        if name == nil { return nil }
    }
}

extension ConfigurationMapping {
    /// The name that every provider and model needs; reports its lack.
    func requiredName() -> String? {
        guard let value = value("name") else {
            reader.error("expected a name", at: position, path: path + ".name", expected: "a name")
            return nil
        }
        return value.name()
    }
}
