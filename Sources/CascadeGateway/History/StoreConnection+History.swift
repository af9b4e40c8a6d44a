internal import Cascade

extension StoreConnection {
    /// Adds to what the store holds, so that two gateways may share it.
    func add(_ deeds: HistoryRecorder.Deeds, at place: HistoryRecorder.Place) throws(GatewayStoreError) {
        let counts: [StoreValue] = [
            .integer(deeds.requests), .integer(deeds.failures), .integer(deeds.promptTokens),
            .integer(deeds.completionTokens), .real(deeds.cost),
        ]
        let kept = try rows(
            "SELECT first_tokens FROM provider_minute WHERE minute = ?1 AND provider = ?2",
            [.integer(place.minute), .text(place.provider)]
        ) { LatencyBuckets(blob: $0.bytes(0)) }
        var firstTokens = kept.first ?? LatencyBuckets()
        firstTokens.add(deeds.firstTokens)
        try run(
            """
            INSERT INTO provider_minute (minute, provider, requests, failures, prompt_tokens, completion_tokens,
                cost_usd, first_tokens) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (minute, provider) DO UPDATE SET requests = requests + excluded.requests,
                failures = failures + excluded.failures, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                completion_tokens = completion_tokens + excluded.completion_tokens,
                cost_usd = cost_usd + excluded.cost_usd, first_tokens = excluded.first_tokens
            """,
            [.integer(place.minute), .text(place.provider)] + counts + [.blob(firstTokens.blob)])
        try run(
            """
            INSERT INTO provider_day (day, provider, requests, failures, prompt_tokens, completion_tokens, cost_usd)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (day, provider) DO UPDATE SET requests = requests + excluded.requests,
                failures = failures + excluded.failures, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                completion_tokens = completion_tokens + excluded.completion_tokens,
                cost_usd = cost_usd + excluded.cost_usd
            """,
            [.integer(place.day), .text(place.provider)] + counts)
    }

    /// US dollars.
    func spent(day: Int) throws(GatewayStoreError) -> Double {
        try rows("SELECT coalesce(sum(cost_usd), 0.0) FROM provider_day WHERE day = ?1", [.integer(day)]) { $0.real(0) }
            .first ?? 0
    }

    /// Forgets the minutes before this one.
    func purge(before minute: Int) throws(GatewayStoreError) {
        try run("DELETE FROM provider_minute WHERE minute < ?1", [.integer(minute)])
    }
}
