internal import CascadeGateway
internal import Foundation

/// A key for people and for programs.
enum KeyText {
    /// - Parameter secret: Only when it was just made.
    static func json(_ key: GatewayKey, secret: String? = nil) -> JSONValue {
        let limits = key.limits
        return .members([
            "id": .string(key.id),
            "name": .string(key.name),
            "key": secret.map { .string($0) },
            "admin": .bool(key.isAdmin),
            "created_at": .string(time(key.createdAt)),
            "last_used_at": .text(key.lastUsedAt.map(time)),
            "revoked_at": .text(key.revokedAt.map(time)),
            "limits": .members([
                "models": .array(limits.models.map { .string($0) }),
                "requests_per_minute": .count(limits.requestsPerMinute),
                "tokens_per_minute": .count(limits.tokensPerMinute),
                "concurrency": .count(limits.concurrency),
                "daily_budget_usd": limits.dailyBudgetUSD.map { .number($0) } ?? .null,
            ]),
            "today": .members([
                "requests": .integer(key.usedToday.requests),
                "refused": .integer(key.usedToday.refused),
                "prompt_tokens": .integer(key.usedToday.promptTokens),
                "completion_tokens": .integer(key.usedToday.completionTokens),
                "cost_usd": .number(key.usedToday.cost),
            ]),
        ])
    }

    /// ID, name, created, last used, today, may.
    static func cells(_ key: GatewayKey) -> [String] {
        [
            key.id, TerminalText.harmless(key.name), time(key.createdAt), key.lastUsedAt.map(time) ?? "never",
            today(key), may(key),
        ]
    }

    private static func today(_ key: GatewayKey) -> String {
        let used = key.usedToday
        guard used.requests > 0 else { return "-" }
        let tokens = used.promptTokens.addingReportingOverflow(used.completionTokens)
        return
            "\(used.requests) requests, \(tokens.overflow ? .max : tokens.partialValue) tokens, $\(dollars(used.cost))"
    }

    private static func may(_ key: GatewayKey) -> String {
        let limits = key.limits
        if let revokedAt = key.revokedAt { return "revoked \(time(revokedAt))" }
        let parts = [
            key.isAdmin ? "admin" : nil,
            limits.models.isEmpty ? nil : TerminalText.harmless(limits.models.joined(separator: " ")),
            limits.requestsPerMinute.map { "\($0) requests/min" },
            limits.tokensPerMinute.map { "\($0) tokens/min" },
            limits.concurrency.map { "\($0) at a time" },
            limits.dailyBudgetUSD.map { "$\(dollars($0))/day" },
        ].compactMap { $0 }
        return parts.isEmpty ? "everything" : parts.joined(separator: ", ")
    }

    private static func dollars(_ amount: Double) -> String {
        String(format: amount < 0.01 && amount > 0 ? "%.6f" : "%.2f", amount)
    }

    private static func time(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
