internal import Cascade
internal import CascadeTransport
internal import Synchronization

/// `GET /metrics`.
final class MetricsPage: Sendable {
    private struct Server: Sendable {
        weak var server: LoopServer?
    }

    /// The configuration's last reading: the start's, until another one is told of.
    private struct Reload {
        var succeeded = true
        var succeededAt = WallTime.now
    }

    /// One for each of the router's loops.
    let ledgers: [LoopLedger]
    private let router: CascadeRouter
    private let accessLog: AccessLog?
    private let memory: @Sendable () -> GatewayMemory
    /// Weak: the servers' work knows this page.
    private let servers = Mutex<[Server]>([])
    private let reload = Mutex(Reload())

    init(router: CascadeRouter, loopCount: Int, options: GatewayOptions) {
        self.router = router
        accessLog = options.accessLog
        memory = options.memorySource
        ledgers = (0..<loopCount).map { _ in LoopLedger(accessLog: options.accessLog, tracesRequests: router.emitsSpans)
        }
    }

    func watch(_ servers: [LoopServer]) {
        self.servers.withLock { $0 = servers.map { Server(server: $0) } }
    }

    func noteReload(succeeded: Bool) {
        reload.withLock { reload in
            reload.succeeded = succeeded
            if succeeded { reload.succeededAt = .now }
        }
    }

    func answer(_ exchange: Exchange) async {
        // Not on the loop's thread, which has requests to serve: a page of a thousand providers takes a while.
        let page = await Task.detached { await self.text() }.value
        exchange.answer(AnswerHead(status: 200, fields: exchange.ownFields(PrometheusText.contentType)), page)
    }

    private func text() async -> [UInt8] {
        var text = PrometheusText()
        let telemetry = router.telemetry
        text.write(telemetry)
        var load = LoopServer.Load()
        for server in servers.withLock({ $0.compactMap(\.server) }) { load.add(await server.load()) }
        text.write(load, held: telemetry.held)
        text.write(figures)
        text.write(memory())
        text.write(ProcessFigures.current)
        let reload = reload.withLock { $0 }
        text.family("cascade_config_last_reload_successful", .gauge, "1 if the configuration last read is in use.")
        text.sample(reload.succeeded ? 1 : 0)
        text.family(
            "cascade_config_last_reload_success_timestamp_seconds", .gauge,
            "When a configuration was last read that could be used, in seconds since 1970.")
        text.sample(Double(reload.succeededAt.nanoseconds) / 1e9)
        if let accessLog {
            text.family("cascade_access_log_dropped_total", .counter, "Lines of the access log that were not written.")
            text.sample(accessLog.dropped)
        }
        return text.bytes
    }

    private var figures: LoopLedger.Figures {
        var sum = LoopLedger.Figures()
        for ledger in ledgers { sum.add(ledger.figures) }
        return sum
    }
}

extension LoopServer.Load {
    fileprivate mutating func add(_ other: LoopServer.Load) {
        exchanges += other.exchanges
        connections += other.connections
        bodies += other.bodies
        outboxes += other.outboxes
    }
}
