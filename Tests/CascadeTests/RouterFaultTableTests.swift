import Cascade
import CascadeTesting
import Testing

/// A fault, and what it must come to in an attempt's report.
struct FaultCase: Sendable, CustomTestStringConvertible {
    var fault: Fault
    var kinds: Set<FailureClass>

    init(_ fault: Fault, _ kinds: FailureClass...) {
        self.fault = fault
        self.kinds = Set(kinds)
    }

    var testDescription: String { fault.description }

    /// Faults that spoil a whole answer and let the next provider be asked.
    static let failing: [FaultCase] = [
        FaultCase(.refuse, .connect),
        FaultCase(.resetBeforeHead, .ambiguous),
        FaultCase(.closeBeforeHead, .ambiguous),
        FaultCase(.cutHead, .transient),
        FaultCase(.noAnswer, .timeout),
        FaultCase(.slowHeaders(.seconds(60)), .timeout),
        FaultCase(.reset(afterChunks: 2), .transient),
        FaultCase(.truncate(afterChunks: 2), .transient),
        FaultCase(.cleanCut(afterChunks: 2), .transient),
        FaultCase(.closeDelimited(afterChunks: 2), .transient),
        FaultCase(.stall(afterChunks: 2), .timeout),
        FaultCase(.pings(every: .milliseconds(5)), .timeout),
        FaultCase(.errorIn200, .transient),
        FaultCase(.hugeHeaders(bytes: 400_000), .transient),
        FaultCase(.garbage, .transient),
        FaultCase(.emptyBody, .transient),
        FaultCase(.status(307), .config),
        FaultCase(.status(304), .config),
        FaultCase(.status(403), .auth),
        FaultCase(.status(404), .config),
        FaultCase(.status(408), .transient),
        FaultCase(.status(409), .transient),
        FaultCase(.status(500), .transient),
        FaultCase(.status(503), .transient),
        FaultCase(.status(529), .transient),
        FaultCase(.html(200), .transient),
        FaultCase(.html(403), .auth),
        FaultCase(.html(502), .transient),
        FaultCase(.rateLimit(retryAfter: nil), .throttle),
        FaultCase(.rateLimit(retryAfter: .seconds(7)), .throttle),
        FaultCase(.quota, .quota),
        FaultCase(.overloaded, .transient),
        FaultCase(.auth, .auth),
    ]

    /// Faults that are an answer to the caller: no other provider would do better.
    static let refusing: [(fault: Fault, code: CascadeError.Code)] = [
        (.contextLength, .contextLengthExceeded), (.status(400), .invalidRequest), (.status(413), .invalidRequest),
        (.status(422), .invalidRequest),
    ]

    /// Faults that a sound answer survives.
    static let harmless: [Fault] = [
        .oneByteAtATime, .wrongContentType, .closeAfterAnswer, .hugeEvent(bytes: 300_000),
        .slowHeaders(.milliseconds(1)), .hugeHeaders(bytes: 4_000),
    ]
}

@Suite("What each fault of each format comes to")
struct RouterFaultTableTests {
    /// Impatient with those that keep one waiting, and with no others: on a busy machine they too may take a while.
    private func patience(_ spoiled: FaultCase) -> (inout CascadeConfiguration) -> Void {
        let limit: Duration = spoiled.kinds == [.timeout] ? .milliseconds(150) : .seconds(20)
        return { configuration in
            configuration.providers[0].timeouts.responseHeaders = limit
            configuration.providers[0].timeouts.firstToken = limit
            configuration.providers[0].timeouts.idle = limit
            configuration.providers[0].timeouts.progress = limit
        }
    }

    @Test(
        "F-01 F-03 F-08 F-09 F-10 F-11 F-13 F-14 F-17 F-20 F-21 F-28 F-29: a whole answer falls over to the next provider, unseen",
        arguments: Format.allCases, FaultCase.failing)
    func completeFallsOver(format: Format, spoiled: FaultCase) async throws {
        let fixture = try RouterFixture(
            Script(format: format, fault: spoiled.fault), Script(text: "good"), configure: patience(spoiled))
        let reply = try await fixture.router.complete(ChatRequest("hi"))
        #expect(reply.content == "good" && reply.provider == "p1" && !reply.isFallbackModel)
        try check(reply.attempts, spoiled)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.fallbacks == 1)
    }

    @Test(
        "F-01 F-03 F-04 F-09 F-10 F-11 F-13 F-14 F-17 F-20 F-21 F-28 F-29: a stream falls over before its first token, unseen",
        arguments: Format.allCases, FaultCase.failing)
    func streamFallsOver(format: Format, spoiled: FaultCase) async throws {
        let fixture = try RouterFixture(
            Script(format: format, fault: spoiled.fault.beforeTheFirstToken), Script(text: "good"),
            configure: patience(spoiled))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        #expect(stream.provider == "p1")
        #expect(try await stream.collect().content == "good")
        try check(stream.attempts, spoiled)
        #expect(fixture.router.metrics.isSettled)
    }

    private func check(_ attempts: [AttemptReport], _ spoiled: FaultCase) throws {
        #expect(attempts.map(\.provider) == ["p0", "p1"])
        #expect(attempts.map(\.outcome) == [.failed, .answered])
        let first = try #require(attempts.first)
        #expect(spoiled.kinds.contains(try #require(first.failureClass)), "\(first)")
        #expect(first.message?.isEmpty == false && first.message?.contains("<") == false)
        if spoiled.fault == .refuse { #expect(first.message?.hasSuffix(": Connection refused") == true) }
        if case .status(let code) = spoiled.fault { #expect(first.status == code) }
        if case .html(let code) = spoiled.fault, code != 200 { #expect(first.status == code) }
        if case .rateLimit(let pause?) = spoiled.fault { #expect(first.retryAfter == pause) }
    }

    @Test(
        "F-12 F-14: what another provider would refuse too is refused at once", arguments: Format.allCases,
        [0, 1, 2, 3])
    func refuses(format: Format, index: Int) async throws {
        let (fault, code) = FaultCase.refusing[index]
        let fixture = try RouterFixture(Script(format: format, fault: fault), Script(text: "good"))
        let errors = [
            await failure { try await fixture.router.complete(ChatRequest("hi")) },
            await failure { try await fixture.router.stream(ChatRequest("hi")) },
        ]
        #expect(errors.map { $0?.code } == [code, code])
        #expect(fixture[1].counters.requests == 0)
        #expect(fixture.router.status["p0"].circuitState == .closed && fixture.router.metrics["p0"].failed == 0)
        #expect(fixture.router.metrics.isSettled)
    }

    @Test("F-12: a request that is too long goes on to a model that is known to take more, and to no other")
    func largerWindow() async throws {
        let windows = [8_192, nil, 4_096, 32_768]
        let scripts = windows.indices.map { Script(text: "p\($0)", fault: $0 == 0 ? .contextLength : nil) }
        let fixture = try RouterFixture(scripts) { configuration in
            for (index, window) in windows.enumerated() {
                configuration.providers[index].models[0].contextWindow = window
            }
        }
        let reply = try await fixture.router.complete(ChatRequest("hi"))
        #expect(reply.content == "p3" && reply.attempts.map(\.provider) == ["p0", "p3"])
        #expect(reply.attempts.map(\.status) == [400, 200])
        #expect(reply.attempts[0].failureClass == .request && reply.attempts[0].reason == "context_length")
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics["p0"].failed == 0 && fixture.router.status["p0"].circuitState == .closed)

        fixture[3].push(next: [Script(fault: .contextLength)])
        let error = await failure { try await fixture.router.stream(ChatRequest("hi")) }
        #expect(error?.code == .contextLengthExceeded && error?.attempts.map(\.provider) == ["p0", "p3"])
        #expect(error?.skipped.map(\.provider) == ["p1", "p2"])
        #expect(error?.skipped.first?.reason == "the request needs a context of more than 8192 tokens")
    }

    @Test("F-12: a request that is too long stays so when the larger model is not to be had, unless it may be later")
    func largerWindowIsAway() async throws {
        let fixture = try RouterFixture(
            Script(fault: .contextLength), Script(fault: .rateLimit(retryAfter: .seconds(90)))
        ) {
            $0.providers[0].models[0].contextWindow = 1_000
            $0.providers[1].models[0].contextWindow = 100_000
            $0.providers[1].enabled = false
            var keyless = $0.providers[1]
            keyless.name = "p2"
            keyless.enabled = true
            keyless.apiKey = nil
            $0.providers.append(keyless)
        }
        let error = await failure { try await fixture.router.complete(ChatRequest("hi")) }
        #expect(error?.code == .contextLengthExceeded && error?.isRetriable == false)
        #expect(error?.cause?.reason == "context_length" && error?.cause == error?.attempts.last)
        fixture.router.setEnabled("p1", true)
        for _ in 0..<2 {
            let later = await failure { try await fixture.router.complete(ChatRequest("hi")) }
            #expect(later?.isRetriable == true && later?.retryAfter != nil)
        }
    }

    @Test("F-16 F-29 F-33: a sound answer survives", arguments: Format.allCases, FaultCase.harmless)
    func survives(format: Format, fault: Fault) async throws {
        let fixture = try RouterFixture(Script(format: format, fault: fault))
        let reply = try await fixture.router.complete(ChatRequest("hi"))
        let streamed = try await fixture.router.stream(ChatRequest("hi")).collect()
        #expect(reply.content == streamed.content && !reply.content.isEmpty)
        #expect(fixture.router.metrics.answered == 2 && fixture.router.metrics.isSettled)
    }

    @Test(
        "the failure of everybody names each provider's in order", arguments: Format.allCases)
    func namesEveryFailure(format: Format) async throws {
        let fixture = try RouterFixture(
            Script(format: format, fault: .status(500)), Script(format: format, fault: .refuse),
            Script(format: format, fault: .auth))
        let error = try #require(await failure { try await fixture.router.complete(ChatRequest("hi")) })
        #expect(error.code == .allProvidersFailed && error.attempts.map(\.provider) == ["p0", "p1", "p2"])
        let places = ["p0: HTTP 500", "p1: no connection to 127.0.0.1", "p2: HTTP 40"].map {
            error.message.firstRange(of: $0)?.lowerBound
        }
        #expect(places.allSatisfy { $0 != nil } && places.compactMap { $0 }.sorted() == places.compactMap { $0 })
        #expect(error.description.split(separator: "\n").count == 4)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.failed == 1)
    }
}

extension Fault {
    /// The same kind of fault, striking before anything was said.
    var beforeTheFirstToken: Fault {
        switch self {
        case .reset: .reset(afterChunks: 0)
        case .truncate: .truncate(afterChunks: 0)
        case .cleanCut: .cleanCut(afterChunks: 0)
        case .closeDelimited: .closeDelimited(afterChunks: 0)
        case .stall: .stall(afterChunks: 0)
        default: self
        }
    }
}
