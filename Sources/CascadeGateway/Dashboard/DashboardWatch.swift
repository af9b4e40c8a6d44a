internal import Cascade
internal import CascadeFormats
internal import CascadeTransport

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// `GET /dashboard/events`: one page that watches, for as long as it does.
///
/// The first event holds everything; the following ones come when something has changed, once a second at most, and
/// hold the requests that have ended since and of the rest what may have changed.
struct DashboardWatch {
    let dashboard: Dashboard
    let exchange: Exchange

    /// What a page has been told.
    fileprivate struct Told {
        var standing: [UInt8] = []
        var requests: UInt64 = 0
        var memory: RecentActivity.MemoryPoint?
        var step: UInt64 = 0
        var at: UInt64 = 0
    }

    func serve() async {
        let head = AnswerHead(
            status: 200,
            fields: exchange.ownFields("text/event-stream; charset=utf-8") + [("cache-control", "no-store")])
        if exchange.method == "HEAD" { return exchange.answer(head, []) }
        guard dashboard.enter() else { return exchange.refuse(Self.full) }
        defer { dashboard.leave() }
        exchange.open(head)
        let entry = exchange.keyPass?.entry
        var told: Told?
        while !dashboard.active.isRefusing, entry.map({ dashboard.isAdmin($0) }) ?? true {
            let (event, next) = await Self.look(dashboard, told)
            told = next
            if let event {
                guard exchange.write(event) else { return }
                await exchange.waitForRoom()
            }
            guard (try? await Task.sleep(for: dashboard.options.interval)) != nil else { return }
        }
        exchange.finish()
    }

    private static var full: ErrorAnswer {
        ErrorAnswer(
            status: 503, type: .server, code: "too_many_watchers",
            message: "as many dashboards are open as there may be; close one")
    }

    /// Looks once, away from the loop's thread: with many providers it takes a while.
    private static func look(_ dashboard: Dashboard, _ told: Told?) async -> (event: [UInt8]?, told: Told) {
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            await lookHere(dashboard, told)
        }
    }

    @concurrent
    private static func lookHere(_ dashboard: Dashboard, _ told: Told?) async -> (event: [UInt8]?, told: Told) {
        let activity = dashboard.activity
        activity.sampleMemory()
        let view = activity.view(after: told?.requests ?? 0)
        let oldest = view.step - min(UInt64(RecentActivity.stepCount) - 1, view.step)
        let state = DashboardState(
            status: dashboard.router.status, metrics: dashboard.router.metrics, activity: view,
            firstStep: told?.step ?? oldest)
        var next = Told(
            standing: state.standing(), requests: view.total, memory: view.memory.last, step: view.step,
            at: activity.now)
        guard let told, !next.isNews(after: told) else {
            return (event(dashboard, state, next, isWhole: told == nil), next)
        }
        guard next.at - told.at >= dashboard.options.heartbeat.wholeMicroseconds * 1_000 else { return (nil, told) }
        let at = next.at
        next = told
        next.at = at
        return (Array(": nothing new\n\n".utf8), next)
    }

    private static func event(
        _ dashboard: Dashboard, _ state: DashboardState, _ told: Told, isWhole: Bool
    ) -> [UInt8] {
        var json = JSONBytes()
        json.raw("event: state\ndata: {")
        json.member("version", CascadeVersion.current, isFirst: true)
        json.member("is_whole", isWhole)
        json.member("is_ready", dashboard.router.isReady)
        json.member("keeps_history", dashboard.reader != nil)
        json.member("step", Int(told.step))
        json.member("step_ms", Int(RecentActivity.step / 1_000_000))
        json.member("step_count", RecentActivity.stepCount)
        json.raw(",")
        json.raw(told.standing)
        json.raw(#","steps":"#)
        json.raw(state.steps())
        json.raw(#","memory":"#)
        json.raw(state.memory())
        json.raw(#","requests":["#)
        let wallClock = Int(Date().timeIntervalSince1970 * 1_000)
        for (index, request) in state.activity.requests.enumerated() {
            if index > 0 { json.raw(",") }
            DashboardState.write(request, now: told.at, wallClock: wallClock, to: &json)
        }
        json.raw("]}\n\n")
        return json.bytes
    }
}

extension DashboardWatch.Told {
    fileprivate func isNews(after old: Self) -> Bool {
        standing != old.standing || requests != old.requests || memory.differs(from: old.memory)
    }
}

extension RecentActivity.MemoryPoint? {
    /// By more than a hundredth.
    fileprivate func differs(from old: RecentActivity.MemoryPoint?) -> Bool {
        guard let self, let old else { return (self == nil) != (old == nil) }
        return abs(self.resident - old.resident) > old.resident / 100
            || abs((self.allocated ?? 0) - (old.allocated ?? 0)) > (old.allocated ?? 0) / 100
    }
}
