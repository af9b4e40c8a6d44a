import CascadePolicy
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    static func opened(at now: Instant = 0, _ settings: CircuitBreaker.Settings = .init()) -> CircuitBreaker {
        var breaker = CircuitBreaker(settings)
        for _ in 0..<settings.failureThreshold { breaker.failed(nil, at: now) }
        return breaker
    }

    static func lease(_ admission: CircuitBreaker.Admission) throws -> CircuitBreaker.Lease {
        guard case .probe(let lease) = admission else { throw Unexpected(admission: admission) }
        return lease
    }

    struct Unexpected: Error {
        var admission: CircuitBreaker.Admission
    }

    @Test("the defaults are five failures, sixty seconds, two probes, and three hundred seconds at most")
    func defaults() {
        let settings = CircuitBreaker.Settings()
        #expect(settings.failureThreshold == 5)
        #expect(settings.recoveryTimeout == .seconds(60))
        #expect(settings.halfOpenMaxCalls == 2)
        #expect(settings.maxRecoveryTimeout == .seconds(300))
        #expect(CircuitBreaker.Settings(recoveryTimeout: .seconds(2)).maxRecoveryTimeout == .seconds(16))
        #expect(CircuitBreaker.Settings(recoveryTimeout: .seconds(900)).maxRecoveryTimeout == .seconds(900))
    }

    @Test("opens at the threshold, not before, and refuses until its time is over")
    func opens() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.failed(nil, at: 10) }
        #expect(breaker.state(at: 10) == .closed)
        #expect(breaker.admit(at: 10) == .admitted)
        breaker.failed(nil, at: 10)
        #expect(breaker.state(at: 10) == .open)
        #expect(breaker.openUntil == 70)
        #expect(breaker.admit(at: 69.9) == .refused(until: 70))
        #expect(breaker.state(at: 70) == .halfOpen)
    }

    @Test("a success zeroes the failures in a row")
    func success() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.failed(nil, at: 0) }
        #expect(breaker.consecutiveFailures == 4)
        breaker.succeeded(nil, at: 0)
        for _ in 0..<4 { breaker.failed(nil, at: 0) }
        #expect(breaker.state(at: 0) == .closed)
    }

    /// Tells of `outcomes`, `+` for a start and `-` for a failed one, `step` seconds apart; the circuit's state after it.
    private func state(after outcomes: String, step: Int, threshold: Int = 5) -> CircuitBreaker.State {
        var breaker = CircuitBreaker(.init(failureThreshold: threshold, recoveryTimeout: .seconds(1_000_000)))
        var now: Instant = 0
        for outcome in outcomes {
            now = now.advanced(by: .seconds(step))
            if outcome == "+" { breaker.succeeded(nil, at: now) } else { breaker.failed(nil, at: now) }
        }
        return breaker.state(at: now)
    }

    @Test(
        "half of at least ten starts within a minute, or twice the threshold, open the circuit",
        arguments: [
            ("+-+-+-+-+-", 1, 5, CircuitBreaker.State.open), ("+-+-+-+-+-", 5, 5, .open), ("+-+-+-+-+", 1, 5, .closed),
            ("+++++++-+-+-+-", 1, 5, .closed), ("++++++-+-+-", 1, 5, .closed), ("--+--+--+-", 1, 5, .open),
            // Twelve seconds apart, five of them are within a minute.
            ("+-+-+-+-+-+-+-+-+-+-+-+-", 12, 5, .closed),
            ("+-+-+-+-+-", 1, 6, .closed), ("+-+-", 1, 2, .open), ("+-+-+-", 1, .max, .closed),
            // What is older than a minute does not count; the slots are taken anew after it.
            ("+-+-+-+-", 60, 3, .closed), ("-----", 100, 5, .open),
        ])
    func rate(outcomes: String, step: Int, threshold: Int, expected: CircuitBreaker.State) {
        #expect(state(after: outcomes, step: step, threshold: threshold) == expected)
    }

    @Test("what was counted before the circuit opened does not count again after it has closed")
    func rateStartsAnew() throws {
        var breaker = CircuitBreaker(.init(halfOpenMaxCalls: 1))
        for index in 0..<10 {
            if index.isMultiple(of: 2) { breaker.succeeded(nil, at: 0) } else { breaker.failed(nil, at: 0) }
        }
        #expect(breaker.state(at: 0) == .open)
        breaker.reset()
        for _ in 0..<4 { breaker.failed(nil, at: 0) }
        #expect(breaker.state(at: 0) == .closed)
    }

    @Test("F-46: half-open admits as many calls as it may, and closes after as many successes")
    func recovers() throws {
        var breaker = Self.opened()
        let first = try Self.lease(breaker.admit(at: 60))
        let second = try Self.lease(breaker.admit(at: 60))
        #expect(breaker.admit(at: 61) == .refused(until: 180))
        breaker.succeeded(first, at: 62)
        #expect(breaker.state(at: 62) == .halfOpen)
        // One more success is all it takes, and its call is under way.
        #expect(breaker.admit(at: 62) == .refused(until: 180))
        breaker.succeeded(second, at: 63)
        #expect(breaker.state(at: 63) == .closed)
        #expect(breaker.consecutiveFailures == 0)
        #expect(breaker.probesInFlight == 0)
    }

    @Test("a failed probe opens again at once, for twice the time, up to the cap")
    func doubles() throws {
        var breaker = Self.opened()
        var now: Instant = 60
        for seconds in [120, 240, 300, 300] {
            let lease = try Self.lease(breaker.admit(at: now))
            breaker.failed(lease, at: now)
            #expect(breaker.state(at: now) == .open)
            now = now.advanced(by: .seconds(seconds))
            #expect(breaker.openUntil == now)
        }
    }

    @Test("closing forgets the doubling")
    func forgetsDoubling() throws {
        var breaker = Self.opened(.init(halfOpenMaxCalls: 1))
        breaker.failed(try Self.lease(breaker.admit(at: 60)), at: 60)
        breaker.succeeded(try Self.lease(breaker.admit(at: 180)), at: 180)
        #expect(breaker.state(at: 180) == .closed)
        for _ in 0..<5 { breaker.failed(nil, at: 200) }
        #expect(breaker.openUntil == 260)
    }

    @Test("when one probe fails, what the other says no longer counts")
    func secondProbe() throws {
        var breaker = Self.opened()
        let first = try Self.lease(breaker.admit(at: 60))
        let second = try Self.lease(breaker.admit(at: 60))
        breaker.failed(first, at: 61)
        breaker.succeeded(second, at: 62)
        #expect(breaker.openUntil == 181)
        #expect(breaker.probesInFlight == 0)
    }

    @Test("a neutral end gives the place back")
    func abandoned() throws {
        var breaker = Self.opened(.init(halfOpenMaxCalls: 1))
        let lease = try Self.lease(breaker.admit(at: 60))
        breaker.abandoned(lease, at: 61)
        #expect(breaker.state(at: 61) == .halfOpen)
        #expect(throws: Never.self) { try Self.lease(breaker.admit(at: 61)) }
    }

    @Test("a probe that is not reported in time loses its place to another")
    func lostProbe() throws {
        var breaker = Self.opened(.init(halfOpenMaxCalls: 1, probeLease: .seconds(30)))
        let lost = try Self.lease(breaker.admit(at: 60))
        #expect(breaker.admit(at: 89) == .refused(until: 90))
        let next = try Self.lease(breaker.admit(at: 90))
        #expect(lost != next)
        breaker.abandoned(lost, at: 91)
        #expect(breaker.admit(at: 91) == .refused(until: 120))
        breaker.succeeded(next, at: 92)
        #expect(breaker.state(at: 92) == .closed)
    }

    @Test("a good answer that takes longer than a lease counts, also when its place was given to another")
    func slowSuccess() throws {
        var breaker = Self.opened()
        let first = try Self.lease(breaker.admit(at: 60))
        breaker.succeeded(first, at: 190)
        let second = try Self.lease(breaker.admit(at: 190))
        _ = breaker.admit(at: 320)
        breaker.succeeded(second, at: 330)
        #expect(breaker.state(at: 330) == .closed)
    }

    @Test("a late failure opens again, in the same half-open time only")
    func slowFailure() throws {
        var breaker = Self.opened(.init(probeLease: .seconds(30)))
        let first = try Self.lease(breaker.admit(at: 60))
        let second = try Self.lease(breaker.admit(at: 60))
        breaker.failed(first, at: 100)
        #expect(breaker.openUntil == 220)
        _ = try Self.lease(breaker.admit(at: 220))
        breaker.failed(second, at: 221)
        breaker.succeeded(second, at: 221)
        #expect(breaker.state(at: 221) == .halfOpen)
        #expect(throws: Never.self) { try Self.lease(breaker.admit(at: 221)) }
    }

    @Test("a reload that asks for no more successes than there were closes the circuit")
    func fewerProbes() throws {
        var breaker = Self.opened(.init(halfOpenMaxCalls: 3))
        breaker.succeeded(try Self.lease(breaker.admit(at: 60)), at: 60)
        let running = try Self.lease(breaker.admit(at: 60))
        breaker.settings.halfOpenMaxCalls = 2
        #expect(breaker.state(at: 60) == .halfOpen)
        breaker.settings.halfOpenMaxCalls = 1
        #expect(breaker.state(at: 60) == .closed)
        #expect(breaker.admit(at: 60) == .admitted)
        // A call under way keeps its place, should the circuit open meanwhile.
        for _ in 0..<5 { breaker.failed(nil, at: 61) }
        #expect(breaker.admit(at: 121) == .refused(until: 180))
        breaker.succeeded(running, at: 122)
        #expect(breaker.state(at: 122) == .halfOpen)
        #expect(throws: Never.self) { try Self.lease(breaker.admit(at: 122)) }
    }

    @Test("a result from before the circuit opened decides nothing")
    func staleResults() {
        var breaker = Self.opened()
        breaker.succeeded(nil, at: 10)
        breaker.failed(nil, at: 30)
        #expect(breaker.openUntil == 60)
        _ = breaker.admit(at: 60)
        breaker.failed(nil, at: 61)
        breaker.succeeded(nil, at: 61)
        breaker.succeeded(nil, at: 61)
        #expect(breaker.state(at: 61) == .halfOpen)
    }

    @Test("what may count: failures do, cuts apart, the rest not", arguments: FailureClass.allCases)
    func classes(failure: FailureClass) {
        var breaker = CircuitBreaker()
        for _ in 0..<2 { breaker.record(failure, lease: nil, at: 0) }
        #expect(breaker.consecutiveFailures == (failure.countsForBreaker && failure != .cut ? 2 : 0))
        for _ in 2..<5 { breaker.record(failure, lease: nil, at: 0) }
        #expect(breaker.state(at: 0) == (failure.countsForBreaker ? .open : .closed))
    }

    @Test(
        "three cuts of the last five answers open",
        arguments: [
            ("xxx", true), ("x.x.x", true), ("..x.xx", true), ("x.x..x", false), ("xx....x", false), ("xx", false),
        ])
    func cuts(ends: String, opens: Bool) {
        var breaker = CircuitBreaker()
        for end in ends {
            breaker.succeeded(nil, at: 0)
            breaker.ended(cut: end == "x", at: 0)
        }
        #expect((breaker.state(at: 0) == .open) == opens)
    }

    @Test("reset forgets the cuts, and so does opening")
    func cutsForgotten() throws {
        var breaker = CircuitBreaker(.init(halfOpenMaxCalls: 1))
        for _ in 0..<2 { breaker.ended(cut: true, at: 0) }
        breaker.reset()
        breaker.ended(cut: true, at: 0)
        #expect(breaker.state(at: 0) == .closed)
        for _ in 0..<2 { breaker.ended(cut: true, at: 0) }
        #expect(breaker.state(at: 0) == .open)
        breaker.succeeded(try Self.lease(breaker.admit(at: 60)), at: 61)
        breaker.ended(cut: true, at: 62)
        #expect(breaker.state(at: 62) == .closed)
    }

    @Test("a probe that starts well and is cut opens again")
    func cutProbe() throws {
        var breaker = Self.opened()
        let lease = try Self.lease(breaker.admit(at: 60))
        breaker.succeeded(lease, at: 61)
        breaker.ended(cut: true, at: 62)
        #expect(breaker.openUntil == 182)
    }

    @Test("forced probes share the few places, and their failure leaves the time alone")
    func forced() throws {
        var breaker = Self.opened()
        let first = try Self.lease(breaker.forceProbe(at: 10))
        _ = try Self.lease(breaker.forceProbe(at: 10))
        #expect(breaker.forceProbe(at: 11) == .refused(until: 130))
        breaker.failed(first, at: 12)
        #expect(breaker.openUntil == 60)
        #expect(throws: Never.self) { try Self.lease(breaker.forceProbe(at: 12)) }
    }

    @Test("a forced probe that succeeds brings half-open early")
    func forcedSuccess() throws {
        var breaker = Self.opened()
        breaker.succeeded(try Self.lease(breaker.forceProbe(at: 10)), at: 11)
        #expect(breaker.state(at: 11) == .halfOpen)
        breaker.succeeded(try Self.lease(breaker.admit(at: 12)), at: 13)
        #expect(breaker.state(at: 13) == .closed)
        #expect(breaker.forceProbe(at: 14) == .admitted)
    }

    @Test("reset closes, and voids the leases still out")
    func reset() throws {
        var breaker = Self.opened(.init(failureThreshold: 2))
        let lease = try Self.lease(breaker.admit(at: 60))
        breaker.reset()
        #expect(breaker.state(at: 60) == .closed)
        breaker.failed(nil, at: 61)
        breaker.failed(nil, at: 61)
        let next = try Self.lease(breaker.admit(at: 121))
        breaker.failed(lease, at: 122)
        #expect(breaker.state(at: 122) == .halfOpen)
        breaker.abandoned(next, at: 122)
    }

    @Test(
        "the spread stretches the open time within reason",
        arguments: [(1.2, 72), (0.8, 48), (100, 120), (.nan, 60)])
    func spread(factor: Double, seconds: Int) {
        var breaker = CircuitBreaker(.init(failureThreshold: 1))
        breaker.failed(nil, at: 0, spread: factor)
        #expect(breaker.openUntil == Instant(seconds: seconds))
    }
}
