internal import Cascade
internal import CascadeTesting
internal import Synchronization

/// The load, and all that is done to the router meanwhile.
final class Soak: Sendable {
    let servers: SoakServers
    let router: CascadeRouter
    let ledger = SoakLedger()
    let callers: Int
    let rate: Double
    let seed: UInt64
    private let gateway: SoakGateway?
    private let progress = Mutex(SoakProgress())

    /// - Parameter isGateway: Whether callers ask over HTTP.
    init(callers: Int, rate: Double, seed: UInt64, isGateway: Bool) async throws {
        (self.callers, self.rate, self.seed) = (callers, rate, seed)
        servers = try SoakServers(seed: seed)
        router = try SoakSettings.router(of: servers, seed: seed)
        gateway = isGateway ? try await SoakGateway(router: router, connections: callers) : nil
    }

    /// Puts the router under load for a while, lets it come to rest and looks at what is left.
    ///
    /// - Parameter salt: Makes one stretch differ from another.
    func run(for time: Duration, salt: UInt64) async -> SoakSample {
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            let end = start + time
            group.addTask { await self.reloadEvery(.seconds(10), until: end) }
            group.addTask { await self.breakProviders(until: end) }
            group.addTask { await self.watchCircuits(until: end) }
            group.addTask { await self.sample(until: end, from: start) }
            group.addTask { await self.readLogs(until: end) }
            for index in 0..<callers {
                var caller = SoakCaller(
                    router: router, servers: servers, ledger: ledger, gateway: gateway,
                    pause: .seconds(Double(callers) / rate), generator: SplitMix64(seed: seed ^ salt &+ UInt64(index)))
                group.addTask { await caller.ask(until: end) }
            }
        }
        // Callers that began before the end are done by now; what providers have still to read takes a moment.
        await readLogs(until: .now + .seconds(2))
        return SoakSample(second: Int((ContinuousClock.now - start).components.seconds), purging: true)
    }

    /// The findings once nothing is under way any more.
    func finish() async -> (SoakLedger.Findings, SoakProgress) {
        await readLogs(until: .now + .seconds(1))
        await gateway?.shutdown()
        await router.shutdown()
        servers.stop()
        var findings = ledger.findings
        let left = ledger.pendingCount
        if left > 0 { findings.complain("\(left) requests never came to an end") }
        return (findings, progress.withLock { $0 })
    }

    private func reloadEvery(_ interval: Duration, until end: ContinuousClock.Instant) async {
        while await pause(interval, until: end) {
            let count = progress.withLock { progress in
                progress.reloads += 1
                return progress.reloads
            }
            do throws(CascadeError) {
                try router.reload(SoakSettings.configuration(of: servers, reload: count))
            } catch {
                progress.withLock { $0.complaints.append("reload \(count): \(error)") }
            }
        }
    }

    private func breakProviders(until end: ContinuousClock.Instant) async {
        while await pause(.seconds(4), until: end) {
            let turn = progress.withLock { progress in
                progress.outages += 1
                return progress.outages
            }
            servers.breakDown(turn)
            _ = await pause(.seconds(2), until: end)
            servers.recover(turn)
        }
    }

    private func watchCircuits(until end: ContinuousClock.Instant) async {
        var last: [String: CircuitBreaker.State] = [:]
        while await pause(.milliseconds(20), until: end) {
            for provider in router.metrics.providers {
                let before = last.updateValue(provider.circuitState, forKey: provider.name) ?? .closed
                guard before != provider.circuitState else { continue }
                progress.withLock { progress in
                    if provider.circuitState == .open { progress.opened += 1 }
                    if provider.circuitState == .closed { progress.closed += 1 }
                }
            }
        }
    }

    private func sample(until end: ContinuousClock.Instant, from start: ContinuousClock.Instant) async {
        while await pause(.seconds(10), until: end) {
            let second = Int((ContinuousClock.now - start).components.seconds)
            progress.withLock { $0.samples.append(SoakSample(second: second)) }
        }
    }

    /// Tells the ledger what providers saw, a few times a second.
    private func readLogs(until end: ContinuousClock.Instant) async {
        repeat {
            ledger.look(at: servers.all.flatMap { unread($0) })
        } while await pause(.milliseconds(250), until: end)
    }

    private func unread(_ server: SoakServers.Server) -> [Int] {
        let log = server.double.log
        let next = progress.withLock { progress in
            defer { progress.read[server.name] = (log.last?.index ?? -1) + 1 }
            return progress.read[server.name, default: 0]
        }
        if let first = log.first, first.index > next {
            progress.withLock { $0.complaints.append("\(server.name) forgot requests before they were read") }
        }
        return log.drop { $0.index < next }.compactMap { record in
            let parts = record.bodyText.split(separator: "#", omittingEmptySubsequences: false)
            return parts.count > 1 ? Int(parts[1]) : nil
        }
    }

    /// False when the end comes first.
    private func pause(_ time: Duration, until end: ContinuousClock.Instant) async -> Bool {
        let next = ContinuousClock.now + time
        try? await Task.sleep(until: min(next, end))
        return next < end
    }
}

/// What was done to the router, and what was seen of it.
struct SoakProgress: Sendable {
    var reloads = 0
    var outages = 0
    var opened = 0
    var closed = 0
    var samples: [SoakSample] = []
    var complaints: [String] = []
    fileprivate(set) var read: [String: Int] = [:]
}
