/// What is known of one provider's recent service, in fixed memory.
///
/// The status follows the error rate with a memory: under 0.1 it is healthy, up to 0.3 degraded. Over 0.3 only a failure
/// moves it, to degraded, or over 0.5 to unhealthy, so that one success does not whitewash a bad run. An open circuit is
/// unhealthy, a circuit that closes again is healthy, and a provider switched off by hand is `disabled` whatever else.
public struct ProviderHealth: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case healthy, degraded, unhealthy, disabled
    }

    /// Requests that ended, well or not.
    public private(set) var total = 0
    public private(set) var successful = 0
    public private(set) var failed = 0
    /// The latencies of all successful requests, added up.
    public private(set) var summedLatency = Duration.zero
    /// When the last request ended.
    public private(set) var lastRequest: Instant?
    /// When the last failure was seen.
    public private(set) var lastError: Instant?
    /// Failures since the last success.
    public private(set) var consecutiveFailures = 0
    /// Switched off by hand. Setting it back uncovers the status that the counts gave.
    public var isDisabled = false

    private var standing = Status.healthy

    public init() {}

    /// The status at present.
    public var status: Status {
        isDisabled ? .disabled : standing
    }

    /// Mean latency of the successful requests; zero when there were none.
    public var averageLatency: Duration {
        successful == 0 ? .zero : summedLatency / successful
    }

    /// Failed over total, from 0 to 1; 0 with no requests.
    public var errorRate: Double {
        total == 0 ? 0 : Double(failed) / Double(total)
    }

    /// A request was answered after `latency`.
    public mutating func recordSuccess(latency: Duration, at now: Instant) {
        total += 1
        successful += 1
        summedLatency += max(latency, .zero)
        lastRequest = now
        consecutiveFailures = 0
        settleByRate()
    }

    /// A request failed in a way that speaks against the provider.
    ///
    /// - Parameter circuitOpen: whether the circuit is open now, this failure included.
    public mutating func recordFailure(at now: Instant, circuitOpen: Bool = false) {
        total += 1
        failed += 1
        lastRequest = now
        lastError = now
        consecutiveFailures += 1
        settleByRate()
        if circuitOpen || errorRate > 0.5 {
            standing = .unhealthy
        } else if errorRate > 0.3 {
            standing = .degraded
        }
    }

    /// The circuit closed again: the provider counts as healthy, whatever the long-run rate.
    public mutating func circuitClosed() {
        consecutiveFailures = 0
        standing = .healthy
    }

    private mutating func settleByRate() {
        if errorRate < 0.1 {
            standing = .healthy
        } else if errorRate <= 0.3 {
            standing = .degraded
        }
    }
}
