import CascadePolicy
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test(
        "the bound doubles up to the cap",
        arguments: [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (1000, 8)])
    func bound(attempt: Int, seconds: Int) {
        #expect(Backoff().bound(attempt: attempt) == .seconds(seconds))
    }

    @Test("the pause is drawn from zero to the bound, all of it")
    func fullJitter() {
        var generator = SplitMix64(seed: 1)
        let pauses = (0..<1000).map { _ in Backoff().delay(attempt: 3, using: &generator) }
        #expect(pauses.allSatisfy { $0 >= .zero && $0 <= .seconds(4) })
        #expect(pauses.contains { $0 < .milliseconds(400) })
        #expect(pauses.contains { $0 > .milliseconds(3600) })
    }

    @Test("no base means no pause, and a negative one too")
    func zero() {
        var generator = LargestDraw()
        #expect(Backoff(base: .zero).delay(attempt: 9, using: &generator) == .zero)
        #expect(Backoff(base: .seconds(-3)).delay(attempt: 9, using: &generator) == .zero)
    }
}

@Suite("Retry budget")
struct RetryBudgetTests {
    @Test("a full bucket holds ten retries")
    func exhaustion() {
        var budget = RetryBudget()
        for _ in 0..<10 { #expect(budget.take() == true) }
        #expect(budget.take() == false)
        #expect(budget.tokens == 0)
    }

    @Test("ten successes give one retry back, exactly")
    func refill() {
        var budget = RetryBudget()
        while budget.take() {}
        for _ in 0..<9 { budget.succeeded() }
        #expect(budget.take() == false)
        budget.succeeded()
        #expect(budget.take() == true)
        #expect(budget.take() == false)
    }

    @Test("the bucket does not overflow")
    func maximum() {
        var budget = RetryBudget(tokens: 2, refillPerSuccess: 5)
        budget.succeeded()
        #expect(budget.tokens == 2)
    }

    @Test("senseless settings grant nothing", arguments: [Double.nan, -Double.infinity, -1, 0])
    func senseless(refill: Double) {
        var budget = RetryBudget(tokens: -4, refillPerSuccess: refill)
        budget.succeeded()
        #expect(budget.take() == false)
    }
}

@Suite("Cooldowns")
struct CooldownTests {
    @Test("a throttle pauses its model only, until Retry-After is over")
    func throttle() {
        var table = CooldownTable()
        table.record(.throttle, retryAfter: .seconds(20), provider: "a", model: "m", at: 100)
        #expect(table.until(provider: "a", model: "m", at: 119.9) == 120)
        #expect(table.until(provider: "a", model: "m", at: 120) == nil)
        #expect(table.until(provider: "a", model: "other", at: 101) == nil)
        #expect(table.until(provider: "b", model: "m", at: 101) == nil)
    }

    @Test("a later, shorter answer does not end a pause early")
    func keepsTheLonger() {
        var table = CooldownTable()
        table.record(.throttle, retryAfter: .seconds(100), provider: "a", model: "m", at: 0)
        #expect(table.record(.throttle, retryAfter: .seconds(1), provider: "a", model: "m", at: 10) == 100)
        table.set(until: 20, provider: "a", model: "m", at: 10)
        table.succeeded(provider: "a", model: "m")
        #expect(table.until(provider: "a", model: "m", at: 50) == 100)
    }

    @Test(
        "the pause is held between one second and six hours",
        arguments: [(0, 1), (-5, 1), (1, 1), (7999, 7999), (86_400, 21_600), (Int.max, 21_600)])
    func clamped(asked: Int, given: Int) {
        var table = CooldownTable()
        let end = table.record(.throttle, retryAfter: .seconds(asked), provider: "a", model: nil, at: 0)
        #expect(end == Instant(seconds: given))
        table.set(until: .init(nanoseconds: .max), provider: "b", model: nil, at: 0)
        #expect(table.until(provider: "b", model: nil, at: 1) == 21_600)
    }

    @Test("throttles without a time double from one second to sixty; a success starts again")
    func doubling() {
        var table = CooldownTable()
        var now: Instant = 0
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let end = table.record(.throttle, retryAfter: nil, provider: "a", model: "m", at: now)
            #expect(end == now.advanced(by: .seconds(seconds)))
            now = end ?? now
        }
        table.succeeded(provider: "a", model: "m")
        let end = table.record(.throttle, retryAfter: nil, provider: "a", model: "m", at: now)
        #expect(end == now.advanced(by: .seconds(1)))
    }

    @Test("a long quiet starts the doubling again")
    func quiet() {
        var table = CooldownTable()
        table.record(.throttle, retryAfter: nil, provider: "a", model: "m", at: 0)
        table.record(.throttle, retryAfter: nil, provider: "a", model: "m", at: 1)
        #expect(table.record(.throttle, retryAfter: nil, provider: "a", model: "m", at: 100) == 101)
    }

    @Test(
        "a credential's fault pauses every model of the provider",
        arguments: [(FailureClass.auth, 60), (.quota, 600)])
    func credential(failure: FailureClass, seconds: Int) {
        var table = CooldownTable()
        table.record(failure, retryAfter: nil, provider: "a", model: "m", at: 0)
        #expect(table.until(provider: "a", model: "other", at: 1) == Instant(seconds: seconds))
        #expect(table.until(provider: "a", model: nil, at: 1) == Instant(seconds: seconds))
    }

    @Test("an overload pauses only when the provider asks for it", arguments: FailureClass.allCases)
    func others(failure: FailureClass) {
        var table = CooldownTable()
        let pausesUnasked: Set<FailureClass> = [.throttle, .quota, .auth]
        let obeysRetryAfter = pausesUnasked.union([.connect, .transient, .timeout, .ambiguous])
        let unasked = table.record(failure, retryAfter: nil, provider: "a", model: "m", at: 0)
        #expect((unasked != nil) == pausesUnasked.contains(failure))
        let asked = table.record(failure, retryAfter: .seconds(900), provider: "a", model: "m", at: 0)
        #expect(asked == (obeysRetryAfter.contains(failure) ? 900 : nil))
    }

    @Test("more models than it holds apart never end a pause early")
    func bounded() {
        var table = CooldownTable()
        for model in 0..<100 {
            table.record(
                .throttle, retryAfter: .seconds(200 - model), provider: "a", model: "m\(model)", at: 0)
        }
        for model in 0..<100 {
            let end = table.until(provider: "a", model: "m\(model)", at: 1)
            #expect(end.map { $0 >= Instant(seconds: 200 - model) } == true)
        }
    }

    @Test("a reload keeps the pauses of those that stay")
    func reload() {
        var table = CooldownTable()
        for name in ["a", "b"] { table.set(until: 50, provider: name, model: nil, at: 0) }
        table.keep(["b", "c"])
        #expect(table.until(provider: "a", model: nil, at: 1) == nil)
        #expect(table.until(provider: "b", model: nil, at: 1) == 50)
        table.clear(provider: "b")
        #expect(table.until(provider: "b", model: nil, at: 1) == nil)
    }
}
