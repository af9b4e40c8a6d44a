internal import Cascade
internal import CascadeTransport
internal import Synchronization

/// The page at `/` and what it listens to.
///
/// The page itself holds nothing that is secret; what it shows comes from `/dashboard/events` and `/dashboard/history`,
/// and what it does goes to `/api/v1/router` and `/v1/chat/completions` like any client's.
final class Dashboard: Sendable {
    let router: CascadeRouter
    private let keys: KeyRing?
    let activity: RecentActivity
    let active: ActiveCount
    let options: DashboardOptions
    /// `nil` without a store.
    let reader: HistoryReader?
    private let watchers = Atomic<Int>(0)

    init(router: CascadeRouter, active: ActiveCount, keys: KeyRing?, options: GatewayOptions) {
        self.router = router
        self.keys = keys
        self.active = active
        self.options = options.dashboard
        reader = options.store.map(HistoryReader.init)
        activity = RecentActivity(memory: options.memorySource, clock: { EventLoop.now })
    }

    /// Whether this is the address of one of the page's files, or of what it shows.
    static func owns(_ path: String) -> Bool {
        path == "/" || path.hasPrefix("/dashboard/")
    }

    /// - Returns: `false` when there is nothing at this address.
    func serve(_ exchange: Exchange) async -> Bool {
        if exchange.path == "/dashboard/events" {
            await DashboardWatch(dashboard: self, exchange: exchange).serve()
            return true
        }
        if exchange.path == "/dashboard/history" {
            await tellHistory(exchange)
            return true
        }
        guard let file = DashboardFile(path: exchange.path) else { return false }
        exchange.answer(file.head(exchange.ownFields(file.type)), file.bytes)
        return true
    }

    private func tellHistory(_ exchange: Exchange) async {
        guard let reader else { return exchange.refuse(Self.noStore) }
        do throws(GatewayStoreError) {
            let report = try await reader.read(retentionHours: router.configuration.metrics.retentionHours)
            exchange.answerJSON(report, fields: [("cache-control", "no-store")])
        } catch {
            exchange.refuse(ErrorAnswer(status: 503, type: .server, code: "store_unusable", message: error.message))
        }
    }

    private static var noStore: ErrorAnswer {
        ErrorAnswer(
            status: 404, type: .invalidRequest, code: "no_store",
            message: "this gateway keeps no history; start it with --store FILE")
    }

    // MARK: - Watchers

    /// - Returns: `false` when there are as many as there may be.
    func enter() -> Bool {
        guard watchers.add(1, ordering: .relaxed).newValue <= options.maxWatchers else {
            leave()
            return false
        }
        return true
    }

    func leave() {
        watchers.subtract(1, ordering: .relaxed)
    }

    /// Whether a key that somebody watches with is good still.
    func isAdmin(_ entry: KeyEntry) -> Bool {
        keys?.isAdmin(entry) == true
    }
}

/// How the dashboard's events come.
struct DashboardOptions: Sendable {
    /// Pages that watch at a time.
    var maxWatchers = 16
    /// Between two looks at whether anything has changed.
    var interval: Duration = .seconds(1)
    /// A page hears something at least this often.
    var heartbeat: Duration = .seconds(15)
}
