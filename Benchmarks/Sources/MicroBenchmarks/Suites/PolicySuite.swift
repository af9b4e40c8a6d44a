internal import CascadePolicy

/// What happens between a decision and an attempt.
enum PolicySuite {
    static var all: [MicroBenchmark] {
        [answered(3), answered(1_000), failover, refusals, breaker, openBreaker, noCooldown, cooldown, otherCooldown]
    }

    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let deadline = now.advanced(by: .seconds(120))

    private struct Fallback {
        var budget = RetryBudget()
        var jitter = SplitMix64(seed: 7)
    }

    /// The machine of a request whose first provider answers, which writes nothing down of the others.
    private static func answered(_ count: Int) -> MicroBenchmark {
        MicroBenchmark("fallback/the first of \(count) answers", allowing: 0, prepare: {}) { _ in
            var machine = FallbackMachine(candidateCount: count, deadline: deadline)
            BlackHole.take(machine.start(at: now))
            BlackHole.take(machine.admitted(at: now))
            try expect(machine.succeeded(at: now) == .finish(.answered(candidate: 0)), "an answer")
        }
    }

    private static let failover = MicroBenchmark(
        "fallback/the second of 3 answers", allowing: 1, prepare: { Fallback() }
    ) { fallback in
        var machine = FallbackMachine(candidateCount: 3, deadline: deadline)
        BlackHole.take(machine.start(at: now))
        BlackHole.take(machine.admitted(at: now))
        BlackHole.take(
            machine.failed(
                .transient, retryAfter: nil, budget: &fallback.budget, jitter: &fallback.jitter, backoff: Backoff(),
                at: now))
        BlackHole.take(machine.admitted(at: now))
        try expect(machine.succeeded(at: now) == .finish(.answered(candidate: 1)), "the second's answer")
    }

    /// One step each for 1,000 providers that cool down, until nobody is left: room for a few, then for all.
    private static let refusals = MicroBenchmark(
        "fallback/1000 refuse, one after the other", allowing: 2, prepare: { Fallback() }
    ) { fallback in
        var machine = FallbackMachine(candidateCount: 1_000, deadline: deadline)
        var action = machine.start(at: now)
        while case .consider = action {
            action = machine.refused(.unavailable, budget: &fallback.budget, at: now)
        }
        try expect(action == .finish(.exhausted(retryAt: nil)), "an end")
    }

    private static let breaker = MicroBenchmark(
        "breaker/asked, and told of a success", allowing: 0, prepare: { CircuitBreaker() }
    ) { breaker in
        try expect(breaker.admit(at: now) == .admitted, "an attempt let through")
        breaker.succeeded(nil, at: now)
    }

    private static let openBreaker = MicroBenchmark(
        "breaker/asked while open", allowing: 0,
        prepare: {
            var breaker = CircuitBreaker()
            for _ in 0..<5 { breaker.failed(nil, at: now) }
            return breaker
        }
    ) { breaker in
        guard case .refused = breaker.admit(at: now) else { throw UnexpectedResult(expected: "a refusal") }
    }

    private static let noCooldown = MicroBenchmark(
        "cooldown/asked, nobody cools down", allowing: 0, prepare: { CooldownTable() }
    ) { table in
        try expect(table.pause(provider: "provider-3", model: "gpt-4o-mini", at: now) == nil, "no pause")
    }

    @Sendable
    private static func throttled() -> CooldownTable {
        var table = CooldownTable()
        for index in 0..<10 {
            table.record(
                .throttle, retryAfter: .seconds(30), provider: "provider-\(index)", model: "gpt-4o-mini", at: now)
        }
        return table
    }

    private static let cooldown = MicroBenchmark(
        "cooldown/asked, this one of 10 cools down", allowing: 0, prepare: throttled
    ) { table in
        try expect(table.pause(provider: "provider-3", model: "gpt-4o-mini", at: now) != nil, "a pause")
    }

    private static let otherCooldown = MicroBenchmark(
        "cooldown/asked, 10 others cool down", allowing: 0, prepare: throttled
    ) { table in
        try expect(table.pause(provider: "provider-11", model: "gpt-4o-mini", at: now) == nil, "no pause")
    }
}
