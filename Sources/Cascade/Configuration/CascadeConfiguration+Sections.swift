extension CascadeConfiguration {
    /// The `cascade` section.
    public struct Settings: Sendable, Hashable {
        /// How long one attempt may wait for an answer to begin; see ``CascadeConfiguration/timeouts(for:)``.
        public var timeout: Duration = .seconds(30)
        /// Attempts on one provider, the first one included.
        public var maxAttemptsPerProvider = 2
        /// The base of the delay between attempts on one provider.
        public var retryDelay: Duration = .seconds(1)
        public var circuitBreaker = CircuitBreakerSettings()
        /// Skip a provider that does not list the model asked for, instead of using its default model.
        public var strictModels = false
        /// Refuse a request that a provider's format cannot express in full, instead of reporting what was dropped.
        public var strictFields = false
        /// Attempts of one request over all providers.
        public var maxAttempts = 8
        /// How long one request may take over all its attempts, until its answer is whole, or streams.
        public var deadline: Duration = .seconds(600)

        public init() {}
    }

    /// When a provider is left alone after failures.
    public struct CircuitBreakerSettings: Sendable, Hashable {
        /// Consecutive failures that open the circuit.
        public var failureThreshold = 5
        /// How long it stays open before a probe is let through.
        public var recoveryTimeout: Duration = .seconds(60)
        /// Probes at a time while half-open, and the successes that close it.
        public var halfOpenMaxCalls = 2

        public init() {}
    }

    /// The `multimodal` section.
    public struct Multimodal: Sendable, Hashable {
        /// Let a local provider fetch a model that it lacks. Off unless asked for: models are gigabytes.
        public var autoPull = false
        public var pullTimeout: Duration = .seconds(300)
        /// Models of a fallback chain to try before giving up.
        public var maxFallbackDepth = 3
        public var preferSmallVision = true

        public init() {}
    }

    /// The `cost_tracking` section.
    public struct CostTracking: Sendable, Hashable {
        /// What follows when the day's budget is spent.
        public enum ExceededAction: String, Sendable, Hashable, CaseIterable {
            case alert
            /// Use only models that cost nothing.
            case skipPaid = "skip_paid"
        }

        public var enabled = false
        /// US dollars a day; `nil` for no budget.
        public var budgetDailyUSD: Double?
        /// The share of the budget, in percent, at which to warn.
        public var alertThresholdPercent: Double = 80
        public var onExceeded = ExceededAction.alert

        public init() {}
    }

    /// The `metrics` section.
    public struct Metrics: Sendable, Hashable {
        public var retentionHours = 168
        public var purgeIntervalHours = 24

        public init() {}
    }

    /// A model of one's own, for assignment to agents.
    public struct CustomModel: Sendable, Hashable {
        public var name: String
        /// For example `gguf`, `ollama` or `safetensors`.
        public var format: String?
        /// The file, or the name at the provider.
        public var path: String?
        /// For example `general`, `reward`, `teacher` or `judge`.
        public var role: String?
        public var contextWindow: Int?
        public var description: String?

        public init(name: String) {
            self.name = name
        }
    }
}
