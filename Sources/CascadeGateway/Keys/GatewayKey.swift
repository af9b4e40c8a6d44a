/// A key of the gateway's own, without its secret, which nobody has but who was given it.
public struct GatewayKey: Sendable, Hashable {
    /// Public: it names the key in lists and logs, and is the beginning of its secret.
    public var id: String
    public var name: String
    /// Whether it opens the dashboard and the operators' API, too.
    public var isAdmin: Bool
    public var limits: KeyLimits
    /// Seconds since 1970, as all times here.
    public var createdAt: Int
    public var lastUsedAt: Int?
    public var revokedAt: Int?
    /// Of the present day in UTC.
    public var usedToday = KeyUsage()
}

/// What a key may do; `nil` is no limit.
public struct KeyLimits: Sendable, Hashable {
    /// Models that may be asked for, by the name that a client gives; a `*` at the end stands for any ending. Empty: all.
    public var models: [String] = []
    public var requestsPerMinute: Int?
    /// Tokens of questions and answers together.
    public var tokensPerMinute: Int?
    /// Requests at a time.
    public var concurrency: Int?
    /// US dollars from midnight to midnight, UTC, by the configuration's prices.
    public var dailyBudgetUSD: Double?

    public init() {}

    /// Whether a model may be asked for by this name.
    public func allows(model: String) -> Bool {
        models.isEmpty
            || models.contains { pattern in
                pattern.hasSuffix("*") ? model.hasPrefix(pattern.dropLast()) : pattern == model
            }
    }
}

/// What a key has used in a day.
public struct KeyUsage: Sendable, Hashable {
    public var requests = 0
    /// Requests over a limit.
    public var refused = 0
    public var promptTokens = 0
    public var completionTokens = 0
    /// US dollars.
    public var cost = 0.0

    public init() {}

    static func += (sum: inout KeyUsage, more: KeyUsage) {
        sum.requests += more.requests
        sum.refused += more.refused
        sum.promptTokens = sum.promptTokens.addingSaturated(more.promptTokens)
        sum.completionTokens = sum.completionTokens.addingSaturated(more.completionTokens)
        sum.cost += more.cost
    }
}

extension Int {
    /// A provider may claim any number of tokens.
    func addingSaturated(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
