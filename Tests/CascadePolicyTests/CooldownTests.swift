import CascadePolicy
import Testing

@Suite("Cooldowns")
struct CooldownTests {
    @Test("F-09: a throttle pauses its model only, until Retry-After is over")
    func throttle() {
        var table = CooldownTable()
        table.record(.throttle, retryAfter: .seconds(20), provider: "a", model: "m", at: 100)
        #expect(table.pause(provider: "a", model: "m", at: 119.9)?.until == 120)
        #expect(table.pause(provider: "a", model: "m", at: 120)?.until == nil)
        #expect(table.pause(provider: "a", model: "other", at: 101)?.until == nil)
        #expect(table.pause(provider: "b", model: "m", at: 101)?.until == nil)
    }

    @Test("a later, shorter answer does not end a pause early")
    func keepsTheLonger() {
        var table = CooldownTable()
        table.record(.throttle, retryAfter: .seconds(100), provider: "a", model: "m", at: 0)
        #expect(table.record(.throttle, retryAfter: .seconds(1), provider: "a", model: "m", at: 10) == 100)
        table.succeeded(provider: "a", model: "m")
        #expect(table.pause(provider: "a", model: "m", at: 50)?.until == 100)
    }

    @Test(
        "the pause is held between one second and six hours",
        arguments: [(0, 1), (-5, 1), (1, 1), (7999, 7999), (86_400, 21_600), (Int.max, 21_600)])
    func clamped(asked: Int, given: Int) {
        var table = CooldownTable()
        let end = table.record(.throttle, retryAfter: .seconds(asked), provider: "a", model: nil, at: 0)
        #expect(end == Instant(seconds: given))
    }

    @Test("F-09: throttles without a time double from one second to sixty; a success starts again")
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
        #expect(table.pause(provider: "a", model: "other", at: 1)?.until == Instant(seconds: seconds))
        #expect(table.pause(provider: "a", model: nil, at: 1)?.until == Instant(seconds: seconds))
    }

    @Test("F-10: an overload pauses only when the provider asks for it", arguments: FailureClass.allCases)
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
            let end = table.pause(provider: "a", model: "m\(model)", at: 1)?.until
            #expect(end.map { $0 >= Instant(seconds: 200 - model) } == true)
        }
    }

    @Test("a reload keeps the pauses of those that stay")
    func reload() {
        var table = CooldownTable()
        for name in ["a", "b"] {
            table.record(.throttle, retryAfter: .seconds(50), provider: name, model: nil, at: 0)
        }
        table.keep(["b", "c"])
        #expect(table.pause(provider: "a", model: nil, at: 1)?.until == nil)
        #expect(table.pause(provider: "b", model: nil, at: 1)?.until == 50)
        table.clear(provider: "b")
        #expect(table.pause(provider: "b", model: nil, at: 1)?.until == nil)
    }

    @Test("a model that is missing is paused for a minute, the others are not, however many are missing")
    func missingModels() {
        var table = CooldownTable()
        for model in 0..<100 {
            #expect(table.modelMissing(provider: "a", model: "m\(model)", at: Instant(seconds: model)) >= 60)
        }
        #expect(table.pause(provider: "a", model: "good", at: 99) == nil)
        #expect(table.pause(provider: "a", model: nil, at: 99) == nil)
        #expect(table.pause(provider: "a", model: "m99", at: 99)?.until == 159)
        // The first to go are those that end soonest.
        #expect(table.pause(provider: "a", model: "m84", at: 99)?.until == 144)
        #expect(table.pause(provider: "a", model: "m83", at: 99) == nil)
        #expect(table.pause(provider: "a", model: "m99", at: 159) == nil)
    }

    @Test("missing models neither merge throttles nor push them out, and the other way round")
    func missingBesideThrottled() {
        var table = CooldownTable()
        for model in 0..<Cooldown.modelCapacity {
            table.record(.throttle, retryAfter: .seconds(30), provider: "a", model: "t\(model)", at: 0)
        }
        for model in 0..<100 { table.modelMissing(provider: "a", model: "m\(model)", at: 0) }
        #expect(table.pause(provider: "a", model: "good", at: 1) == nil)
        for model in 0..<Cooldown.modelCapacity {
            #expect(table.pause(provider: "a", model: "t\(model)", at: 1)?.until == 30)
        }
        table.record(.throttle, retryAfter: .seconds(10), provider: "a", model: "last", at: 0)
        #expect(table.pause(provider: "a", model: "good", at: 1)?.failure == .throttle)
        #expect(table.pause(provider: "a", model: "m99", at: 31)?.failure == .config)
    }

    @Test("a missing model that was fetched may be asked, unless it is throttled too")
    func fetched() {
        var table = CooldownTable()
        for model in ["m", "n"] { table.modelMissing(provider: "a", model: model, at: 0) }
        table.modelFetched(provider: "a", model: "m")
        #expect(table.pause(provider: "a", model: "m", at: 1) == nil)
        #expect(table.pause(provider: "a", model: "n", at: 1)?.until == 60)
        table.record(.throttle, retryAfter: .seconds(20), provider: "a", model: "n", at: 1)
        table.modelFetched(provider: "a", model: "n")
        #expect(table.pause(provider: "a", model: "n", at: 1)?.until == 21)
    }

    @Test("each pause keeps its own cause")
    func causes() {
        var table = CooldownTable()
        table.record(.throttle, reason: "rate_limited", retryAfter: .seconds(90), provider: "a", model: "m", at: 0)
        table.modelMissing(provider: "a", model: "n", reason: "model_not_found", at: 0)
        let throttled = Cooldown.Pause(until: 90, failure: .throttle, reason: "rate_limited")
        let missing = Cooldown.Pause(until: 60, failure: .config, reason: "model_not_found")
        #expect(table.pause(provider: "a", model: "m", at: 1) == throttled)
        #expect(table.pause(provider: "a", model: "n", at: 1) == missing)
        table.record(.transient, retryAfter: .seconds(5), provider: "a", model: "o", at: 1)
        #expect(table.pause(provider: "a", model: "o", at: 1)?.reason == "transient")
    }

    @Test("of two pauses of one model the later end holds, and its cause")
    func laterCause() {
        var table = CooldownTable()
        table.record(.throttle, retryAfter: .seconds(20), provider: "a", model: "m", at: 0)
        table.record(.transient, retryAfter: .seconds(10), provider: "a", model: "m", at: 0)
        #expect(table.pause(provider: "a", model: "m", at: 1)?.failure == .throttle)
        table.record(.transient, retryAfter: .seconds(30), provider: "a", model: "m", at: 0)
        #expect(table.pause(provider: "a", model: "m", at: 1)?.failure == .transient)
    }

    @Test("a throttle never gives a refused credential another name", arguments: ["m", nil])
    func credentialFirst(model: String?) {
        var table = CooldownTable()
        table.record(.auth, reason: "authentication", retryAfter: nil, provider: "a", model: "m", at: 0)
        table.record(.throttle, retryAfter: .seconds(90), provider: "a", model: model, at: 1)
        let pause = Cooldown.Pause(until: 91, failure: .auth, reason: "authentication")
        #expect(table.pause(provider: "a", model: model, at: 2) == pause)
        #expect(table.pause(provider: "a", model: model, at: 60)?.failure == .throttle)
        table.record(.quota, retryAfter: nil, provider: "a", model: "m", at: 60)
        table.record(.auth, retryAfter: nil, provider: "a", model: "m", at: 61)
        #expect(table.pause(provider: "a", model: "other", at: 62)?.failure == .quota)
    }

    @Test("throttles that merge keep the cause of the one that ends last")
    func mergedCause() {
        var table = CooldownTable()
        table.record(.transient, retryAfter: .seconds(99), provider: "a", model: "slow", at: 0)
        for model in 0..<Cooldown.modelCapacity {
            table.record(.throttle, retryAfter: .seconds(20), provider: "a", model: "m\(model)", at: 0)
        }
        let merged = Cooldown.Pause(until: 99, failure: .transient, reason: "transient")
        #expect(table.pause(provider: "a", model: "other", at: 1) == merged)
    }

    @Test("the longest pause is that of any model, or of the provider")
    func longest() {
        var table = CooldownTable()
        #expect(table.longestPause(provider: "a", at: 0) == nil)
        table.record(.throttle, retryAfter: .seconds(20), provider: "a", model: "m", at: 0)
        table.modelMissing(provider: "a", model: "n", at: 0)
        #expect(table.longestPause(provider: "a", at: 1)?.until == 60)
        table.record(.auth, retryAfter: .seconds(90), provider: "a", model: "m", at: 0)
        #expect(table.longestPause(provider: "a", at: 1)?.until == 90)
        #expect(table.longestPause(provider: "a", at: 90) == nil)
    }
}
