/// The codes that say more than a status does.
enum ErrorCodes {
    /// What the code means, in whatever case it is written.
    static func kind(_ code: String) -> ProviderError.Kind? {
        kinds[code] ?? (code.utf8.contains { $0 != $0.asciiLowercase } ? kinds[code.lowercased()] : nil)
    }

    /// By the code in lower case. Codes that only repeat their status are not here.
    private static let kinds: [String: ProviderError.Kind] = [
        "context_length_exceeded": .contextLength,
        "exceed_context_size_error": .contextLength,
        "model_context_window_exceeded": .contextLength,

        "insufficient_quota": .quotaExhausted,
        "credit_balance_exhausted": .quotaExhausted,
        "billing_hard_limit_reached": .quotaExhausted,
        "billing_not_active": .quotaExhausted,
        "billing_error": .quotaExhausted,
        "enforced_spend_limit_reached": .quotaExhausted,
        "contract_spend_limit_reached": .quotaExhausted,
        "insufficient_balance": .quotaExhausted,
        "insufficient_credits": .quotaExhausted,
        "payment_required": .quotaExhausted,

        "content_filter": .contentFiltered,
        "content_policy_violation": .contentFiltered,
        "responsibleaipolicyviolation": .contentFiltered,

        "invalid_api_key": .authentication,
        "api_key_invalid": .authentication,
        "api_key_expired": .authentication,
        "account_deactivated": .authentication,
        "authentication_error": .authentication,
        "unauthenticated": .authentication,

        "permission_error": .permission,
        "permission_denied": .permission,
        "unsupported_country_region_territory": .permission,

        "model_not_found": .modelNotFound,
        "model_not_available": .modelNotFound,
        "deploymentnotfound": .modelNotFound,
        "not_found_error": .modelNotFound,
        "not_found": .modelNotFound,

        "rate_limit_exceeded": .rateLimited,
        "rate_limit_error": .rateLimited,
        "ramp_limit_exceeded": .rateLimited,
        "resource_exhausted": .rateLimited,
        "slow_down": .rateLimited,

        "server_is_overloaded": .overloaded,
        "overloaded_error": .overloaded,
        "engine_overloaded": .overloaded,
        "service_unavailable_error": .overloaded,
        "capacity_exceeded": .overloaded,
        "unavailable_error": .overloaded,
        "unavailable": .overloaded,

        "tool_use_failed": .invalidResponse,
    ]

    /// How providers without a code say that the key is wrong, in lower case.
    static let keyWords = ["api key not valid", "incorrect api key", "invalid api key", "invalid apikey"]

    /// How providers without a code say that the money is gone, in lower case.
    static let moneyWords = [
        "credit balance is too low", "insufficient balance", "insufficient credits", "not enough credits",
        "out of credits", "more credits", "spend limit", "usage limits", "billing hard limit",
    ]
}
