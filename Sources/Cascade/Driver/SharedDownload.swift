internal import Synchronization

/// A download that several requests wait for, each with its own deadline and its own right to go away.
final class SharedDownload: Sendable {
    /// How waiting ended.
    enum Outcome: Sendable, Hashable {
        case pulled
        /// Why there is no model, for a person.
        case failed(String)
        /// The one who waited ran out of time.
        case deadline
        /// The one who waited was cancelled.
        case cancelled
        case shutdown
    }

    private struct State {
        var task: Task<Void, Never>?
        var users = 0
        /// Of the download itself.
        var outcome: Outcome?
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
        /// Who was called off before the wait began.
        var calledOff: [UInt64: Outcome] = [:]
    }

    private let state = Mutex(State())

    /// Counts one more user. The first one starts the download.
    func join(_ fetch: @escaping @Sendable () async -> Outcome) {
        state.withLock { state in
            state.users += 1
            guard state.task == nil else { return }
            state.task = Task { self.finish(await fetch()) }
        }
    }

    /// - Returns: Whether that was the last user; the download is stopped then.
    func leave() -> Bool {
        let abandoned: Task<Void, Never>?? = state.withLock { state in
            state.users -= 1
            return state.users == 0 ? .some(state.task) : nil
        }
        guard let abandoned else { return false }
        abandoned?.cancel()
        return true
    }

    /// Returns when the download ends, at `deadline`, or when the task is cancelled.
    func wait(until deadline: Instant, core: RouterCore) async -> Outcome {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let alarm = Task {
            switch await core.pauses.sleep(until: deadline, clock: core.clock) {
            case .woke: self.callOff(id, .deadline)
            case .shutdown: self.callOff(id, .shutdown)
            case .cancelled: break
            }
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state in
                    let known = state.outcome ?? state.calledOff.removeValue(forKey: id)
                    if known == nil { state.waiters[id] = continuation }
                    return known
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            callOff(id, .cancelled)
        }
    }

    private func callOff(_ id: UInt64, _ outcome: Outcome) {
        let waiter = state.withLock { state in
            let waiter = state.waiters.removeValue(forKey: id)
            if waiter == nil, state.outcome == nil { state.calledOff[id] = outcome }
            return waiter
        }
        waiter?.resume(returning: outcome)
    }

    private func finish(_ outcome: Outcome) {
        let waiters = state.withLock { state in
            state.outcome = outcome
            defer { state.waiters = [:] }
            return state.waiters.values.map { $0 }
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }
}
