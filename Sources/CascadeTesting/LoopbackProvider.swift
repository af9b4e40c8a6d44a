import Synchronization

/// A double of an LLM provider on 127.0.0.1, for tests, benchmarks and trying things out.
///
/// It speaks HTTP/1.1 with keep-alive in all wire formats at once: the path of a request decides which. Beside chats it
/// answers `GET` of `/v1/models`, `/v1beta/models`, `/api/tags`, `/api/version`, `/health` and `/`, and `POST /api/pull`.
/// Answers echo the requested model and are the same for the same request and ``Script``. A ``Fault`` spoils them.
///
/// One thread with an epoll loop serves all connections. Responses are rendered once for each kind of request, so that
/// a request costs little more than its system calls; a stream that waits costs one object and one timer.
///
/// All methods may be called from any thread.
public final class LoopbackProvider: Sendable {
    /// Why the provider could not start.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        /// The system call that failed.
        public var operation: String
        /// Its `errno`.
        public var code: Int32

        public var description: String { "\(operation): \(LoopbackSocket.text(ofError: code))" }
    }

    private struct State {
        var thread: LoopbackThread?
        var format: WireFormatName
    }

    /// The port on 127.0.0.1. It stays reserved, even while nothing listens on it.
    public let port: UInt16

    private let mailbox: LoopbackMailbox
    private let journal: LoopbackJournal
    private let state: Mutex<State>

    /// Starts to listen and to answer.
    ///
    /// - Parameters:
    ///   - script: How requests are answered.
    ///   - port: The port; 0: any free one.
    ///   - logLimit: How many requests ``log`` holds at least; the oldest go first. 0: none, at the least cost a request.
    public init(script: Script = Script(), port: UInt16 = 0, logLimit: Int = 4_096) throws(StartError) {
        // Bound and never listening, it keeps the port while the listening socket is closed for a `refuse`.
        let reservation = try LoopbackSocket.bound(port: port)
        let port = LoopbackSocket.port(of: reservation)
        let journal = LoopbackJournal(limit: logLimit)
        do throws(StartError) {
            let mailbox = try LoopbackMailbox()
            do throws(StartError) {
                let ready = try LoopbackEvent(blocks: true)
                defer { ready.close() }
                let outcome = LoopbackStart()
                let thread = try LoopbackThread {
                    LoopbackLoop.run(
                        port: port, script: script, mailbox: mailbox, journal: journal, outcome: outcome, ready: ready)
                    LoopbackSocket.close(reservation)
                }
                ready.clear()
                if let error = outcome.error {
                    thread.join()
                    throw error
                }
                state = Mutex(State(thread: thread, format: script.format))
            } catch {
                mailbox.close()
                throw error
            }
            self.mailbox = mailbox
        } catch {
            LoopbackSocket.close(reservation)
            throw error
        }
        self.port = port
        self.journal = journal
    }

    deinit { stop() }

    /// What a provider's `base_url` is for the script's format.
    public var baseURL: String { baseURL(for: state.withLock { $0.format }) }

    /// What a provider's `base_url` is for a format.
    public func baseURL(for format: WireFormatName) -> String {
        let origin = "http://127.0.0.1:\(port)"
        return switch format {
        case .openai: origin + "/v1"
        case .anthropic, .ollama: origin
        case .gemini: origin + "/v1beta"
        }
    }

    /// Replaces the script, forgets pushed ones and starts counting faults anew. It holds for every request that is
    /// sent after the call returns. A script that refuses connections closes the idle ones, too.
    public func setScript(_ script: Script) {
        state.withLock { $0.format = script.format }
        mailbox.send(.setScript(script))
    }

    /// Has the coming chat requests answered by these scripts, one each, before the base script's turn comes again.
    /// Their ``Script/faultEvery`` and ``Script/faultProbability`` do not count: their fault strikes.
    public func push(next scripts: [Script]) {
        mailbox.send(.push(scripts))
    }

    /// Closes every connection and the port, and returns once the thread has ended. Whoever waits is woken. Calling it
    /// again does nothing.
    public func stop() {
        let thread = state.withLock { state in
            defer { state.thread = nil }
            return state.thread
        }
        guard let thread else { return }
        mailbox.send(.stop)
        thread.join()
        mailbox.close()
        journal.finish()
    }
}

extension LoopbackProvider {
    /// The requests so far, oldest first.
    public var log: [RequestRecord] { journal.records }

    public var counters: Counters { journal.counters }

    /// Waits until so many requests have come in all, and tells whether they have.
    ///
    /// - Parameter limit: The wait ends after this time, also when the task is cancelled or the provider stopped.
    public func waitForRequests(_ count: Int, within limit: Duration = .seconds(30)) async -> Bool {
        await wait(for: .requests(count), within: limit)
    }

    /// Waits until the peer has closed the connection of a request that it was logged for, and returns its record.
    ///
    /// - Parameters:
    ///   - index: The request's ``RequestRecord/index``.
    ///   - limit: As with ``waitForRequests(_:within:)``; nil is returned then.
    public func waitForPeerClose(ofRequest index: Int = 0, within limit: Duration = .seconds(30)) async
        -> RequestRecord?
    {
        await wait(for: .peerClose(request: index), within: limit) ? journal.record(index) : nil
    }

    /// Waits until a logged request has an outcome, and returns its record. Otherwise as ``waitForPeerClose(ofRequest:within:)``.
    public func waitForOutcome(ofRequest index: Int = 0, within limit: Duration = .seconds(30)) async -> RequestRecord?
    {
        await wait(for: .outcome(request: index), within: limit) ? journal.record(index) : nil
    }

    private func wait(for condition: LoopbackJournal.Condition, within limit: Duration) async -> Bool {
        let journal = journal
        let id = journal.makeWaiterID()
        let deadline = LoopbackClock.now + (LoopbackText.nanoseconds(limit) ?? 0)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                journal.add(id, condition, continuation)
                mailbox.send(.deadline(waiter: id, at: deadline))
                // A cancellation that came before the waiter was there did not find it.
                if Task.isCancelled { journal.abandon(id) }
            }
        } onCancel: {
            journal.abandon(id)
        }
    }
}
