import Synchronization
import Testing

@testable import Cascade
@testable import CascadeGateway

/// What the dashboard remembers, without a gateway.
@Suite struct RecentActivityTests {
    private final class Fake: Sendable {
        let now = Mutex(UInt64(1_000) * RecentActivity.step)
        let samples = Mutex(0)

        func advance(steps: UInt64) { now.withLock { $0 += steps * RecentActivity.step } }

        func activity() -> RecentActivity {
            RecentActivity(
                memory: {
                    self.samples.withLock { $0 += 1 }
                    var memory = GatewayMemory()
                    memory.resident = self.samples.withLock { $0 }
                    return memory
                }, clock: { self.now.withLock { $0 } })
        }
    }

    private func request(_ id: Int, outcome: AttemptReport.Outcome = .answered, isStreamed: Bool = false)
        -> FinishedRequest
    {
        let attempt = AttemptReport(
            provider: "p", model: "m", outcome: outcome, startedAfter: .zero, latency: .milliseconds(id))
        return FinishedRequest(
            id: "\(id)", path: "/", outcome: .answered, receivedAt: 0, endedAt: 1,
            timeToFirstToken: isStreamed ? .milliseconds(id) : nil, attempts: [attempt])
    }

    @Test("The last requests are kept, in order, and each is told once")
    func ring() {
        let activity = Fake().activity()
        #expect(activity.view(after: 0).requests.isEmpty)
        for id in 0..<250 { activity.add(request(id)) }
        let all = activity.view(after: 0)
        #expect(all.total == 250)
        #expect(all.requests.map(\.id) == (150..<250).map(String.init))
        #expect(activity.view(after: 247).requests.map(\.id) == ["247", "248", "249"])
        #expect(activity.view(after: 250).requests.isEmpty)
        #expect(activity.view(after: 999).requests.isEmpty)
    }

    @Test("Attempts add up step by step, and an old step makes way for a new one")
    func steps() throws {
        let fake = Fake()
        let activity = fake.activity()
        activity.add(request(2, isStreamed: true))
        activity.add(request(4, isStreamed: true))
        activity.add(request(10))
        activity.add(request(1, outcome: .failed))
        activity.add(request(1, outcome: .cut, isStreamed: true))
        activity.add(request(1, outcome: .cancelled))
        let view = activity.view(after: 0)
        let step = try #require(view.providers["p"]?.steps(from: 0).first)
        #expect(step.number == view.step)
        #expect((step.attempts, step.failures) == (5, 2))
        #expect((step.streams, step.firstToken) == (2, 6_000))
        #expect((step.wholes, step.whole) == (1, 10_000))
        fake.advance(steps: UInt64(RecentActivity.stepCount))
        activity.add(request(1))
        let later = activity.view(after: 0)
        #expect(later.providers["p"]?.steps(from: 0).map(\.number) == [later.step])
    }

    @Test("Memory is asked for once a step while requests end, and whenever somebody looks")
    func memory() {
        let fake = Fake()
        let activity = fake.activity()
        for id in 0..<50 { activity.add(request(id)) }
        #expect(fake.samples.withLock { $0 } == 1)
        fake.advance(steps: 1)
        activity.add(request(1))
        activity.sampleMemory()
        let view = activity.view(after: 0)
        #expect(view.memory.map(\.resident) == [1, 3])
        #expect(view.memory.last?.step == view.step)
        fake.advance(steps: UInt64(RecentActivity.stepCount) * 2)
        #expect(activity.view(after: 0).memory.isEmpty)
    }

    @Test("A thousand providers are remembered; then those that are gone are forgotten")
    func manyProviders() {
        let fake = Fake()
        let activity = fake.activity()
        func add(_ name: String) {
            var request = request(1)
            request.attempts[0].provider = name
            activity.add(request)
        }
        for index in 0..<1_024 { add("old\(index)") }
        fake.advance(steps: UInt64(RecentActivity.stepCount))
        add("new")
        #expect(activity.view(after: 0).providers.keys.sorted() == ["new"])
    }

    @Test("The kernel tells how much memory there is")
    func kernel() throws {
        let memory = GatewayMemory.fromKernel()
        #expect((1 << 20...1 << 40).contains(try #require(memory.resident)))
        #expect(memory.allocator == nil)
    }
}
