import CLinux
import Foundation
import Glibc
import Synchronization

/// Something that happens once, for tasks and for threads.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let semaphore = DispatchSemaphore(value: 0)

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
        semaphore.signal()
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    /// For a thread of a test's own. Gives up after some seconds, so that a failing test ends; or as told.
    func waitOnThread(milliseconds: Int = 10_000) {
        if semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success { semaphore.signal() }
    }
}

/// A server on 127.0.0.1 that sends exactly the bytes its script says, one blocking thread a connection.
final class ScriptedServer: Sendable {
    private let listener: Int32
    let port: UInt16
    private let identity: TLSIdentity?
    private let accepted = Atomic(0)
    private let requested = Atomic(0)

    /// - Parameters:
    ///   - identity: Makes it a server of HTTPS; a connection whose handshake fails never reaches the script.
    ///   - script: Runs for each connection; the connection is closed when it returns.
    init(_ identity: TLSIdentity? = nil, _ script: @escaping @Sendable (ScriptedConnection) -> Void) {
        self.identity = identity
        (listener, port) = listeningSocket(backlog: 128)
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let socket = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
                guard socket >= 0 else { return }
                guard let self else {
                    close(socket)
                    return
                }
                let number = accepted.add(1, ordering: .relaxed).newValue
                let connection = ScriptedConnection(socket: socket, number: number) { [weak self] in
                    self?.requested.add(1, ordering: .relaxed)
                }
                Thread.detachNewThread {
                    if identity.map({ connection.startTLS($0) }) ?? true { script(connection) }
                    connection.close()
                }
            }
        }
    }

    /// A server that answers each request of each connection with the same bytes, and then keeps the connection.
    convenience init(_ identity: TLSIdentity? = nil, answering response: String) {
        self.init(identity) { connection in
            while connection.readRequest() != nil { connection.send(response) }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "\(identity == nil ? "http" : "https")://127.0.0.1:\(port)/v1/chat" }
    var connections: Int { accepted.load(ordering: .relaxed) }
    var requests: Int { requested.load(ordering: .relaxed) }
}

/// One connection of a ``ScriptedServer``, on its own thread.
// Sendable: one thread uses it.
final class ScriptedConnection: @unchecked Sendable {
    /// Counted from 1.
    let number: Int
    private var socket: Int32
    private var tls: TLSSession?
    private var input: [UInt8] = []
    private let count: @Sendable () -> Void

    init(socket: Int32, number: Int, count: @escaping @Sendable () -> Void) {
        self.socket = socket
        self.number = number
        self.count = count
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    fileprivate func startTLS(_ identity: TLSIdentity) -> Bool {
        tls = TLSSession(identity, socket: socket)
        return tls != nil
    }

    /// The request's head and body; `nil` when the peer has gone.
    func readRequest() -> String? {
        guard let head = readHead() else { return nil }
        let field = head.lowercased().components(separatedBy: "content-length: ").dropFirst().first
        let length = field.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        while input.count < length { guard fill() else { return nil } }
        let body = String(decoding: input.prefix(length), as: UTF8.self)
        input.removeFirst(length)
        return head + body
    }

    /// The request's head, up to its empty line.
    func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = input.firstRange(of: end) {
                let head = String(decoding: input[..<range.upperBound], as: UTF8.self)
                input.removeSubrange(..<range.upperBound)
                count()
                return head
            }
            guard fill() else { return nil }
        }
    }

    /// For those that read requests of their own kind.
    func countRequest() { count() }

    /// Reads and forgets bytes, until these are all or the peer has gone.
    func discard(_ count: Int) {
        while input.count < count, fill() {}
        input.removeFirst(min(count, input.count))
    }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = receive(&buffer)
        guard count > 0 else { return false }
        input += buffer.prefix(count)
        return true
    }

    private func receive(_ buffer: inout [UInt8]) -> Int {
        unsafe buffer.withUnsafeMutableBytes { bytes in
            if let tls { return unsafe tls.read(bytes) }
            return unsafe recv(socket, bytes.baseAddress, bytes.count, 0)
        }
    }

    /// So many bytes; `nil` when the peer has gone before.
    func read(_ count: Int) -> [UInt8]? {
        while input.count < count { guard fill() else { return nil } }
        defer { input.removeFirst(count) }
        return Array(input.prefix(count))
    }

    /// False when the peer has gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                if let tls { return unsafe tls.write(rest) }
                return unsafe Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads until the peer closes or resets; when that was, or `nil` when it did not.
    func waitForClose() -> ContinuousClock.Instant? {
        var byte: [UInt8] = [0]
        while true {
            let count = receive(&byte)
            if count == 0 || (count < 0 && (tls != nil || errno == ECONNRESET)) { return .now }
            if count < 0 { return nil }
        }
    }

    /// Over TLS without a word: see ``notifyClose()``.
    func close() {
        guard socket >= 0 else { return }
        tls = nil
        Glibc.close(socket)
        socket = -1
    }

    /// Over TLS: announces the close that follows.
    func notifyClose() { tls?.notifyClose() }

    /// Sends a FIN and goes on to read.
    func closeHalf() { shutdown(socket, Int32(SHUT_WR)) }

    /// Closes with a RST.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}

/// A port to which connecting neither succeeds nor fails.
final class BlackHole: Sendable {
    private let sockets: [Int32]
    let port: UInt16

    init() {
        let (listener, port) = listeningSocket(backlog: 0)
        self.port = port
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        // Nobody accepts: once the queue is full the kernel drops whatever asks for a connection.
        sockets =
            [listener]
            + (0..<4).map { _ in
                let client = socket(AF_INET, type, 0)
                _ = unsafe withLoopbackAddress(port: port) { unsafe connect(client, $0, $1) }
                return client
            }
    }

    deinit { for socket in sockets { close(socket) } }

    var url: String { "http://127.0.0.1:\(port)/" }
}

/// A port that nothing listens on, and that nobody else gets while the result lives.
final class ClosedPort: Sendable {
    private let socket: Int32
    let port: UInt16

    init() { (socket, port) = boundSocket() }
    deinit { close(socket) }

    var url: String { "http://127.0.0.1:\(port)/" }
}

private func listeningSocket(backlog: Int32) -> (Int32, UInt16) {
    let (listener, port) = boundSocket()
    precondition(listen(listener, backlog) == 0)
    return (listener, port)
}

private func boundSocket() -> (Int32, UInt16) {
    let bound = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    precondition(unsafe withLoopbackAddress(port: 0) { unsafe bind(bound, $0, $1) } == 0)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            _ = unsafe getsockname(bound, address, &length)
        }
    }
    return (bound, UInt16(bigEndian: address.sin_port))
}

private func withLoopbackAddress(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            unsafe body(address, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
