internal import Cascade

/// What the store holds of the last day, the last month and the keys, as the dashboard is told.
struct HistoryReport: Sendable {
    /// The present one included.
    static let hourCount = 24
    static let dayCount = 30

    typealias Deeds = HistoryRecorder.Deeds

    let hour: Int
    let day: Int
    /// By provider, and by the hour since 1970.
    let hours: [String: [Int: Deeds]]
    /// By provider, and by the day of UTC since 1970.
    let days: [String: [Int: Deeds]]
    /// The oldest first.
    let keys: [GatewayKey]

    /// - Parameter now: Seconds since 1970.
    init(_ connection: StoreConnection, now: Int) throws(GatewayStoreError) {
        hour = now / 3_600
        day = now / 86_400
        hours = try Self.hours(connection, from: hour - Self.hourCount + 1)
        days = try Self.days(connection, from: day - Self.dayCount + 1)
        keys = try connection.keys(usedOn: day).map(\.key)
    }

    private static func hours(
        _ connection: StoreConnection, from first: Int
    ) throws(GatewayStoreError) -> [String: [Int: Deeds]] {
        var hours: [String: [Int: Deeds]] = [:]
        _ = try connection.rows(
            """
            SELECT provider, minute / 60, requests, failures, prompt_tokens, completion_tokens, cost_usd, first_tokens
            FROM provider_minute WHERE minute >= ?1
            """, [.integer(first * 60)]
        ) { hours[$0.text(0), default: [:]][$0.integer(1), default: Deeds()].add($0, firstTokens: 7) }
        return hours
    }

    private static func days(
        _ connection: StoreConnection, from first: Int
    ) throws(GatewayStoreError) -> [String: [Int: Deeds]] {
        var days: [String: [Int: Deeds]] = [:]
        _ = try connection.rows(
            """
            SELECT provider, day, requests, failures, prompt_tokens, completion_tokens, cost_usd
            FROM provider_day WHERE day >= ?1
            """, [.integer(first)]
        ) { days[$0.text(0), default: [:]][$0.integer(1), default: Deeds()].add($0) }
        return days
    }
}

extension HistoryRecorder.Deeds {
    /// Counts of a row, from its third column on.
    fileprivate mutating func add(_ row: StoreStatement, firstTokens column: Int32? = nil) {
        var more = Self()
        more.requests = row.integer(2)
        more.failures = row.integer(3)
        more.promptTokens = row.integer(4)
        more.completionTokens = row.integer(5)
        more.cost = row.real(6)
        if let column { more.firstTokens = LatencyBuckets(blob: row.bytes(column)) }
        self += more
    }
}

// MARK: - JSON

extension HistoryReport {
    /// - Parameter retentionHours: For how long minutes are kept: of earlier hours there are none.
    func value(retentionHours: Int) -> ReportValue {
        .object([
            ("first_hour", .integer(hour - Self.hourCount + 1)), ("hour_count", .integer(Self.hourCount)),
            ("first_day", .integer(day - Self.dayCount + 1)), ("day_count", .integer(Self.dayCount)),
            ("retention_hours", .integer(retentionHours)),
            ("providers", .array(Set(hours.keys).union(days.keys).sorted().map(provider))),
            ("keys", .array(keys.map(Self.key))),
        ])
    }

    private func provider(_ name: String) -> ReportValue {
        .object([
            ("name", .string(name)),
            ("hours", .array(Self.sorted(hours[name]).map { .array(Self.counts($0, $1) + Self.firstTokens($1)) })),
            (
                "first_token_us",
                .array(Self.firstTokens((hours[name] ?? [:]).values.reduce(into: Deeds()) { $0 += $1 }))
            ),
            ("days", .array(Self.sorted(days[name]).map { .array(Self.counts($0, $1)) })),
        ])
    }

    private static func sorted(_ deeds: [Int: Deeds]?) -> [(Int, Deeds)] {
        (deeds ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// `number,requests,failures,prompt tokens,completion tokens,US dollars`
    private static func counts(_ number: Int, _ deeds: Deeds) -> [ReportValue] {
        [
            .integer(number), .integer(deeds.requests), .integer(deeds.failures), .integer(deeds.promptTokens),
            .integer(deeds.completionTokens), .number(deeds.cost),
        ]
    }

    /// `p50,p99` in microseconds, of streams; null without any.
    private static func firstTokens(_ deeds: Deeds) -> [ReportValue] {
        [0.5, 0.99].map { .count(deeds.firstTokens.quantile($0).map { Int($0.wholeMicroseconds) }) }
    }

    private static func date(secondsSince1970 seconds: Int) -> String {
        let text = WallTime(nanoseconds: Int64(seconds) * 1_000_000_000).text(hasMilliseconds: false)
        return String(decoding: text, as: UTF8.self)
    }

    /// As `cascade keys list --json` tells of them.
    private static func key(_ key: GatewayKey) -> ReportValue {
        let (limits, used) = (key.limits, key.usedToday)
        return .object([
            ("id", .string(key.id)), ("name", .string(key.name)), ("admin", .bool(key.isAdmin)),
            ("last_used_at", .text(key.lastUsedAt.map(date))),
            ("revoked_at", .text(key.revokedAt.map(date))),
            (
                "limits",
                .object([
                    ("models", .strings(limits.models)), ("requests_per_minute", .count(limits.requestsPerMinute)),
                    ("tokens_per_minute", .count(limits.tokensPerMinute)), ("concurrency", .count(limits.concurrency)),
                    ("daily_budget_usd", .decimal(limits.dailyBudgetUSD)),
                ])
            ),
            (
                "today",
                .object([
                    ("requests", .integer(used.requests)), ("refused", .integer(used.refused)),
                    ("prompt_tokens", .integer(used.promptTokens)),
                    ("completion_tokens", .integer(used.completionTokens)), ("cost_usd", .number(used.cost)),
                ])
            ),
        ])
    }
}
