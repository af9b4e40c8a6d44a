internal import Synchronization

/// Pauses between attempts, which end early when the task is cancelled or the router is shut down.
final class PauseGate: Sendable {
    enum End: Sendable {
        case woke
        case cancelled
        case shutdown
    }

    private struct State {
        var isClosed = false
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Task<Void, any Error>] = [:]
    }

    private let state = Mutex(State())

    func sleep(until instant: Instant, clock: any RouterClock) async -> End {
        let sleeper = Task { try await clock.sleep(until: instant) }
        let id: UInt64? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.nextID += 1
            state.sleepers[state.nextID] = sleeper
            return state.nextID
        }
        if id == nil { sleeper.cancel() }
        let result = await withTaskCancellationHandler {
            await sleeper.result
        } onCancel: {
            sleeper.cancel()
        }
        let isClosed = state.withLock { state in
            if let id { state.sleepers[id] = nil }
            return state.isClosed
        }
        if isClosed { return .shutdown }
        if case .failure = result { return .cancelled }
        return .woke
    }

    /// Ends every pause, now and from now on.
    func close() {
        let sleepers = state.withLock { state in
            state.isClosed = true
            defer { state.sleepers = [:] }
            return state.sleepers.values.map { $0 }
        }
        for sleeper in sleepers { sleeper.cancel() }
    }
}
