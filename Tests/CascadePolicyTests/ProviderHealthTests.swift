import CascadePolicy
import Testing

@Suite("Provider health")
struct ProviderHealthTests {
    static func after(_ ends: String) -> ProviderHealth {
        var health = ProviderHealth()
        for (second, end) in ends.enumerated() {
            let now = Instant(seconds: second)
            if end == "x" {
                health.recordFailure(at: now)
            } else {
                health.recordSuccess(latency: .milliseconds(100), at: now)
            }
        }
        return health
    }

    @Test("nothing seen is healthy, with averages of zero")
    func empty() {
        let health = ProviderHealth()
        #expect(health.status == .healthy)
        #expect(health.averageLatency == .zero)
        #expect(health.errorRate == 0)
        #expect(health.lastRequest == nil)
    }

    @Test("counts, latency and times")
    func counts() {
        var health = Self.after("..x")
        health.recordSuccess(latency: .milliseconds(400), at: 9)
        #expect(health.total == 4)
        #expect(health.successful == 3)
        #expect(health.failed == 1)
        #expect(health.errorRate == 0.25)
        #expect(health.averageLatency == .milliseconds(200))
        #expect(health.lastRequest == 9)
        #expect(health.lastError == 2)
        #expect(health.consecutiveFailures == 0)
        #expect(Self.after(".xx").consecutiveFailures == 2)
    }

    @Test(
        "the status follows the error rate, and one success does not whitewash a bad run",
        arguments: [
            (".", ProviderHealth.Status.healthy), ("..........x", .healthy), (".........x", .degraded),
            (".......xxx", .degraded), ("...x", .degraded), ("...xx", .degraded),
            (".xx", .unhealthy), ("x", .unhealthy),
            ("x.", .unhealthy), ("..xx.", .degraded),
            ("x...", .degraded), ("xxx.......", .degraded), ("x..........", .healthy),
        ])
    func status(ends: String, status: ProviderHealth.Status) {
        #expect(Self.after(ends).status == status)
    }

    @Test("an open circuit is unhealthy, one that closes is healthy")
    func circuit() {
        var health = Self.after("....................")
        health.recordFailure(at: 30, circuitOpen: true)
        #expect(health.status == .unhealthy)
        health.circuitClosed()
        #expect(health.status == .healthy)
        #expect(health.consecutiveFailures == 0)
        #expect(health.total == 21)
    }

    @Test("disabled covers the status, and uncovers it again")
    func disabled() {
        var health = Self.after(".xx")
        health.isDisabled = true
        #expect(health.status == .disabled)
        health.isDisabled = false
        #expect(health.status == .unhealthy)
    }
}
