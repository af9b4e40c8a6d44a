/// What the router knows about one provider: figures, circuit breaker, status.
struct ProviderHealth: Sendable {
    enum Circuit: String {
        case closed
        case open
        case halfOpen = "half_open"
    }

    enum Status: String {
        case healthy
        case degraded
        case unhealthy
    }

    static let recoveryTimeout = Duration.seconds(60)
    static let halfOpenSuccesses = 2

    private(set) var circuit = Circuit.closed
    private(set) var status = Status.healthy
    private(set) var total = 0
    private(set) var successful = 0
    private(set) var failed = 0
    private(set) var summedLatency = Duration.zero
    private(set) var lastRequest: ContinuousClock.Instant?
    private(set) var lastError: ContinuousClock.Instant?
    private var consecutiveFailures = 0
    private var openedAt: ContinuousClock.Instant?
    private var probesPassed = 0

    var errorRate: Double { total == 0 ? 0 : Double(failed) / Double(total) }
    var averageLatency: Duration { total == 0 ? .zero : summedLatency / total }

    /// Whether it may be tried. An open circuit that is due becomes half-open.
    mutating func admits(at now: ContinuousClock.Instant) -> Bool {
        guard circuit == .open else { return true }
        guard let openedAt, now - openedAt >= Self.recoveryTimeout else { return false }
        circuit = .halfOpen
        probesPassed = 0
        return true
    }

    mutating func recordSuccess(latency: Duration, at now: ContinuousClock.Instant) {
        total += 1
        successful += 1
        summedLatency += latency
        lastRequest = now
        consecutiveFailures = 0
        status = errorRate < 0.1 ? .healthy : .degraded
        if circuit == .halfOpen { recordProbe() }
    }

    /// - Parameter threshold: Failures in a row that open the circuit.
    mutating func recordFailure(at now: ContinuousClock.Instant, threshold: Int) {
        total += 1
        failed += 1
        lastRequest = now
        lastError = now
        consecutiveFailures += 1
        if errorRate > 0.5 {
            status = .unhealthy
        } else if errorRate > 0.3 {
            status = .degraded
        }
        if consecutiveFailures >= threshold { open(at: now) }
    }

    private mutating func recordProbe() {
        probesPassed += 1
        guard probesPassed >= Self.halfOpenSuccesses else { return }
        circuit = .closed
        openedAt = nil
        probesPassed = 0
        status = .healthy
    }

    private mutating func open(at now: ContinuousClock.Instant) {
        circuit = .open
        openedAt = now
        status = .unhealthy
    }
}
