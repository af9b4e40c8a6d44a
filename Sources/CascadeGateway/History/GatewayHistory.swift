internal import Cascade

/// What a gateway's providers did, as its store holds it: also before the last restart, and by other gateways that share
/// the store. It lags by less than a second.
public struct GatewayHistory: Sendable {
    private let store: GatewayStore

    public init(_ store: GatewayStore) {
        self.store = store
    }

    /// What one provider did in one minute.
    public struct Minute: Sendable, Hashable {
        /// The minute's first second, since 1970.
        public var startedAt: Int
        /// Requests that it answered, or failed; attempts within one request count once.
        public var requests: Int
        public var failures: Int
        public var promptTokens: Int
        public var completionTokens: Int
        /// US dollars, by the configuration's prices.
        public var cost: Double
        /// From an attempt's start to the first token of its stream; `nil` without streams. Within 6 %.
        public var timeToFirstToken: Quantiles?
    }

    public struct Quantiles: Sendable, Hashable {
        public var count: Int
        public var p50: Duration
        public var p90: Duration
        public var p99: Duration
    }

    /// What one provider, or one key, did in one day of UTC.
    public struct Day: Sendable, Hashable {
        /// The provider's name, or the key's identifier.
        public var name: String
        /// Since 1970.
        public var day: Int
        public var requests: Int
        public var promptTokens: Int
        public var completionTokens: Int
        /// US dollars, by the configuration's prices.
        public var cost: Double
    }

    /// The last minutes, the present one included, by provider, the oldest first. Minutes in which nothing was done are
    /// left out.
    public func minutes(_ count: Int) async throws(GatewayStoreError) -> [String: [Minute]] {
        let first = WallTime.seconds / 60 - max(count, 1) + 1
        let rows = try await store.perform { (connection) throws(GatewayStoreError) in
            try connection.rows(
                """
                SELECT provider, minute, requests, failures, prompt_tokens, completion_tokens, cost_usd, first_tokens
                FROM provider_minute WHERE minute >= ?1 ORDER BY minute
                """, [.integer(first)]
            ) { ($0.text(0), Minute($0)) }
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    /// The last days of UTC, today included, of each provider, the oldest first.
    public func providerDays(_ count: Int) async throws(GatewayStoreError) -> [Day] {
        try await days(
            "SELECT provider, day, requests, prompt_tokens, completion_tokens, cost_usd FROM provider_day", count)
    }

    /// The same of each key.
    public func keyDays(_ count: Int) async throws(GatewayStoreError) -> [Day] {
        try await days(
            "SELECT key_id, day, requests, prompt_tokens, completion_tokens, cost_usd FROM key_day", count)
    }

    private func days(_ sql: String, _ count: Int) async throws(GatewayStoreError) -> [Day] {
        let first = WallTime.day - max(count, 1) + 1
        return try await store.perform { (connection) throws(GatewayStoreError) in
            try connection.rows(sql + " WHERE day >= ?1 ORDER BY day, 1", [.integer(first)]) { Day($0) }
        }
    }
}

extension GatewayHistory.Minute {
    fileprivate init(_ row: StoreStatement) {
        self.init(
            startedAt: row.integer(1) * 60, requests: row.integer(2), failures: row.integer(3),
            promptTokens: row.integer(4), completionTokens: row.integer(5), cost: row.real(6),
            timeToFirstToken: GatewayHistory.Quantiles(LatencyBuckets(blob: row.bytes(7))))
    }
}

extension GatewayHistory.Quantiles {
    init?(_ buckets: LatencyBuckets) {
        guard let p50 = buckets.quantile(0.5), let p90 = buckets.quantile(0.9), let p99 = buckets.quantile(0.99) else {
            return nil
        }
        self.init(count: buckets.total, p50: p50, p90: p90, p99: p99)
    }
}

extension GatewayHistory.Day {
    fileprivate init(_ row: StoreStatement) {
        self.init(
            name: row.text(0), day: row.integer(1), requests: row.integer(2), promptTokens: row.integer(3),
            completionTokens: row.integer(4), cost: row.real(5))
    }
}
