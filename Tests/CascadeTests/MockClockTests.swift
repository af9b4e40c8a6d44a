import Cascade
import CascadeTesting
import Testing

@Suite("A clock for tests")
struct MockClockTests {
    @Test("it stands still, and wakes those whose time has come")
    func wakes() async throws {
        let clock = MockClock()
        let start = clock.now
        let sleepers = [1, 2, 3].map { seconds in
            Task { try await clock.sleep(until: start.advanced(by: .seconds(seconds))) }
        }
        await clock.waitForSleepers(3)
        clock.advance(by: .seconds(2))
        #expect(clock.sleeperCount == 1 && start.duration(to: clock.now) == .seconds(2))
        for sleeper in sleepers.prefix(2) { try await sleeper.value }
        clock.advance(by: .seconds(1))
        try await sleepers[2].value
    }

    @Test("time that has passed already is not slept for")
    func past() async throws {
        let clock = MockClock()
        try await clock.sleep(until: clock.now)
        #expect(clock.sleeperCount == 0)
    }

    @Test("cancelling wakes with an error, before the sleep and in it")
    func cancels() async {
        let clock = MockClock()
        let later = clock.now.advanced(by: .seconds(1))
        let sleeper = Task { try await clock.sleep(until: later) }
        await clock.waitForSleepers()
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        let early = Task {
            await eventually { Task.isCancelled }
            try await clock.sleep(until: later)
        }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test("the day is set by hand")
    func day() {
        let clock = MockClock(day: 3)
        clock.day += 1
        #expect(clock.day == 4)
    }
}
