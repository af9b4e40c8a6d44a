import CascadePolicy
import Testing

/// Every event in every state: what follows, what is tolerated, and what traps.
@Suite("Fallback machine, event by event")
struct FallbackMachineEventTests {
    typealias Event = FallbackHarness.Event

    enum Place: String, Sendable, CaseIterable {
        case idle, considering, attempting, forcing, waiting, committed, finished
    }

    static func harness(in place: Place) -> FallbackHarness {
        var harness = FallbackHarness(1)
        let events: [Event] =
            switch place {
            case .idle: []
            case .considering: [.start]
            case .attempting: [.start, .admitted]
            case .forcing: [.start, .circuitOpen(60)]
            case .waiting: [.start, .cooling(5)]
            case .committed: [.start, .admitted, .committed]
            case .finished: [.start, .admitted, .succeeded]
            }
        for event in events { _ = harness.step(event, at: 0) }
        return harness
    }

    @Test("a cancel ends the request in every state", arguments: Place.allCases)
    func cancel(place: Place) {
        var harness = Self.harness(in: place)
        #expect(harness.step(.cancelled, at: 1) == (place == .finished ? .ignore : .finish(.cancelled)))
        #expect(harness.machine.isFinished)
    }

    @Test("the deadline ends the request in every state, and cuts a stream", arguments: Place.allCases)
    func deadline(place: Place) {
        var harness = Self.harness(in: place)
        let expected: FallbackMachine.Action =
            switch place {
            case .finished: .ignore
            case .committed: .finish(.cut(candidate: 0))
            default: .finish(.deadlineExceeded)
            }
        #expect(harness.step(.deadline, at: 1) == expected)
        #expect(harness.machine.isFinished)
    }

    @Test(
        "a timer from before is ignored",
        arguments: [Place.considering, .attempting, .forcing, .committed, .finished])
    func staleTimer(place: Place) {
        var harness = Self.harness(in: place)
        #expect(harness.step(.woke, at: 1) == .ignore)
    }

    @Test("every event after the end is a lost race", arguments: 0..<11)
    func afterTheEnd(index: Int) {
        let events: [Event] = [
            .admitted, .circuitOpen(60), .cooling(60), .unavailable, .failed(.transient),
            .failedAsking(.throttle, .seconds(5)), .committed, .succeeded, .woke, .cancelled, .deadline,
        ]
        var harness = Self.harness(in: .finished)
        #expect(harness.step(events[index], at: 1) == .ignore)
        #expect(harness.budget.tokens == 10)
    }

    @Test("only a forced probe says that it is one", arguments: Place.allCases)
    func forced(place: Place) {
        #expect(Self.harness(in: place).machine.isForcedProbe == (place == .forcing))
    }

    @Test("a forced probe may commit and answer like any attempt")
    func forcedAnswers() {
        var harness = Self.harness(in: .forcing)
        #expect(harness.step(.committed, at: 1) == .deliver)
        #expect(harness.step(.succeeded, at: 2) == .finish(.answered(candidate: 0)))
    }

    @Test("an event that makes no sense in its state traps")
    func nonsense() async {
        await #expect(processExitsWith: .failure) {
            var harness = FallbackMachineEventTests.harness(in: .idle)
            _ = harness.step(.admitted, at: 0)
        }
        await #expect(processExitsWith: .failure) {
            var harness = FallbackMachineEventTests.harness(in: .considering)
            _ = harness.step(.failed(.transient), at: 0)
        }
        await #expect(processExitsWith: .failure) {
            var harness = FallbackMachineEventTests.harness(in: .attempting)
            _ = harness.step(.circuitOpen(60), at: 0)
        }
        await #expect(processExitsWith: .failure) {
            var harness = FallbackMachineEventTests.harness(in: .waiting)
            _ = harness.step(.succeeded, at: 0)
        }
        await #expect(processExitsWith: .failure) {
            var harness = FallbackMachineEventTests.harness(in: .committed)
            _ = harness.step(.committed, at: 0)
        }
        await #expect(processExitsWith: .failure) {
            var harness = FallbackMachineEventTests.harness(in: .finished)
            _ = harness.step(.start, at: 0)
        }
    }
}
