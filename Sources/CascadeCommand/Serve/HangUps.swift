internal import Foundation

/// SIGHUP, by which operators ask a service to read its files again.
enum HangUps {
    /// One element for each signal from now on, or for several that came together.
    static func stream() -> AsyncStream<Void> {
        // A source sees only what is not handled otherwise.
        signal(SIGHUP, SIG_IGN)
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global(qos: .userInitiated))
        source.setEventHandler {
            // It keeps itself alive through its handler, for as long as the process lives.
            withExtendedLifetime(source) {
                if hasLostTerminal { kill(getpid(), SIGTERM) } else { continuation.yield() }
            }
        }
        source.resume()
        return stream
    }

    /// The system sends the same signal to those whose terminal was closed: nobody asked for anything then.
    private static var hasLostTerminal: Bool {
        Console.isErrorInteractive && isatty(STDERR_FILENO) == 0
    }
}
