internal import Foundation
internal import Synchronization

/// Ctrl-C and a polite `kill`: the first one cancels the command's task, so that upstream connections are closed and
/// what is known is still told; a second one ends the process at once. One Ctrl-C may be meant for a part of the
/// command's work only.
final class Interrupt: Sendable {
    static let shared = Interrupt()

    private struct State {
        /// The first signal that was meant for the whole command.
        var first: Int32?
        /// Who takes the next Ctrl-C instead of the command.
        var diversion: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// From here on a closed pipe is an error of the write, not the end of the process.
    private init() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// 128 and the signal's number, as shells have it; `nil` if there was none.
    var status: Int32? { state.withLock { $0.first.map { 128 + $0 } } }

    /// - Parameter cancel: called once, on a thread of its own.
    func onSignal(_ cancel: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM] {
            // A source sees only what is not handled otherwise.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            // It keeps itself alive through its handler, for as long as the process lives.
            source.setEventHandler { [self] in withExtendedLifetime(source) { received(number, cancel) } }
            source.resume()
        }
    }

    /// Runs `work` in a task that one Ctrl-C cancels, and it alone; the next one is the command's again.
    func divertingToTask<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await work() }
        state.withLock { $0.diversion = { task.cancel() } }
        defer { state.withLock { $0.diversion = nil } }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func received(_ number: Int32, _ cancel: () -> Void) {
        let (diversion, isFirst) = state.withLock { state in
            if number == SIGINT, state.first == nil, let diversion = state.diversion {
                state.diversion = nil
                return (diversion as (@Sendable () -> Void)?, false)
            }
            defer { state.first = state.first ?? number }
            return (nil, state.first == nil)
        }
        if let diversion {
            diversion()
            return
        }
        guard isFirst else { _exit(128 + number) }
        cancel()
    }
}
