internal import Foundation
internal import Synchronization

/// Ctrl-C and a polite `kill`: the first one cancels the command's task, so that upstream connections are closed and
/// what is known is still told; a second one ends the process at once.
final class Interrupt: Sendable {
    /// The first signal.
    private let first = Mutex<Int32?>(nil)

    /// From here on a closed pipe is an error of the write, not the end of the process.
    init() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// 128 and the signal's number, as shells have it; `nil` if there was none.
    var status: Int32? { first.withLock { $0.map { 128 + $0 } } }

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

    private func received(_ number: Int32, _ cancel: () -> Void) {
        let isFirst = first.withLock { first in
            defer { first = first ?? number }
            return first == nil
        }
        guard isFirst else { _exit(128 + number) }
        cancel()
    }
}
