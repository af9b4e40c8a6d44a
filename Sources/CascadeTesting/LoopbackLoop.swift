import Synchronization

/// Whether the loop could start, for the thread that waits for it.
final class LoopbackStart: Sendable {
    private let failure = Mutex<LoopbackProvider.StartError?>(nil)

    var error: LoopbackProvider.StartError? {
        get { failure.withLock { $0 } }
        set { failure.withLock { $0 = newValue } }
    }
}

/// The event loop: everything in it belongs to its one thread.
final class LoopbackLoop {
    enum Timer {
        case connection(token: UInt64)
        case waiter(Int)
        case accept
    }

    /// Connections have a number of 1 or more in the upper half of their token, and their descriptor in the lower.
    private static let wakeToken: UInt64 = 0
    private static let listenerToken: UInt64 = 1

    private let port: UInt16
    private let mailbox: LoopbackMailbox
    let journal: LoopbackJournal
    var poller: LoopbackPoller
    var scripts: LoopbackScripts
    var timers = LoopbackTimers<Timer>()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    /// By descriptor.
    private var connections: [LoopbackConnection?] = []
    private var accepted = 0
    private var listener: Int32?
    private var isRunning = true

    /// Runs on the current thread until the mailbox says stop. Signals `ready` once the port is open, or `outcome` has
    /// the error.
    static func run(
        port: UInt16, script: LoopbackProvider.Script, mailbox: LoopbackMailbox, journal: LoopbackJournal,
        outcome: LoopbackStart, ready: LoopbackEvent
    ) {
        do {
            let loop = try LoopbackLoop(port: port, script: script, mailbox: mailbox, journal: journal)
            ready.signal()
            loop.run()
        } catch {
            outcome.error = error
            ready.signal()
        }
        mailbox.refuse()
    }

    private init(
        port: UInt16, script: LoopbackProvider.Script, mailbox: LoopbackMailbox, journal: LoopbackJournal
    ) throws(LoopbackProvider.StartError) {
        self.port = port
        self.mailbox = mailbox
        self.journal = journal
        scripts = LoopbackScripts(script)
        poller = try LoopbackPoller()
        poller.add(mailbox.descriptor, .readable, token: Self.wakeToken)
        if !script.refusesConnections { try listen() }
    }

    private func run() {
        while isRunning {
            let count = poller.wait(nanoseconds: timeout())
            let events = (0..<count).map { poller.event($0) }
            // Commands first: who sends one before a request must find it obeyed.
            if events.contains(where: { $0.token == Self.wakeToken }) { obey() }
            for event in events { handle(event.token, event.interest) }
            fireTimers()
        }
        for connection in connections { connection.map { close($0, outcome: .stopped) } }
        stopListening()
    }

    private func timeout() -> UInt64? {
        guard let next = timers.next else { return nil }
        let now = LoopbackClock.now
        return next > now ? next - now : 0
    }

    private func fireTimers() {
        guard !timers.isEmpty else { return }
        let now = LoopbackClock.now
        while let timer = timers.popDue(at: now) {
            switch timer {
            case .waiter(let id): journal.abandon(id)
            case .accept: if listener != nil { acceptAll() }
            case .connection(let token):
                guard let connection = connection(token), connection.waiting == .timer else { continue }
                connection.waiting = .nothing
                pump(connection)
            }
        }
    }

    private func handle(_ token: UInt64, _ interest: LoopbackPoller.Interest) {
        if token == Self.listenerToken { return acceptAll() }
        // An event for a connection that an earlier one of the same round has closed finds nothing.
        guard let connection = connection(token) else { return }
        if interest.contains(.writable), connection.waiting == .writability {
            poller.modify(connection.socket, [.readable, .peerClosed], token: token)
            connection.waiting = .nothing
            pump(connection)
        }
        if interest.contains(.readable), connection.isOpen { receive(connection) }
        if !interest.isDisjoint(with: [.peerClosed, .broken]), connection.isOpen { peerClosed(connection) }
    }

    // MARK: Commands

    private func obey() {
        for letter in mailbox.take() {
            switch letter.command {
            case .setScript(let script): setScript(script)
            case .push(let next): scripts.push(next)
            case .deadline(let waiter, let deadline): timers.add(.waiter(waiter), at: deadline)
            case .stop: isRunning = false
            }
            letter.done?.signal()
        }
    }

    private func setScript(_ script: LoopbackProvider.Script) {
        scripts.set(script)
        if script.refusesConnections {
            stopListening()
            for case let connection? in connections where connection.plan == nil {
                close(connection, outcome: nil)
            }
        } else if listener == nil {
            // The port is reserved, so it fails only when no descriptor is left; then connections are refused.
            try? listen()
        }
    }

    // MARK: Connections

    private func listen() throws(LoopbackProvider.StartError) {
        let socket = try LoopbackSocket.listening(port: port)
        poller.add(socket, .readable, token: Self.listenerToken)
        listener = socket
    }

    private func stopListening() {
        if let listener { LoopbackSocket.close(listener) }
        listener = nil
    }

    private func acceptAll() {
        guard let listener else { return }
        while true {
            switch LoopbackSocket.accept(listener) {
            case .none:
                return poller.modify(listener, .readable, token: Self.listenerToken)
            case .exhausted:
                // The listener stays readable: without a pause the loop would spin until a descriptor is free.
                poller.modify(listener, [], token: Self.listenerToken)
                return timers.add(.accept, at: LoopbackClock.now + 10_000_000)
            case .connection(let socket):
                add(socket)
            }
        }
    }

    private func add(_ socket: Int32) {
        accepted += 1
        let token = UInt64(UInt32(truncatingIfNeeded: accepted)) << 32 | UInt64(UInt32(socket))
        let connection = LoopbackConnection(socket: socket, token: token, number: accepted)
        let index = Int(socket)
        if index >= connections.count {
            connections += repeatElement(nil, count: index + 1 - connections.count)
        }
        connections[index] = connection
        poller.add(socket, [.readable, .peerClosed], token: token)
        journal.connectionOpened()
    }

    private func connection(_ token: UInt64) -> LoopbackConnection? {
        let index = Int(UInt32(truncatingIfNeeded: token))
        guard index < connections.count, let connection = connections[index], connection.token == token else {
            return nil
        }
        return connection
    }

    func peerClosed(_ connection: LoopbackConnection) {
        close(connection, outcome: nil)
        guard let request = connection.request else { return }
        // One change, after all others: whoever waits for it finds everything in its final state.
        journal.update(request) {
            $0.closedByPeerAt = .now
            if $0.outcome == .pending { $0.outcome = .abandoned }
        }
    }

    /// - Parameter outcome: What becomes of a request that has none yet.
    func close(_ connection: LoopbackConnection, outcome: LoopbackProvider.Outcome?, resets: Bool = false) {
        connection.isOpen = false
        connection.plan = nil
        connections[Int(connection.socket)] = nil
        if resets {
            LoopbackSocket.reset(connection.socket)
        } else {
            LoopbackSocket.close(connection.socket)
        }
        journal.connectionClosed()
        if let outcome, let request = connection.request {
            journal.update(request) { if $0.outcome == .pending { $0.outcome = outcome } }
        }
    }

    private func receive(_ connection: LoopbackConnection) {
        while true {
            switch LoopbackSocket.receive(connection.socket, into: &buffer) {
            case .wouldBlock:
                return pump(connection)
            case .closed:
                pump(connection)
                if connection.isOpen { peerClosed(connection) }
                return
            case .bytes(let count):
                connection.input += buffer[..<count]
                // A short read has emptied the socket, as epoll(7) has it.
                if count < buffer.count { return pump(connection) }
            }
        }
    }
}
