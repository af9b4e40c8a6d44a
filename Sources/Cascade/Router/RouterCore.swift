internal import CascadeTransport
internal import Logging
internal import Synchronization

/// What all requests of a router share.
final class RouterCore: Sendable {
    /// Changed under the router's lock, for the length of one step: no await, no callback, no log.
    struct Shared {
        var snapshot: Snapshot
        var cache: DecisionCache
        var cooldowns = CooldownTable()
        var budget = RetryBudget()
        var generator: SplitMix64
        var cost: CostMeter
        /// What was switched by hand, by provider name; it outlives reloads.
        var overrides: [String: Bool] = [:]
        var states: [String: ProviderState] = [:]
        var counts = Counts()
        var isShutDown = false
    }

    struct Counts {
        var requests = 0
        var answered = 0
        var failed = 0
        var cancelled = 0
        var fallbacks = 0
        /// Of the failed ones.
        var codes: [CascadeError.Code: Int] = [:]
    }

    let options: RouterOptions
    let loops: [EventLoop]
    let arenas: ArenaPool
    let admission: Admission
    let pulls = ModelPulls()
    let pauses = PauseGate()
    let streams = LiveStreams()
    let emitter: MetricsEmitter
    let shared: Mutex<Shared>
    /// Held while a configuration is taken into use, so that two changes at a time do not undo one another.
    let installing = Mutex(())

    var clock: any RouterClock { options.clock }
    var logger: Logger { options.logger }

    init(configuration: CascadeConfiguration, options: RouterOptions) throws(CascadeError) {
        try configuration.checkUsable()
        self.options = options
        let tuning = options.tuning
        arenas = ArenaPool(tuning: tuning)
        emitter = MetricsEmitter(isEnabled: options.emitsMetrics)
        let loops = try Self.makeLoops(tuning)
        self.loops = loops
        let maxRequests = Self.requestLimit(tuning.maxConcurrentRequests, descriptors: EventLoop.descriptorLimit)
        admission = Admission(
            maxRequests: maxRequests, maxBytes: tuning.memoryLimitBytes, clock: options.clock,
            held: { Self.spilledBytes(loops) })
        let snapshot = try Self.makeSnapshot(
            configuration, overrides: [:], states: [:], after: nil, loops: loops, tuning: tuning)
        shared = Mutex(
            Shared(
                snapshot: snapshot,
                cache: DecisionCache(capacity: tuning.decisionCacheEntries),
                generator: SplitMix64(seed: options.seed ?? UInt64.random(in: .min ... .max)),
                cost: CostMeter(configuration.costTracking),
                states: snapshot.states))
    }

    /// A request needs two descriptors at most, and the rest of the process some: who finds none waits, and does not fail.
    static func requestLimit(_ tuned: Int, descriptors: Int) -> Int {
        min(tuned, max(1, (descriptors - 64) / 2))
    }

    /// Bytes held of events and bodies that are larger than a ring.
    var spilledBytes: Int { Self.spilledBytes(loops) }

    private static func spilledBytes(_ loops: [EventLoop]) -> Int {
        loops.reduce(0) { $0 + $1.spilledBytes }
    }

    private static func makeLoops(_ tuning: Tuning) throws(CascadeError) -> [EventLoop] {
        let configuration = TransportConfiguration(
            ringBytes: tuning.ringBytes,
            maxIdle: tuning.poolMaxIdle,
            connectionsPerHost: tuning.connectionsPerHost,
            connectionMaxIdle: tuning.connectionMaxIdle,
            receiveBufferBytes: tuning.curlBufferBytes)
        var loops: [EventLoop] = []
        do throws(EventLoopError) {
            for _ in 0..<max(tuning.ioThreads, 1) { loops.append(try EventLoop(configuration: configuration)) }
        } catch {
            throw CascadeError(code: .local, message: error.message)
        }
        return loops
    }

    /// - Parameters:
    ///   - states: What is known of providers by name; a new name begins anew.
    ///   - old: The snapshot whose connections are kept where a provider has not changed.
    private static func makeSnapshot(
        _ configuration: CascadeConfiguration, overrides: [String: Bool], states: [String: ProviderState],
        after old: Snapshot?, loops: [EventLoop], tuning: Tuning
    ) throws(CascadeError) -> Snapshot {
        let breaker = CircuitBreaker.Settings(configuration.cascade.circuitBreaker)
        var states = states
        var providers: [Provider] = []
        for (index, provider) in configuration.providers.enumerated() {
            let state = states[provider.name] ?? ProviderState(breaker: breaker)
            states[provider.name] = state
            providers.append(
                try Provider(
                    provider, isEnabled: overrides[provider.name] ?? provider.enabled, in: configuration, state: state,
                    after: old?[provider.name], loop: loops[index % loops.count], tuning: tuning))
        }
        return Snapshot(configuration: configuration, providers: providers)
    }

    func reload(_ configuration: CascadeConfiguration) throws(CascadeError) {
        try configuration.checkUsable()
        try installing.withLock { _ throws(CascadeError) in
            try install(configuration, overrides: shared.withLock { $0.overrides })
        }
    }

    /// Builds a snapshot and, if that works, takes it into use. Requests in flight keep theirs. With `installing` held.
    func install(_ configuration: CascadeConfiguration, overrides: [String: Bool]) throws(CascadeError) {
        let (old, states, isShutDown) = shared.withLock { ($0.snapshot, $0.states, $0.isShutDown) }
        if isShutDown { throw .shutDown }
        let snapshot = try Self.makeSnapshot(
            configuration, overrides: overrides, states: states, after: old, loops: loops, tuning: options.tuning)
        let breaker = CircuitBreaker.Settings(configuration.cascade.circuitBreaker)
        let now = clock.now
        for provider in snapshot.providers {
            provider.state.withLock { state in
                let before = state.breaker.state(at: now)
                state.breaker.settings = breaker
                if before != .closed, state.breaker.state(at: now) == .closed { state.health.circuitClosed() }
            }
        }
        let kept = snapshot.states
        shared.withLock { shared in
            shared.snapshot = snapshot
            shared.states = kept
            shared.overrides = overrides
            shared.cache.removeAll()
            shared.cooldowns.keep(kept.keys)
            // A pause was given to the old key, or by the old server.
            for provider in snapshot.providers where !provider.isSameAccount(as: old[provider.name]) {
                shared.cooldowns.clear(provider: provider.name)
            }
            shared.cost.configure(configuration.costTracking)
        }
    }

    var snapshot: Snapshot { shared.withLock { $0.snapshot } }

    var isShutDown: Bool { shared.withLock { $0.isShutDown } }

    func shutdown(within grace: Duration) async {
        admission.close()
        if grace > .zero { await admission.waitUntilEmpty(atMost: grace) }
        shared.withLock { $0.isShutDown = true }
        pauses.close()
        for loop in loops { loop.shutdown() }
        // The loops' threads end when the last transfer is closed, also one whose stream nobody reads.
        streams.close()
        for loop in loops { await loop.waitUntilStopped() }
    }
}

extension CircuitBreaker.Settings {
    init(_ settings: CascadeConfiguration.CircuitBreakerSettings) {
        self.init(
            failureThreshold: settings.failureThreshold, recoveryTimeout: settings.recoveryTimeout,
            halfOpenMaxCalls: settings.halfOpenMaxCalls)
    }
}

extension CostMeter {
    init(_ settings: CascadeConfiguration.CostTracking) {
        self.init()
        configure(settings)
    }

    /// Keeps what was spent.
    mutating func configure(_ settings: CascadeConfiguration.CostTracking) {
        dailyBudget = settings.enabled ? settings.budgetDailyUSD : nil
        alertPercent = settings.alertThresholdPercent
    }
}
