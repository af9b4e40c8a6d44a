import Synchronization

/// Commands to the loop's thread.
final class LoopbackMailbox: Sendable {
    enum Command: Sendable {
        case setScript(LoopbackProvider.Script)
        case push([LoopbackProvider.Script])
        case deadline(waiter: Int, at: UInt64)
        case stop

        /// Whether the sender waits until the loop has obeyed.
        fileprivate var isAwaited: Bool {
            switch self {
            case .setScript, .push: true
            case .deadline, .stop: false
            }
        }
    }

    struct Letter: Sendable {
        var command: Command
        var done: LoopbackEvent?
    }

    private struct State {
        var letters: [Letter] = []
        var isClosed = false
    }

    private let wake: LoopbackEvent
    private let state = Mutex(State())

    init() throws(LoopbackProvider.StartError) {
        wake = try LoopbackEvent(blocks: false)
    }

    /// Readable while there are letters.
    var descriptor: Int32 { wake.descriptor }

    /// Sends a command, and waits until the loop has obeyed if a caller could tell the difference. Nothing happens once
    /// the provider is stopped.
    func send(_ command: Command) {
        // Without a descriptor left for the wait, the command is obeyed soon instead of at once.
        let done = command.isAwaited ? try? LoopbackEvent(blocks: true) : nil
        let isSent = state.withLock { state in
            guard !state.isClosed else { return false }
            state.letters.append(Letter(command: command, done: done))
            // Under the lock, so that the descriptor is not closed in between.
            wake.signal()
            return true
        }
        if isSent { done?.clear() }
        done?.close()
    }

    func take() -> [Letter] {
        wake.clear()
        return state.withLock { state in
            defer { state.letters = [] }
            return state.letters
        }
    }

    /// For the loop's thread as its last act: who sends from now on is not heard, and who was not heard is let go.
    func refuse() {
        let letters = state.withLock { state in
            state.isClosed = true
            defer { state.letters = [] }
            return state.letters
        }
        for letter in letters { letter.done?.signal() }
    }

    /// Once no thread uses it any more.
    func close() {
        state.withLock {
            $0.isClosed = true
            wake.close()
        }
    }
}
