internal import CascadeTransport
internal import Synchronization

/// What a gateway's operators are shown of a router: its counts since it was made, and what it holds at this moment.
package struct RouterTelemetry: Sendable {
    /// A histogram: for each bound how many values were at most that large.
    package struct Distribution: Sendable {
        package var bounds: [Double]
        package var counts: [UInt64]
        package var count: UInt64 = 0
        package var sum = 0.0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = [UInt64](repeating: 0, count: bounds.count)
        }
    }

    package struct Provider: Sendable {
        package var name: String
        /// `gen_ai.provider.name` of the OpenTelemetry conventions.
        package var conventionalName: String
        package var isEnabled: Bool
        package var health: ProviderHealth.Status
        package var circuitState: CircuitBreaker.State
        package var coolingDownFor: Duration
        /// Attempts under way.
        package var active: Int
        package var answers: Int
        package var failures: [FailureClass: Int]
        package var cost: Double
        package var promptTokens: Distribution
        package var completionTokens: Distribution
        /// Of answers, from the attempt's start to its end.
        package var latency: Distribution
        /// Of streams, from the attempt's start.
        package var timeToFirstToken: Distribution
    }

    /// Bytes at this moment.
    package struct Held: Sendable {
        /// What the requests in flight were counted as when they were let in: bodies, files, rings, kept answers.
        package var admitted: Int
        /// What they may be counted as; 0 for no limit.
        package var limit: Int
        /// The capacity of the rings of transfers under way; what is touched of it is less.
        package var rings: Int
        /// Events and bodies larger than a ring.
        package var bodies: Int
        /// Arenas that wait for their next request.
        package var idleArenas: Int
    }

    package var providers: [Provider]
    package var requests: Int
    package var answered: Int
    package var failed: Int
    /// The failed ones by their error.
    package var codes: [CascadeError.Code: Int]
    package var cancelled: Int
    package var active: Int
    package var fallbacks: Int
    package var spentToday: Double
    package var dailyBudget: Double?
    package var held: Held
    package var upstreamConnectionsOpened: UInt64
    package var openTransfers: Int

    /// Seconds: those of the conventions, and beyond them, for answers of models that reason take minutes.
    package static let secondsBounds: [Double] = (0..<17).map { 0.01 * Double(1 << $0) }
}

extension CascadeRouter {
    /// Takes each provider's lock for a moment. The histograms are summed up by the caller's thread: with many providers
    /// that is no work for a loop's.
    package var telemetry: RouterTelemetry { core.telemetry }

    /// Whether spans are started, so that their parents are worth reading.
    package var emitsSpans: Bool { core.options.emitsSpans }
}

extension RouterCore {
    fileprivate var telemetry: RouterTelemetry {
        let snapshot = snapshot
        let (now, day) = (clock.now, clock.day)
        let providers = snapshot.table.order.map { telemetry(of: snapshot.providers[$0], at: now) }
        let (active, held, loops) = (admission.active, held, loops.map(\.counters))
        return shared.withLock { shared in
            RouterTelemetry(
                providers: providers, requests: shared.counts.requests, answered: shared.counts.answered,
                failed: shared.counts.failed, codes: shared.counts.codes, cancelled: shared.counts.cancelled,
                active: active,
                fallbacks: shared.counts.fallbacks, spentToday: shared.cost.spent(day: day),
                dailyBudget: shared.cost.dailyBudget, held: held,
                upstreamConnectionsOpened: loops.reduce(0) { $0 + $1.connectionsOpened },
                openTransfers: loops.reduce(0) { $0 + $1.openTransfers })
        }
    }

    private func telemetry(of provider: Provider, at now: Instant) -> RouterTelemetry.Provider {
        let pause = shared.withLock { $0.cooldowns.longestPause(provider: provider.name, at: now) }
        // A copy, so that the lock is not held while the histograms are read.
        let (state, circuit) = provider.state.withLock { ($0, $0.breaker.state(at: now)) }
        let bounds = RouterTelemetry.secondsBounds
        return RouterTelemetry.Provider(
            name: provider.name, conventionalName: provider.type.conventionalName, isEnabled: provider.isEnabled,
            health: provider.isEnabled ? state.health.status : .disabled, circuitState: circuit,
            coolingDownFor: max(pause.map { now.duration(to: $0.until) } ?? .zero, .zero), active: state.active,
            answers: state.answers, failures: state.failures, cost: state.cost,
            promptTokens: state.promptSizes.distribution, completionTokens: state.completionSizes.distribution,
            latency: state.latency.distribution(bounds), timeToFirstToken: state.timeToFirstToken.distribution(bounds))
    }

    private var held: RouterTelemetry.Held {
        let open = loops.reduce(0) { $0 + $1.counters.openTransfers }
        return RouterTelemetry.Held(
            admitted: admission.bytes, limit: options.tuning.memoryLimitBytes, rings: open * options.tuning.ringBytes,
            bodies: spilledBytes, idleArenas: arenas.idleBytes)
    }
}
