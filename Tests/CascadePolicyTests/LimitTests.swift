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

    @Test("F-46: the pause is drawn from zero to the bound, all of it")
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
    @Test("F-45: a full bucket holds ten retries")
    func exhaustion() {
        var budget = RetryBudget()
        for _ in 0..<10 { #expect(budget.take() == true) }
        #expect(budget.take() == false)
        #expect(budget.tokens == 0)
    }

    @Test("F-45: ten successes give one retry back, exactly")
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
