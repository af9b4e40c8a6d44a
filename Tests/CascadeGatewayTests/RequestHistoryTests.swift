import Synchronization
import Testing

@testable import Cascade
@testable import CascadeGateway

/// What the dashboard remembers, without a gateway.
@Suite struct RequestHistoryTests {
    private final class Fake: Sendable {
        let now = Mutex(UInt64(1_000) * RequestHistory.step)
        let samples = Mutex(0)

        func advance(steps: UInt64) { now.withLock { $0 += steps * RequestHistory.step } }

        func history() -> RequestHistory {
            RequestHistory(
                memory: {
                    self.samples.withLock { $0 += 1 }
                    return MemoryFigures(resident: self.samples.withLock { $0 }, allocated: 1)
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
        let history = Fake().history()
        #expect(history.view(after: 0).requests.isEmpty)
        for id in 0..<250 { history.add(request(id)) }
        let all = history.view(after: 0)
        #expect(all.total == 250)
        #expect(all.requests.map(\.id) == (150..<250).map(String.init))
        #expect(history.view(after: 247).requests.map(\.id) == ["247", "248", "249"])
        #expect(history.view(after: 250).requests.isEmpty)
        #expect(history.view(after: 999).requests.isEmpty)
    }

    @Test("Attempts add up step by step, and an old step makes way for a new one")
    func steps() throws {
        let fake = Fake()
        let history = fake.history()
        history.add(request(2, isStreamed: true))
        history.add(request(4, isStreamed: true))
        history.add(request(10))
        history.add(request(1, outcome: .failed))
        history.add(request(1, outcome: .cut, isStreamed: true))
        history.add(request(1, outcome: .cancelled))
        let view = history.view(after: 0)
        let step = try #require(view.providers["p"]?.steps(from: 0).first)
        #expect(step.number == view.step)
        #expect((step.attempts, step.failures) == (5, 2))
        #expect((step.streams, step.firstToken) == (2, 6_000))
        #expect((step.wholes, step.whole) == (1, 10_000))
        fake.advance(steps: UInt64(RequestHistory.stepCount))
        history.add(request(1))
        let later = history.view(after: 0)
        #expect(later.providers["p"]?.steps(from: 0).map(\.number) == [later.step])
    }

    @Test("Memory is asked for once a step while requests end, and whenever somebody looks")
    func memory() {
        let fake = Fake()
        let history = fake.history()
        for id in 0..<50 { history.add(request(id)) }
        #expect(fake.samples.withLock { $0 } == 1)
        fake.advance(steps: 1)
        history.add(request(1))
        history.sampleMemory()
        let view = history.view(after: 0)
        #expect(view.memory.map(\.figures.resident) == [1, 3])
        #expect(view.memory.last?.step == view.step)
        fake.advance(steps: UInt64(RequestHistory.stepCount) * 2)
        #expect(history.view(after: 0).memory.isEmpty)
    }

    @Test("A thousand providers are remembered; then those that are gone are forgotten")
    func manyProviders() {
        let fake = Fake()
        let history = fake.history()
        func add(_ name: String) {
            var request = request(1)
            request.attempts[0].provider = name
            history.add(request)
        }
        for index in 0..<1_024 { add("old\(index)") }
        fake.advance(steps: UInt64(RequestHistory.stepCount))
        add("new")
        #expect(history.view(after: 0).providers.keys.sorted() == ["new"])
    }

    @Test("The kernel tells how much memory there is")
    func kernel() throws {
        let memory = try #require(MemoryFigures.fromKernel())
        #expect((1 << 20...1 << 40).contains(memory.resident))
        #expect(memory.allocated == nil)
    }
}
