public import Cascade
internal import CascadeTransport

/// A router behind HTTP, for clients that speak OpenAI's formats or Anthropic's, and for its operators.
///
/// It serves on the router's own threads: a request is accepted, routed, sent upstream and answered on one of them.
///
/// ```swift
/// let gateway = try await GatewayServer(router: router)
/// print(gateway.address)
/// ```
///
/// ``shutdown(within:)`` ends it, and so does the router's own shutdown, though not as gently.
public final class GatewayServer: Sendable {
    /// The port that is listened on.
    public let port: UInt16
    /// `http://127.0.0.1:8080`.
    public let address: String
    private let servers: [LoopServer]
    private let active: ActiveCount
    private let keeper: StoreKeeper?
    private let metrics: MetricsPage
    /// What cancelled requests may take to end.
    private static let settling = Duration.seconds(2)

    /// Begins to serve.
    ///
    /// - Throws: ``GatewayError`` when the address cannot be listened on, or the store not be read.
    public init(router: CascadeRouter, options: GatewayOptions = GatewayOptions()) async throws(GatewayError) {
        let keeper = try await StoreKeeper.open(options, router: router)
        let gate = try Self.gate(options, keeper?.keys, router)
        let loops = router.eventLoops
        // Several listeners of one port would also share it with another process: ask for it alone first.
        let probe = try Listener(address: options.host, port: options.port)
        let port = probe.port
        let active = ActiveCount()
        let metrics = MetricsPage(router: router, loopCount: loops.count, options: options)
        let dashboard = Dashboard(router: router, active: active, keys: keeper?.keys, options: options)
        let routes = Routes(router: router, active: active, gate: gate, metrics: metrics, dashboard: dashboard)
        let (ids, limits) = (RequestIDs(), LoopServer.Limits(options))
        var servers: [LoopServer] = []
        let serve = { @Sendable (exchange: Exchange) in await routes.serve(exchange) }
        if loops.count == 1 {
            servers.append(
                try await LoopServer.start(
                    on: loops[0], listener: probe, limits: limits, ids: ids, active: active,
                    ledger: metrics.ledgers[0], knows: gate.knows, work: serve))
        } else {
            probe.close()
            do throws(GatewayError) {
                for (loop, ledger) in zip(loops, metrics.ledgers) {
                    let listener = try Listener(address: options.host, port: port, isShared: true)
                    servers.append(
                        try await LoopServer.start(
                            on: loop, listener: listener, limits: limits, ids: ids, active: active,
                            ledger: ledger, knows: gate.knows, work: serve))
                }
            } catch {
                // Those that were started would go on serving, for nobody to end.
                for server in servers { await server.stop() }
                throw error
            }
        }
        metrics.watch(servers)
        self.port = port
        address = Self.address(host: options.host, port: port)
        self.servers = servers
        self.active = active
        self.keeper = keeper
        keeper?.start()
        self.metrics = metrics
    }

    package static func address(host: String, port: UInt16) -> String {
        "http://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    /// Who may ask what; throws where nobody should be served.
    private static func gate(
        _ options: GatewayOptions, _ keys: KeyRing?, _ router: CascadeRouter
    ) throws(GatewayError) -> Gate {
        guard let isLoopback = Listener.isLoopback(options.host) else {
            throw GatewayError("\(options.host) is not an address in numbers, such as 127.0.0.1 or ::1")
        }
        guard isLoopback || options.allowsAnyHost || keys?.isEnforced == true else {
            var error = GatewayError(
                "\(options.host) can be reached from outside, and whoever reaches it would use the providers' keys")
            error.isHostRefused = true
            throw error
        }
        return Gate(router: router, keys: keys, isLoopback: isLoopback)
    }

    /// What its providers did; `nil` without a store.
    public var history: GatewayHistory? { keeper?.history }

    /// Has `GET /metrics` tell of a configuration that was read anew, and whether it is in use.
    public func noteReload(succeeded: Bool) {
        metrics.noteReload(succeeded: succeeded)
    }

    /// Accepts no more connections, answers new requests on those that are open with 503, and gives those under way a
    /// while to finish; then closes every connection. The router goes on.
    public func shutdown(within grace: Duration = .zero) async {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: grace)
        // First of all: whoever finds that nobody listens any more is refused on a connection that is open.
        active.refuse()
        for server in servers { await server.drain() }
        await active.waitUntilNone(within: grace)
        // The last answers are on their way.
        for server in servers {
            while await server.unfinished() > 0, clock.now < end, !Task.isCancelled {
                try? await clock.sleep(for: .milliseconds(5))
            }
            await server.stop()
        }
        // Requests that were cut off are on their way to their end, where their keys pay for them.
        await active.waitUntilNone(within: Self.settling)
        await keeper?.stop()
    }
}

extension LoopServer.Limits {
    init(_ options: GatewayOptions) {
        self.init(
            maxBodyBytes: options.maxBodyBytes, maxConnections: options.maxConnections,
            headBytes: max(options.maxHeadBytes, 4 << 10), outboxBytes: options.outboxBytes,
            idleSeconds: Int(max(options.idleTimeout.components.seconds, 1)), head: options.headTimeout,
            slow: options.slowTimeout, leastMovedBytes: max(options.leastMovedBytes, 1),
            hold: options.holdBeforeHeartbeat, heartbeat: options.heartbeat)
    }
}
