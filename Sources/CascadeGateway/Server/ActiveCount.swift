internal import Synchronization

/// How many requests are being worked on, for whoever waits until none is.
final class ActiveCount: Sendable {
    private struct State {
        var count = 0
        var isRefusing = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Whether new requests are to be refused.
    var isRefusing: Bool { state.withLock { $0.isRefusing } }

    func enter() {
        state.withLock { $0.count += 1 }
    }

    func leave() {
        let waiter = state.withLock { state in
            state.count -= 1
            return state.count == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// From now on new requests are refused.
    func refuse() {
        state.withLock { $0.isRefusing = true }
    }

    /// The same; waits until none is left, or this time has passed.
    func close(within time: Duration) async {
        let timer = Task {
            try? await Task.sleep(for: time)
            self.wake()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isEmpty = state.withLock { state in
                    state.isRefusing = true
                    if state.count > 0, time > .zero, !Task.isCancelled { state.waiter = continuation }
                    return state.waiter == nil
                }
                if isEmpty { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        timer.cancel()
    }

    private func wake() {
        state.withLock { $0.waiter.take() }?.resume()
    }
}
