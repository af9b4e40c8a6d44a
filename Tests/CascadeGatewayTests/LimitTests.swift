import Cascade
import Testing

@testable import CascadeGateway

/// The limits' arithmetic, under a clock that is an argument.
@Suite("Limits of a key")
struct LimitTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    private func moment(_ seconds: Double = 0, day: Int = 20_000) -> KeyMeter.Moment {
        KeyMeter.Moment(
            now: Self.start.advanced(by: .seconds(seconds)), day: day, untilMidnight: 3_600, seconds: 1_000)
    }

    private func meter(_ set: (inout KeyLimits) -> Void) -> KeyMeter {
        var limits = KeyLimits()
        set(&limits)
        return KeyMeter(limits, at: Self.start)
    }

    private let small = TokenEstimate(prompt: 10, completion: 10)

    @Test("An allowance is full at first, flows in steadily, and holds a minute's worth at most")
    func bucket() {
        var bucket = TokenBucket(perMinute: 60, at: Self.start)
        #expect(bucket.wait(for: 60, at: Self.start) == .zero)
        bucket.take(60)
        #expect(abs(bucket.wait(for: 1, at: Self.start) / .seconds(1) - 1) < 0.001)
        #expect(bucket.wait(for: 1, at: Self.start.advanced(by: .seconds(1))) == .zero)
        #expect(bucket.wait(for: 2, at: Self.start.advanced(by: .seconds(1))) > .milliseconds(999))
        let later = Self.start.advanced(by: .seconds(3_600))
        #expect(bucket.wait(for: 60, at: later) == .zero)
        #expect(bucket.wait(for: 61, at: later) > .zero)
    }

    @Test("A clock that goes backwards gives nothing")
    func backwards() {
        var bucket = TokenBucket(perMinute: 60, at: Self.start)
        bucket.take(60)
        _ = bucket.wait(for: 1, at: Self.start.advanced(by: .seconds(10)))
        #expect(bucket.wait(for: 11, at: Self.start) > .zero)
        #expect(bucket.wait(for: 10, at: Self.start) == .zero)
    }

    @Test("What was used beyond what had been reserved is paid off first")
    func debt() {
        var bucket = TokenBucket(perMinute: 60, at: Self.start)
        bucket.take(90)
        #expect(bucket.wait(for: 1, at: Self.start.advanced(by: .seconds(30))) > .zero)
        #expect(bucket.wait(for: 1, at: Self.start.advanced(by: .seconds(31))) == .zero)
    }

    @Test("What is given back does not fill it beyond its size")
    func givenBack() {
        var bucket = TokenBucket(perMinute: 60, at: Self.start)
        bucket.take(10)
        bucket.giveBack(20)
        #expect(bucket.wait(for: 60, at: Self.start) == .zero)
        #expect(bucket.wait(for: 61, at: Self.start) > .zero)
    }

    @Test("Another size keeps what was used")
    func resized() {
        var bucket = TokenBucket(perMinute: 60, at: Self.start)
        bucket.take(50)
        bucket.resize(perMinute: 120, at: Self.start)
        #expect(bucket.wait(for: 70, at: Self.start) == .zero)
        #expect(bucket.wait(for: 71, at: Self.start) > .zero)
        bucket.resize(perMinute: 20, at: Self.start)
        #expect(bucket.wait(for: 1, at: Self.start) > .zero)
    }

    @Test("Without limits everything is let in")
    func unlimited() {
        var meter = meter { _ in }
        for _ in 0..<1_000 {
            #expect(
                meter.admit(TokenEstimate(prompt: .max, completion: .max), at: moment()) != .refused(.concurrency(0)))
        }
        #expect(meter.active == 1_000)
    }

    @Test("Requests over the minute's are refused with the time until the next one")
    func requests() {
        var meter = meter { $0.requestsPerMinute = 2 }
        for _ in 0..<2 { #expect(meter.admit(small, at: moment()) == .admitted(small)) }
        guard case .refused(.requests(perMinute: 2, let wait)) = meter.admit(small, at: moment(10)) else {
            Issue.record("the third was let in")
            return
        }
        #expect(abs(wait / .seconds(1) - 20) < 0.01)
        #expect(KeyMeter.Refusal.requests(perMinute: 2, retryAfter: wait).retryAfter == 20)
        // What is refused takes nothing.
        #expect(meter.admit(small, at: moment(30)) == .admitted(small))
    }

    @Test("Tokens are reserved by estimate, and settled by what was used")
    func tokens() {
        var meter = meter { $0.tokensPerMinute = 1_000 }
        let large = TokenEstimate(prompt: 100, completion: 800)
        #expect(meter.admit(large, at: moment()) == .admitted(large))
        #expect(meter.admit(TokenEstimate(prompt: 100, completion: 1), at: moment()) != .admitted(large))
        meter.settle(large, used: TokenEstimate(prompt: 100, completion: 50), cost: 0, day: 20_000)
        // 850 are left now.
        let next = TokenEstimate(prompt: 50, completion: 800)
        #expect(meter.admit(next, at: moment()) == .admitted(next))
        guard case .refused(.tokens(perMinute: 1_000, asked: 20, let wait)) = meter.admit(small, at: moment()) else {
            Issue.record("nothing was left, and it was let in")
            return
        }
        #expect(abs(wait / .seconds(1) - 1.2) < 0.01)
    }

    @Test("A request without an answer takes no tokens, but counts")
    func unanswered() {
        var meter = meter {
            $0.tokensPerMinute = 20
            $0.requestsPerMinute = 2
        }
        #expect(meter.admit(small, at: moment()) == .admitted(small))
        meter.settle(small, used: nil, cost: 0, day: 20_000)
        #expect(meter.admit(small, at: moment()) == .admitted(small))
        meter.settle(small, used: nil, cost: 0, day: 20_000)
        #expect(meter.active == 0)
        guard case .refused(.requests) = meter.admit(small, at: moment()) else {
            Issue.record("requests were not counted")
            return
        }
    }

    @Test("A long answer that is merely possible is cut to what a minute brings; a long question never fits")
    func tooLong() {
        var meter = meter { $0.tokensPerMinute = 1_000 }
        let cut = TokenEstimate(prompt: 100, completion: 900)
        #expect(meter.admit(TokenEstimate(prompt: 100, completion: 100_000), at: moment()) == .admitted(cut))
        #expect(
            meter.admit(TokenEstimate(prompt: 1_001, completion: 1), at: moment(600))
                == .refused(.tooLong(perMinute: 1_000, asked: 1_001)))
    }

    @Test("As many at a time as allowed")
    func concurrency() {
        var meter = meter { $0.concurrency = 1 }
        #expect(meter.admit(small, at: moment()) == .admitted(small))
        #expect(meter.admit(small, at: moment()) == .refused(.concurrency(1)))
        meter.settle(small, used: nil, cost: 0, day: 20_000)
        #expect(meter.admit(small, at: moment()) == .admitted(small))
    }

    @Test("A spent budget refuses until midnight")
    func budget() {
        var meter = meter { $0.dailyBudgetUSD = 1 }
        for cost in [0.6, 0.6] {
            #expect(meter.admit(small, at: moment()) == .admitted(small))
            meter.settle(small, used: small, cost: cost, day: 20_000)
        }
        #expect(
            meter.admit(small, at: moment()) == .refused(.budget(dailyUSD: 1, retryAfter: .seconds(3_600))))
        #expect(meter.admit(small, at: moment(day: 20_001)) == .admitted(small))
    }

    @Test("What is spent is the same before, while and after it is written, and when that fails")
    func saving() {
        var meter = meter { _ in }
        _ = meter.admit(small, at: moment())
        meter.settle(small, used: small, cost: 0.25, day: 20_000)
        #expect(meter.spent(day: 20_000) == 0.25)
        var taken = meter.takeUnsaved()
        #expect(taken.usage[20_000]?.cost == 0.25 && taken.lastUsedAt == 1_000)
        #expect(meter.spent(day: 20_000) == 0.25)
        meter.saved(false, usedAt: taken.lastUsedAt)
        #expect(meter.spent(day: 20_000) == 0.25)
        taken = meter.takeUnsaved()
        #expect(taken.usage[20_000]?.requests == 1 && taken.usage[20_000]?.promptTokens == 10)
        meter.saved(true, usedAt: taken.lastUsedAt)
        #expect(meter.spent(day: 20_000) == 0.25)
        taken = meter.takeUnsaved()
        #expect(taken.usage.isEmpty && taken.lastUsedAt == nil)
        meter.restore(cost: 3, day: 20_000)
        #expect(meter.spent(day: 20_000) == 3)
        #expect(meter.spent(day: 20_001) == 0)
    }

    @Test("A question is guessed by its length")
    func estimate() {
        var request = ChatRequest(String(repeating: "x", count: 4_000), maxTokens: 30)
        #expect(TokenEstimate(request) == TokenEstimate(prompt: 1_004, completion: 30))
        request.maxTokens = nil
        request.messages[0].content.append(.image(.url("https://example.com/a.png")))
        #expect(TokenEstimate(request) == TokenEstimate(prompt: 1_804, completion: 1_024))
    }

    @Test(
        "A key comes as a bearer's, as a password, or by itself",
        arguments: [
            ("Bearer csk_a", nil, "csk_a", false), ("bearer  csk_a", "csk_b", "csk_a", false),
            ("Basic b3BzOmNza19h", nil, "csk_a", true), (nil, "csk_b", "csk_b", false),
            ("Digest x", "csk_b", "csk_b", false), ("Basic !!", nil, nil, false), ("Bearer ", nil, nil, false),
            (nil, "", nil, false), (nil, nil, nil, false),
        ] as [(String?, String?, String?, Bool)])
    func sent(_ authorization: String?, apiKey: String?, text: String?, isAmbient: Bool) {
        let sent = SentKey(authorization: authorization, apiKey: apiKey)
        #expect(sent?.text == text)
        #expect(sent?.isAmbient ?? false == isAmbient)
    }

    @Test(
        "A name that a name service could give away is none of this machine's",
        arguments: [
            ("localhost:8080", true), ("127.0.0.1:8080", true), ("[::1]:8080", true), ("10.0.0.7", true),
            ("evil.example:8080", false), ("localhost.evil.example", false), ("", false), ("127.0.0.1.nip.io", false),
            ("gateway:8080", true), ("a.localhost", true),
        ])
    func hosts(_ host: String, isLocal: Bool) {
        #expect(Hosts.isNumberOrLocal(host) == isLocal)
    }
}
