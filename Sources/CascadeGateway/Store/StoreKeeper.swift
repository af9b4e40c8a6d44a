internal import Cascade
internal import Logging
internal import Synchronization

/// Keeps a gateway and its store in step: twice a second it writes what keys and providers have done, and reads the keys
/// when another process has changed them. Nothing of it is on a request's way.
final class StoreKeeper: Sendable {
    let keys = KeyRing()
    private let store: GatewayStore
    private let router: CascadeRouter
    private let interval: Duration
    private let state: Mutex<State>

    private struct State {
        var task: Task<Void, Never>?
        var isFailing = false
        // What follows is the store's queue's alone.
        /// SQLite's number of changes by others.
        var version: Int?
        var history: HistoryRecorder
        var purgedAt: Int?
    }

    private init(_ store: GatewayStore, router: CascadeRouter, interval: Duration) {
        self.store = store
        self.router = router
        self.interval = interval
        state = Mutex(State(history: HistoryRecorder(router.takeSamples())))
    }

    /// - Returns: `nil` without a store.
    static func open(_ options: GatewayOptions, router: CascadeRouter) async throws(GatewayError) -> StoreKeeper? {
        guard let store = options.store else { return nil }
        let keeper = StoreKeeper(store, router: router, interval: options.storeInterval)
        do throws(GatewayStoreError) {
            try await store.perform { (connection) throws(GatewayStoreError) in
                try keeper.readKeys(connection)
                router.restore(spent: try connection.spent(day: router.clock.day), day: router.clock.day)
            }
        } catch {
            throw GatewayError(error.message)
        }
        return keeper
    }

    var history: GatewayHistory { GatewayHistory(store) }

    func start() {
        let task = Task { [weak self, interval] in
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                guard let self else { return }
                await tick()
            }
        }
        state.withLock { $0.task = task }
    }

    /// Writes what there is, for the last time.
    func stop() async {
        let task = state.withLock { $0.task.take() }
        task?.cancel()
        await task?.value
        await tick()
    }

    /// A failure is told once, and what could not be written is written later.
    func tick() async {
        do throws(GatewayStoreError) {
            try await store.perform { [self] (connection) throws(GatewayStoreError) in
                // First of all: a key that was revoked must be refused also where nothing can be written.
                try readKeys(connection)
                try save(connection)
                try purge(connection)
            }
            state.withLock { $0.isFailing = false }
        } catch {
            let isNews = state.withLock { state in
                defer { state.isFailing = true }
                return !state.isFailing
            }
            guard isNews else { return }
            router.logger.error(
                "the gateway's store cannot be written; it goes on in memory, and tries again",
                metadata: ["error": "\(error.message)"])
        }
    }

    // MARK: - On the store's queue

    private func readKeys(_ connection: StoreConnection) throws(GatewayStoreError) {
        let version = try connection.rows("PRAGMA data_version") { $0.integer(0) }.first
        guard version != state.withLock({ $0.version }) else { return }
        let day = router.clock.day
        keys.replace(try connection.keys(usedOn: day), day: day, at: router.clock.now)
        state.withLock { $0.version = version }
    }

    /// Everything that was done since the last time, in one transaction.
    private func save(_ connection: StoreConnection) throws(GatewayStoreError) {
        let uses = keys.entries.compactMap { KeyUse($0) }
        let samples = router.takeSamples()
        let deeds = state.withLock { state in
            state.history.take(samples, minute: WallTime.seconds / 60)
            return state.history.unsaved
        }
        guard !uses.isEmpty || !deeds.isEmpty else { return }
        do throws(GatewayStoreError) {
            try connection.transaction { () throws(GatewayStoreError) in
                for use in uses { try connection.add(use) }
                for (place, deeds) in deeds { try connection.add(deeds, at: place) }
            }
        } catch {
            for use in uses { use.saved(false) }
            throw error
        }
        for use in uses { use.saved(true) }
        state.withLock { $0.history.saved() }
    }

    /// Forgets the history that is older than the configuration keeps it: at first, and then as often as it says.
    private func purge(_ connection: StoreConnection) throws(GatewayStoreError) {
        let metrics = router.configuration.metrics
        let now = WallTime.seconds
        let isDue = state.withLock { now - ($0.purgedAt ?? 0) >= metrics.purgeIntervalHours * 3_600 }
        guard isDue else { return }
        try connection.purge(before: now / 60 - metrics.retentionHours * 60)
        state.withLock { $0.purgedAt = now }
    }
}

/// What a key has used and the store does not hold yet.
struct KeyUse {
    private let entry: KeyEntry
    let days: [Int: KeyUsage]
    let lastUsedAt: Int?

    var id: String { entry.key.id }

    /// `nil` when there is nothing.
    init?(_ entry: KeyEntry) {
        self.entry = entry
        (days, lastUsedAt) = entry.account.withMeter { $0.takeUnsaved() }
        if days.isEmpty, lastUsedAt == nil { return nil }
    }

    func saved(_ isSaved: Bool) {
        entry.account.withMeter { $0.saved(isSaved, usedAt: lastUsedAt) }
    }
}

extension StoreConnection {
    /// Adds to what the store holds, so that two gateways may share it.
    func add(_ use: KeyUse) throws(GatewayStoreError) {
        if let lastUsedAt = use.lastUsedAt {
            try run(
                "UPDATE gateway_key SET last_used_at = max(coalesce(last_used_at, 0), ?1) WHERE id = ?2",
                [.integer(lastUsedAt), .text(use.id)])
        }
        for (day, usage) in use.days {
            try run(
                """
                INSERT INTO key_day (key_id, day, requests, refused, prompt_tokens, completion_tokens, cost_usd)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (key_id, day) DO UPDATE SET requests = requests + excluded.requests,
                    refused = refused + excluded.refused, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                    completion_tokens = completion_tokens + excluded.completion_tokens,
                    cost_usd = cost_usd + excluded.cost_usd
                """,
                [
                    .text(use.id), .integer(day), .integer(usage.requests), .integer(usage.refused),
                    .integer(usage.promptTokens), .integer(usage.completionTokens), .real(usage.cost),
                ])
        }
    }
}
