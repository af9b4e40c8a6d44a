/// The health of the router's providers at one moment.
public struct RouterStatus: Sendable, Hashable {
    public struct Provider: Sendable, Hashable {
        public var name: String
        public var type: ProviderType
        public var isEnabled: Bool
        public var priority: Int
        public var status: ProviderHealth.Status
        public var circuitState: CircuitBreaker.State
        /// The time until an open circuit lets a probe through.
        public var circuitOpenFor: Duration?
        /// The time until the provider, or one of its models, may be asked again after it asked for a pause.
        public var coolingDownFor: Duration?
        public var defaultModel: String?
        public var models: [String]
    }

    /// Enabled and disabled ones, in the order of priority.
    public var providers: [Provider]

    public var healthyCount: Int { count(.healthy) }
    public var degradedCount: Int { count(.degraded) }
    public var unhealthyCount: Int { count(.unhealthy) }

    private func count(_ status: ProviderHealth.Status) -> Int {
        providers.count { $0.isEnabled && $0.status == status }
    }
}

/// What the router has done since it was made.
public struct RouterMetrics: Sendable, Hashable {
    public struct Provider: Sendable, Hashable {
        public var name: String
        public var type: ProviderType
        public var status: ProviderHealth.Status
        public var circuitState: CircuitBreaker.State
        /// Requests that this provider answered, or failed; attempts within one request count once.
        public var totalRequests: Int
        public var successful: Int
        public var failed: Int
        /// Failed over total, 0 to 1.
        public var errorRate: Double
        /// Mean latency of the successful ones, from the attempt's start to its end.
        public var averageLatency: Duration
        /// Attempts, each retry counted.
        public var attempts: Int
        /// Answers that broke off after their first token.
        public var cuts: Int
        public var promptTokens: Int
        public var completionTokens: Int
        /// US dollars, by the configuration's prices.
        public var cost: Double
        public var latency: LatencyQuantiles
        /// Of streams, from the attempt's start.
        public var timeToFirstToken: LatencyQuantiles
    }

    public struct LatencyQuantiles: Sendable, Hashable {
        public var count: Int
        public var p50: Duration
        public var p90: Duration
        public var p99: Duration
        public var max: Duration
    }

    public var providers: [Provider]
    /// Calls of `complete` and `stream`, refused ones included. Each is answered, failed or cancelled in the end.
    public var requests: Int
    public var answered: Int
    public var failed: Int
    public var cancelled: Int
    /// Requests let in and not ended, streams included.
    public var active: Int
    /// Answers that came from another provider than the first candidate.
    public var fallbacks: Int
    /// US dollars spent today, by the configuration's prices, and the day's budget.
    public var spentToday: Double
    public var dailyBudget: Double?
}

/// The result of asking one provider whether it is there.
public struct HealthReport: Sendable, Hashable {
    public var provider: String
    public var type: ProviderType
    /// Whether it was sent a question. Hosted types have none that costs nothing, so that they are not asked.
    public var wasAsked: Bool
    /// It answered; or it was not asked, and nothing it needs is missing.
    public var isHealthy: Bool
    /// For a person: "answers, 3 models", "key set, not asked", "no API key".
    public var detail: String
    public var latency: Duration
    /// What this check found; of a provider that was not asked, what its requests have shown.
    public var status: ProviderHealth.Status
    /// Models the provider lists, where its format can say.
    public var models: [String]
}
