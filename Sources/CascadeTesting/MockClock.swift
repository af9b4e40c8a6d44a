public import Cascade
internal import Synchronization

/// A clock that stands still until it is told to go on, for tests of breakers, cooldowns, budgets and back-off.
///
/// Whoever sleeps on it wakes when ``advance(by:)`` has reached the time, and at once when its task is cancelled.
/// Deadlines of a transfer in progress are the loop's own and go by real time. All methods may be called from any thread.
public final class MockClock: RouterClock {
    private struct Sleeper {
        var until: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Instant
        var day: Int
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var watchers: [Watcher] = []

        mutating func takeWatchers() -> [Watcher] {
            let due = watchers.filter { $0.count <= sleepers.count }
            watchers.removeAll { $0.count <= sleepers.count }
            return due
        }
    }

    private let state: Mutex<State>

    /// - Parameter day: See ``day``.
    public init(now: Instant = Instant(nanoseconds: 1_000_000_000_000), day: Int = 20_000) {
        state = Mutex(State(now: now, day: day))
    }

    public var now: Instant { state.withLock { $0.now } }

    /// The number of the day; it changes only when it is set.
    public var day: Int {
        get { state.withLock { $0.day } }
        set { state.withLock { $0.day = newValue } }
    }

    /// How many are asleep now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves the time on and wakes those whose time has come, the earliest first. They run later, on their own tasks.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            let now = state.now.advanced(by: duration)
            state.now = now
            let due = state.sleepers.filter { $0.value.until <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }.map(\.value.continuation)
        }
        for sleeper in due { sleeper.resume() }
    }

    /// Returns once so many are asleep at the same time, so that a test advances the clock only when someone waits.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let due = state.withLock { state in
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return state.takeWatchers()
            }
            for watcher in due { watcher.continuation.resume() }
        }
    }

    public func sleep(until instant: Instant) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                fallAsleep(id, Sleeper(until: instant, continuation: continuation))
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func fallAsleep(_ id: UInt64, _ sleeper: Sleeper) {
        let (isAwake, watchers) = state.withLock { state -> (Bool, [Watcher]) in
            // The handler of a task that was cancelled already has run by now, and found no sleeper.
            guard !Task.isCancelled, sleeper.until > state.now else { return (true, []) }
            state.sleepers[id] = sleeper
            return (false, state.takeWatchers())
        }
        for watcher in watchers { watcher.continuation.resume() }
        guard isAwake else { return }
        if Task.isCancelled {
            sleeper.continuation.resume(throwing: CancellationError())
        } else {
            sleeper.continuation.resume()
        }
    }
}
