import Cascade
import CascadeTesting
import Testing

@Suite("Breakers, cooldowns and retries of a router")
struct RouterBreakerTests {
    private let clock = MockClock()

    private func ask(_ fixture: RouterFixture) async -> CascadeError? {
        await failure { try await fixture.router.complete(ChatRequest("hi")) }
    }

    @Test("the threshold of failed requests opens the circuit; its time lets probes through; their success closes it")
    func opensAndCloses() async throws {
        let fixture = try RouterFixture(
            Script(fault: .status(500)), Script(text: "backup"), options: .quiet(clock: clock)
        ) { $0.cascade.circuitBreaker.failureThreshold = 3 }
        for _ in 0..<3 { #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1") }
        #expect(fixture.router.status["p0"].circuitState == .open && fixture.router.status["p0"].status == .unhealthy)
        #expect(try await fixture.router.complete(ChatRequest("hi")).attempts.map(\.provider) == ["p1"])
        #expect(fixture[0].counters.requests == 3)
        let held = try #require(fixture.router.explain(ChatRequest("hi")).steps.first?.heldBack)
        #expect(held.hasPrefix("circuit open for "))

        fixture[0].setScript(Script(text: "back"))
        clock.advance(by: .seconds(70))
        #expect(fixture.router.status["p0"].circuitState == .halfOpen)
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p0")
        #expect(fixture.router.status["p0"].circuitState == .halfOpen)
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p0")
        #expect(fixture.router.status["p0"].circuitState == .closed && fixture.router.status["p0"].status == .healthy)
    }

    @Test("a failed probe opens the circuit again, for longer")
    func failedProbe() async throws {
        let fixture = try RouterFixture(
            Script(fault: .status(500)), Script(), options: .quiet(clock: clock)
        ) { $0.cascade.circuitBreaker.failureThreshold = 1 }
        _ = try await fixture.router.complete(ChatRequest("hi"))
        clock.advance(by: .seconds(70))
        _ = try await fixture.router.complete(ChatRequest("hi"))
        let status = fixture.router.status["p0"]
        #expect(status.circuitState == .open)
        #expect(try #require(status.circuitOpenFor) > .seconds(100))
        #expect(fixture[0].counters.requests == 2)
    }

    @Test("a probe's failure counts, also where it is the second one of its request")
    func failedProbeOfARetry() async throws {
        let fixture = try RouterFixture(Script(fault: .status(500)), options: .quiet(clock: clock)) {
            $0.cascade.maxAttemptsPerProvider = 2
            $0.cascade.retryDelay = .seconds(30)
            $0.cascade.circuitBreaker.failureThreshold = 1
            $0.cascade.circuitBreaker.recoveryTimeout = .milliseconds(1)
        }
        let caller = Task { await ask(fixture) }
        await clock.waitForSleepers()
        clock.advance(by: .seconds(60))
        #expect(await caller.value?.attempts.count == 2)
        #expect(fixture.router.status["p0"].circuitState == .open)
    }

    @Test(
        "F-17: callers who have no time for a provider do not open its circuit", arguments: [nil, Duration.seconds(60)])
    func shortDeadlines(total: Duration?) async throws {
        let fixture = try RouterFixture(Script(fault: .noAnswer), Script()) {
            $0.cascade.circuitBreaker.failureThreshold = 1
            $0.providers[0].timeouts.total = total
        }
        var request = ChatRequest("hi")
        request.deadline = .milliseconds(100)
        let error = await failure { [request] in try await fixture.router.complete(request) }
        #expect(error?.code == .deadlineExceeded && error?.attempts.first?.failureClass == .timeout)
        #expect(fixture.router.status["p0"].circuitState == .closed && fixture.router.metrics["p0"].failed == 0)
    }

    @Test("F-17: a provider that exceeds its own time limit is blamed")
    func ownTotal() async throws {
        let fixture = try RouterFixture(Script(fault: .noAnswer), Script(text: "other")) {
            $0.cascade.circuitBreaker.failureThreshold = 1
            $0.providers[0].timeouts.total = .milliseconds(20)
        }
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "other")
        #expect(fixture.router.status["p0"].circuitState == .open && fixture.router.metrics["p0"].failed == 1)
    }

    @Test("with every circuit open the one that closes soonest is probed all the same")
    func forcedProbe() async throws {
        let fixture = try RouterFixture(
            Script(fault: .status(500)), Script(fault: .status(500)), options: .quiet(clock: clock)
        ) { $0.cascade.circuitBreaker.failureThreshold = 1 }
        #expect(await ask(fixture)?.attempts.count == 2)
        fixture[0].setScript(Script(text: "back"))
        fixture[1].setScript(Script(text: "back"))
        let reply = try await fixture.router.complete(ChatRequest("hi"))
        #expect(reply.content == "back" && reply.attempts.count == 1)
        #expect(fixture.router.status[reply.provider].circuitState == .halfOpen)
    }

    @Test("F-45: several attempts on one provider in one request count as one failure")
    func countsOnce() async throws {
        let fixture = try RouterFixture(Script(fault: .status(500)), options: .quiet) { configuration in
            configuration.cascade.maxAttemptsPerProvider = 3
            configuration.cascade.circuitBreaker.failureThreshold = 3
        }
        for _ in 0..<2 { #expect(await ask(fixture)?.attempts.count == 3) }
        let metrics = fixture.router.metrics["p0"]
        #expect(metrics.attempts == 6 && metrics.totalRequests == 2 && metrics.failed == 2)
        #expect(fixture.router.status["p0"].circuitState == .closed)
        _ = await ask(fixture)
        #expect(fixture.router.status["p0"].circuitState == .open)
    }

    @Test("a second attempt that answers takes the failure back")
    func successAfterRetry() async throws {
        let fixture = try RouterFixture(Script(text: "good")) { $0.cascade.maxAttemptsPerProvider = 2 }
        fixture[0].push(next: [Script(fault: .status(503))])
        let reply = try await fixture.router.complete(ChatRequest("hi"))
        #expect(reply.attempts.map(\.outcome) == [.failed, .answered])
        let metrics = fixture.router.metrics
        #expect(metrics["p0"].failed == 0 && metrics["p0"].successful == 1 && metrics.fallbacks == 0)
        #expect(metrics.isSettled)
    }

    @Test("F-38: the pause between attempts goes by the clock, and cancelling the caller ends it")
    func backoff() async throws {
        let fixture = try RouterFixture(Script(fault: .status(500)), options: .quiet(clock: clock)) { configuration in
            configuration.cascade.maxAttemptsPerProvider = 2
            configuration.cascade.retryDelay = .seconds(4)
        }
        let caller = Task { await ask(fixture) }
        await clock.waitForSleepers()
        #expect(fixture[0].counters.requests == 1)
        clock.advance(by: .seconds(4))
        #expect(await caller.value?.attempts.count == 2)

        let cancelled = Task { await ask(fixture) }
        await clock.waitForSleepers()
        cancelled.cancel()
        #expect(await cancelled.value?.code == .cancelled)
        #expect(fixture[0].counters.requests == 3 && fixture.router.metrics.isSettled && clock.sleeperCount == 0)
    }

    @Test("F-09: a rate limit cools the model down for as long as the provider asked, and never opens the circuit")
    func rateLimit() async throws {
        let fixture = try RouterFixture(
            Script(fault: .rateLimit(retryAfter: .seconds(90))), Script(text: "backup"), options: .quiet(clock: clock)
        ) { $0.cascade.circuitBreaker.failureThreshold = 1 }
        for _ in 0..<3 { #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1") }
        #expect(fixture[0].counters.requests == 1)
        #expect(fixture.router.status["p0"].circuitState == .closed)
        #expect(fixture.router.status["p0"].coolingDownFor == .seconds(90))
        fixture[0].setScript(Script(text: "back"))
        clock.advance(by: .seconds(89))
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1")
        clock.advance(by: .seconds(2))
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p0")
    }

    @Test("F-09: with everyone limited the error says when to come back")
    func everyoneLimited() async throws {
        let limited = Script(fault: .rateLimit(retryAfter: .seconds(300)))
        let fixture = try RouterFixture(
            limited, Script(fault: .rateLimit(retryAfter: .seconds(200))), options: .quiet(clock: clock))
        for attempts in [2, 0] {
            let error = try #require(await ask(fixture))
            #expect(error.code == .rateLimited && error.attempts.count == attempts && error.isRetriable)
            #expect(error.retryAfter == .seconds(200))
        }
        #expect(fixture.router.metrics.isSettled)
    }

    @Test("F-09: a short Retry-After is waited for when nobody else is left")
    func waitsForRetryAfter() async throws {
        let fixture = try RouterFixture(Script(text: "good"), options: .quiet(clock: clock)) {
            $0.cascade.maxAttemptsPerProvider = 2
        }
        fixture[0].push(next: [Script(fault: .rateLimit(retryAfter: .seconds(20)))])
        let caller = Task { try await fixture.router.complete(ChatRequest("hi")) }
        await clock.waitForSleepers()
        clock.advance(by: .seconds(19))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        #expect(try await caller.value.attempts.count == 2)
    }

    @Test("F-14: a refused key pauses the whole provider, and is not called a rate limit")
    func auth() async throws {
        let fixture = try RouterFixture(Script(fault: .auth), options: .quiet(clock: clock)) { configuration in
            configuration.providers[0].models.append(ModelConfiguration(name: "other"))
        }
        #expect(await ask(fixture)?.code == .allProvidersFailed)
        let error = try #require(
            await failure {
                try await fixture.router.complete(ChatRequest("hi", model: "other"))
            })
        #expect(error.code == .allProvidersFailed && error.attempts.isEmpty)
        #expect(error.skipped.map(\.reason) == ["cooling down for 60 s (authentication)"])
        #expect(fixture[0].counters.requests == 1 && fixture.router.status["p0"].circuitState == .closed)
        clock.advance(by: .seconds(61))
        _ = await ask(fixture)
        #expect(fixture[0].counters.requests == 2)
    }

    @Test("F-14: an unknown model cools that model only")
    func unknownModel() async throws {
        var script = Script(text: "good")
        script.missingModels = ["p0-model"]
        let fixture = try RouterFixture(script, options: .quiet(clock: clock)) { configuration in
            configuration.providers[0].models.append(ModelConfiguration(name: "other"))
        }
        #expect(await ask(fixture)?.attempts.first?.reason == "model_not_found")
        #expect(await ask(fixture)?.attempts.isEmpty == true)
        #expect(try await fixture.router.complete(ChatRequest("hi", model: "other")).content == "good")
        clock.advance(by: .seconds(61))
        #expect(await ask(fixture)?.attempts.count == 1)
    }

    @Test("resetCircuit closes the circuit and ends cooldowns")
    func reset() async throws {
        let fixture = try RouterFixture(
            Script(fault: .status(500)), Script(fault: .rateLimit(retryAfter: .seconds(500))), Script(),
            options: .quiet(clock: clock)
        ) { $0.cascade.circuitBreaker.failureThreshold = 1 }
        _ = try await fixture.router.complete(ChatRequest("hi"))
        #expect(fixture.router.explain(ChatRequest("hi")).steps.map { $0.heldBack != nil } == [true, true, false])
        #expect(fixture.router.resetCircuit("p0") && fixture.router.resetCircuit("p1"))
        #expect(!fixture.router.resetCircuit("nobody"))
        #expect(fixture.router.explain(ChatRequest("hi")).steps.allSatisfy { $0.heldBack == nil })
        #expect(fixture.router.status["p0"].circuitState == .closed && fixture.router.status["p0"].status == .healthy)
    }

    @Test("F-05: three cuts of the last five streams open the circuit")
    func cutsOpen() async throws {
        let fixture = try RouterFixture(Script(fault: .reset(afterChunks: 2)))
        for _ in 0..<3 {
            #expect(fixture.router.status["p0"].circuitState == .closed)
            let stream = try await fixture.router.stream(ChatRequest("hi"))
            #expect(await failure { try await stream.collect() }?.code == .streamCut)
        }
        #expect(fixture.router.status["p0"].circuitState == .open && fixture.router.metrics["p0"].cuts == 3)
    }

    @Test("a good health check closes an open circuit; a bad one tells why; hosted ones are not asked")
    func health() async throws {
        let fixture = try RouterFixture(
            Script(format: .ollama, fault: .status(500)), Script(format: .openai, fault: .status(500)),
            Script(format: .ollama, fault: .refuse), options: .quiet(clock: clock)
        ) { $0.cascade.circuitBreaker.failureThreshold = 1 }
        _ = await ask(fixture)
        #expect(fixture.router.status.providers.allSatisfy { $0.circuitState == .open })
        let reports = await fixture.router.checkHealth()
        #expect(reports.map(\.provider) == ["p0", "p1", "p2"] && reports.map(\.isHealthy) == [true, true, false])
        #expect(reports[0].models == ["loopback-model"])
        #expect(reports[0].detail == "answers, 1 model; model p0-model is not pulled")
        #expect(reports.map(\.wasAsked) == [true, false, true])
        #expect(reports.map(\.status) == [.healthy, .unhealthy, .unhealthy])
        #expect(reports[2].detail.contains("no connection to 127.0.0.1"))
        #expect(fixture.router.status.providers.map(\.circuitState) == [.closed, .open, .open])
        #expect(fixture[1].counters.requests == 1)
    }

    @Test("F-42: a provider takes no more requests at a time than it may")
    func concurrency() async throws {
        let fixture = try RouterFixture(Script(fault: .noAnswer), Script(text: "other")) {
            $0.providers[0].maxConcurrency = 1
        }
        let first = Task { await ask(fixture) }
        #expect(await fixture[0].waitForRequests(1))
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1")
        first.cancel()
        _ = await first.value
        #expect(fixture[0].counters.requests == 1 && fixture.router.metrics.isSettled)
    }
}
