internal import Synchronization

/// How many requests are being worked on, for whoever waits until none is.
final class ActiveCount: Sendable {
    private struct State {
        var count = 0
        var isRefusing = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Whether new requests are to be refused.
    var isRefusing: Bool { state.withLock { $0.isRefusing } }

    func enter() {
        state.withLock { $0.count += 1 }
    }

    func leave() {
        let waiters: [UInt64: CheckedContinuation<Void, Never>] = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [:] }
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// From now on new requests are refused.
    func refuse() {
        state.withLock { $0.isRefusing = true }
    }

    /// Waits until none is left, or this time has passed. Several may wait.
    func waitUntilNone(within time: Duration) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let timer = Task {
            try? await Task.sleep(for: time)
            self.wake(number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.count > 0, time > .zero, !Task.isCancelled else { return false }
                    state.waiters[number] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            wake(number)
        }
        timer.cancel()
    }

    private func wake(_ number: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
}
