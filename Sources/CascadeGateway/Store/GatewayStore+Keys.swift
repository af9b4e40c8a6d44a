extension GatewayStore {
    /// Makes a key.
    ///
    /// - Returns: The key, and its secret: the one time that it is told, as only its hash is kept.
    /// - Throws: When the name is taken by another key that is not revoked, or a limit makes no sense.
    public func addKey(
        name: String, isAdmin: Bool = false, limits: KeyLimits = KeyLimits()
    ) async throws(GatewayStoreError) -> (key: GatewayKey, secret: String) {
        try Self.check(name: name, limits)
        let secret = KeySecret.random()
        guard let digest = KeyDigest(secret) else {
            throw GatewayStoreError("this system's GnuTLS does not give SHA-256, which keys are kept by")
        }
        let key = GatewayKey(id: secret.id, name: name, isAdmin: isAdmin, limits: limits, createdAt: WallTime.seconds)
        try await durably { (connection) throws(GatewayStoreError) in
            let same = try connection.rows(
                "SELECT id FROM gateway_key WHERE name = ?1 AND revoked_at IS NULL", [.text(name)]
            ) { $0.text(0) }
            guard same.isEmpty else {
                throw GatewayStoreError("there is a key of the name \(name) already (\(same[0])); revoke it first")
            }
            try connection.insert(key, digest)
        }
        return (key, secret.text)
    }

    /// Every key, the oldest first, with what it has used today; not their secrets, which nobody has.
    public func keys() async throws(GatewayStoreError) -> [GatewayKey] {
        try await perform { (connection) throws(GatewayStoreError) in
            try connection.keys(usedOn: WallTime.day).map(\.key)
        }
    }

    /// Ends a key for good; gateways that run take notice within a second.
    ///
    /// - Parameter name: Its identifier or its name.
    /// - Throws: When there is no such key, or it was revoked before.
    public func revokeKey(_ name: String) async throws(GatewayStoreError) -> GatewayKey {
        let now = WallTime.seconds
        return try await durably { (connection) throws(GatewayStoreError) in
            let named = try connection.keys(usedOn: WallTime.day).map(\.key).filter { $0.id == name || $0.name == name }
            guard var key = named.first(where: { $0.revokedAt == nil }) else {
                throw GatewayStoreError(
                    named.isEmpty
                        ? "there is no key \(name); `cascade keys list` shows them" : "\(name) was revoked before")
            }
            key.revokedAt = now
            try connection.run(
                "UPDATE gateway_key SET revoked_at = ?1 WHERE id = ?2", [.integer(now), .text(key.id)])
            return key
        }
    }

    /// A transaction that is on the disk when this returns: who was given a key, or was told that one is revoked, counts
    /// on it.
    private func durably<Value: Sendable>(
        _ body: @escaping @Sendable (StoreConnection) throws(GatewayStoreError) -> Value
    ) async throws(GatewayStoreError) -> Value {
        try await perform { (connection) throws(GatewayStoreError) in
            try connection.script("PRAGMA synchronous = FULL")
            defer { try? connection.script("PRAGMA synchronous = NORMAL") }
            return try connection.transaction { () throws(GatewayStoreError) in try body(connection) }
        }
    }

    private static func check(name: String, _ limits: KeyLimits) throws(GatewayStoreError) {
        func isPlain(_ text: String) -> Bool {
            (1...200).contains(text.utf8.count)
                && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
        guard isPlain(name) else { throw GatewayStoreError("a key's name is one line of up to 200 bytes") }
        guard limits.models.allSatisfy(isPlain) else { throw GatewayStoreError("a model's name is one line") }
        let counts = [limits.requestsPerMinute, limits.tokensPerMinute, limits.concurrency].compactMap { $0 }
        guard counts.allSatisfy({ (1...1_000_000_000).contains($0) }) else {
            throw GatewayStoreError("a key's limits are at least 1 and at most 1000000000")
        }
        if let budget = limits.dailyBudgetUSD, !(budget > 0 && budget <= 1e9) {
            throw GatewayStoreError("a key's daily budget is more than 0 and at most 1000000000 US dollars")
        }
    }
}

/// A key with what its secret is known by.
struct StoredKey: Sendable {
    var key: GatewayKey
    var digest: KeyDigest
}

extension StoreConnection {
    fileprivate func insert(_ key: GatewayKey, _ digest: KeyDigest) throws(GatewayStoreError) {
        try run(
            """
            INSERT INTO gateway_key (id, digest, name, created_at, is_admin, models, requests_per_minute,
                tokens_per_minute, concurrency, daily_budget_usd)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            [
                .text(key.id), .blob(digest.bytes), .text(key.name), .integer(key.createdAt),
                .integer(key.isAdmin ? 1 : 0), .text(key.limits.models.joined(separator: "\n")),
                StoreValue(key.limits.requestsPerMinute), StoreValue(key.limits.tokensPerMinute),
                StoreValue(key.limits.concurrency), StoreValue(key.limits.dailyBudgetUSD),
            ])
    }

    /// All keys, the oldest first. One whose digest was damaged opens nothing, and is left out.
    func keys(usedOn day: Int) throws(GatewayStoreError) -> [StoredKey] {
        try rows(
            """
            SELECT id, digest, name, created_at, last_used_at, revoked_at, is_admin, models, requests_per_minute,
                tokens_per_minute, concurrency, daily_budget_usd, coalesce(requests, 0), coalesce(refused, 0),
                coalesce(prompt_tokens, 0), coalesce(completion_tokens, 0), coalesce(cost_usd, 0)
            FROM gateway_key LEFT JOIN key_day ON key_id = id AND day = ?1 ORDER BY created_at, id
            """, [.integer(day)]
        ) { row in
            KeyDigest(kept: row.bytes(1)).map { StoredKey(key: GatewayKey(row), digest: $0) }
        }.compactMap { $0 }
    }
}

extension GatewayKey {
    fileprivate init(_ row: StoreStatement) {
        self.init(
            id: row.text(0), name: row.text(2), isAdmin: row.integer(6) != 0, limits: KeyLimits(row),
            createdAt: row.integer(3), lastUsedAt: row.optionalInteger(4), revokedAt: row.optionalInteger(5))
        usedToday.requests = row.integer(12)
        usedToday.refused = row.integer(13)
        usedToday.promptTokens = row.integer(14)
        usedToday.completionTokens = row.integer(15)
        usedToday.cost = row.real(16)
    }
}

extension KeyLimits {
    fileprivate init(_ row: StoreStatement) {
        self.init()
        models = row.text(7).split(separator: "\n").map(String.init)
        requestsPerMinute = row.optionalInteger(8)
        tokensPerMinute = row.optionalInteger(9)
        concurrency = row.optionalInteger(10)
        dailyBudgetUSD = row.optionalReal(11)
    }
}
