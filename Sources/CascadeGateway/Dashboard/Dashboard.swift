internal import Cascade
internal import CascadeTransport
internal import Synchronization

/// The page at `/` and what it listens to.
///
/// The page itself holds nothing that is secret; what it shows comes from `/dashboard/events`, and what it does goes to
/// `/api/v1/router` and `/v1/chat/completions` like any client's.
final class Dashboard: Sendable {
    let router: CascadeRouter
    let history: RequestHistory
    let active: ActiveCount
    let options: DashboardOptions
    private let watchers = Atomic<Int>(0)

    init(router: CascadeRouter, active: ActiveCount, options: GatewayOptions) {
        self.router = router
        self.active = active
        self.options = options.dashboard
        let memory = options.memory
        history = RequestHistory(
            memory: { memory.map { MemoryFigures($0()) } ?? MemoryFigures.fromKernel() }, clock: { EventLoop.now })
    }

    /// Whether this is the address of one of the page's files, or of its events.
    static func owns(_ path: String) -> Bool {
        path == "/" || path.hasPrefix("/dashboard/")
    }

    /// - Returns: `false` when there is nothing at this address.
    func serve(_ exchange: Exchange) async -> Bool {
        if exchange.path == "/dashboard/events" {
            await DashboardWatch(dashboard: self, exchange: exchange).serve()
            return true
        }
        guard let file = DashboardFile(path: exchange.path) else { return false }
        exchange.answer(file.head(exchange.ownFields(file.type)), file.bytes)
        return true
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
