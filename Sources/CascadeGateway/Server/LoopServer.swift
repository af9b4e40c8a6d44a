internal import CCascadeServer
internal import CascadeTransport
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The server on one loop's thread.
// @unchecked Sendable: `raw` is touched on the loop's thread only: in `onLoop`, which says when it is not there, and in
// what the server calls. After the loop has stopped it is nil.
@safe final class LoopServer: @unchecked Sendable {
    struct Limits: Sendable {
        var maxBodyBytes: Int
        var maxConnections: Int
        var headBytes: Int
        var outboxBytes: Int
        var idleSeconds: Int
        var head: Duration
        var slow: Duration
        var leastMovedBytes: Int
        var hold: Duration
        var heartbeat: Duration
    }

    private let loop: EventLoop
    private let ids: RequestIDs
    private let active: ActiveCount
    private let ledger: LoopLedger
    private let work: @Sendable (Exchange) async -> Void
    private let knows: @Sendable (SentKey?) -> Bool
    private var raw: OpaquePointer?

    /// What a stranger's request may have: enough for a question, and too little to fill the memory with.
    private static let freeBodyBytes = 64 << 10

    private init(
        loop: EventLoop, ids: RequestIDs, active: ActiveCount, ledger: LoopLedger,
        knows: @escaping @Sendable (SentKey?) -> Bool, work: @escaping @Sendable (Exchange) async -> Void
    ) {
        self.loop = loop
        self.ids = ids
        self.active = active
        self.ledger = ledger
        self.knows = knows
        self.work = work
        unsafe self.raw = nil
    }

    /// Serves what comes to the listener, each request by a task of its own on the loop's thread.
    ///
    /// - Parameter knows: Whose bodies are kept that are larger than anybody's may be.
    static func start(
        on loop: EventLoop, listener: consuming Listener, limits: Limits, ids: RequestIDs, active: ActiveCount,
        ledger: LoopLedger, knows: @escaping @Sendable (SentKey?) -> Bool = { _ in true },
        work: @escaping @Sendable (Exchange) async -> Void
    ) async throws(GatewayError) -> LoopServer {
        let server = LoopServer(loop: loop, ids: ids, active: active, ledger: ledger, knows: knows, work: work)
        let descriptor = listener.take()
        let error = await server.onLoop { server.start(descriptor, limits) }
        guard error == 0 else { throw GatewayError("the server could not be started", errno: error) }
        return server
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await Task(executorPreference: loop.executor) { body() }.value
    }

    private func start(_ listener: Int32, _ limits: Limits) -> Int32 {
        let retained = unsafe Unmanaged.passRetained(self)
        var options = unsafe casc_server_options(
            max_body: limits.maxBodyBytes, free_body: Self.freeBodyBytes, outbox: limits.outboxBytes,
            max_connections: UInt32(clamping: limits.maxConnections),
            idle_seconds: UInt32(clamping: limits.idleSeconds),
            connection_memory: limits.headBytes, head: limits.head.nanoseconds, slow: limits.slow.nanoseconds,
            least_moved: UInt64(limits.leastMovedBytes), hold: limits.hold.nanoseconds,
            beat: limits.heartbeat.nanoseconds, context: retained.toOpaque(),
            begin: { context, exchange in
                // Retained until `closed`.
                unsafe Unmanaged<LoopServer>.fromOpaque(context!).takeUnretainedValue().begin(exchange)
            },
            welcome: { context, exchange in
                // Retained until `closed`.
                unsafe Unmanaged<LoopServer>.fromOpaque(context!).takeUnretainedValue().knows(SentKey(of: exchange))
            },
            // An owner is retained from `begin` to `over`.
            held: { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue().beat() },
            gone: { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue().clientLeft() },
            over: { unsafe Unmanaged<Exchange>.fromOpaque($0).takeRetainedValue().ended() },
            // Made by `Exchange.waitForRoom` from a continuation, which the C side gives back exactly once.
            resume: { unsafe unsafeBitCast($0, to: UnsafeContinuation<Void, Never>.self).resume() },
            closed: { unsafe Unmanaged<LoopServer>.fromOpaque($0!).takeRetainedValue().raw = nil })
        var error: Int32 = 0
        unsafe raw = unsafe casc_server_start(loop.rawLoop, listener, &options, &error)
        // Nothing was started, so nothing will be closed.
        if unsafe raw == nil { unsafe retained.release() }
        return error
    }

    private func begin(_ raw: OpaquePointer) -> UnsafeMutableRawPointer {
        let exchange = unsafe Exchange(raw, ids: ids, executor: loop.executor, active: active, ledger: ledger)
        exchange.run(work)
        return unsafe Unmanaged.passRetained(exchange).toOpaque()
    }

    /// Accepts nothing more; what is under way goes on.
    func drain() async {
        await onLoop { [self] in
            if let raw = unsafe raw { unsafe casc_server_drain(raw) }
        }
    }

    /// Closes every connection, also those with an answer under way.
    func stop() async {
        ledger.stop()
        await onLoop { [self] in
            if let raw = unsafe raw { unsafe casc_server_stop(raw) }
        }
    }

    struct Load: Sendable {
        var exchanges = 0
        var connections = 0
        /// Bytes of requests, and of answers in pieces.
        var bodies = 0
        var outboxes = 0
    }

    /// What it holds at this moment.
    func load() async -> Load {
        await onLoop { [self] in
            guard let raw = unsafe raw else { return Load() }
            let held = unsafe casc_server_read_held(raw)
            return Load(
                exchanges: Int(unsafe casc_server_exchanges(raw)),
                connections: Int(unsafe casc_server_connections(raw)), bodies: held.bodies, outboxes: held.outboxes)
        }
    }

    /// Requests whose answer has not left wholly.
    func unfinished() async -> Int {
        await onLoop { [self] in
            guard let raw = unsafe raw else { return 0 }
            return Int(unsafe casc_server_exchanges(raw))
        }
    }
}

extension SentKey {
    /// In the server's `welcome`.
    @unsafe fileprivate init?(of raw: OpaquePointer) {
        unsafe self.init(
            authorization: Exchange.header("authorization", of: raw), apiKey: Exchange.header("x-api-key", of: raw))
    }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 { UInt64(clamping: max(attoseconds / 1_000_000_000, 1)) }
}
