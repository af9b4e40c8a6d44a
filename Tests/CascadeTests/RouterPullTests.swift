import Cascade
import CascadeTesting
import Testing

@Suite("Fetching a model that an Ollama provider lacks")
struct RouterPullTests {
    private static func missing(format: Format = .ollama, delay: Duration = .zero) -> Script {
        var script = Script(format: format, text: "fetched")
        script.missingModels = ["p0-model"]
        script.chunkDelay = delay
        return script
    }

    private func pulls(_ provider: LoopbackProvider) -> Int {
        provider.log.count { $0.path == "/api/pull" }
    }

    @Test("the same provider is asked again once the model is there, and is not blamed", arguments: [true, false])
    func pulls(isStream: Bool) async throws {
        let progress = Recorder<ModelPullProgress>()
        var options = RouterOptions.quiet
        options.onModelPull = { progress.append($0) }
        let fixture = try RouterFixture(Self.missing(), Script(text: "other"), options: options) { configuration in
            configuration.multimodal.autoPull = true
            configuration.cascade.circuitBreaker.failureThreshold = 1
        }
        let request = ChatRequest("hi")
        let reply =
            isStream
            ? try await fixture.router.stream(request).collect() : try await fixture.router.complete(request)
        #expect(reply.content == "fetched" && reply.provider == "p0")
        #expect(reply.attempts.map(\.outcome) == [.failed, .answered])
        #expect(reply.attempts[0].reason == "model_not_pulled" && fixture.reports.all == reply.attempts)
        #expect(pulls(fixture[0]) == 1)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics["p0"].failed == 0 && metrics["p0"].attempts == 2)
        #expect(fixture.router.status["p0"].circuitState == .closed)
        #expect(fixture.router.status["p0"].coolingDownFor == nil)
        #expect(progress.all.first?.status == "pulling manifest" && progress.all.contains { $0.completed != nil })
        #expect(progress.all.map(\.isFinished) == progress.all.dropLast().map { _ in false } + [true])
        #expect(progress.all.last?.status == "success" && progress.all.allSatisfy { $0.model == "p0-model" })
    }

    @Test("nothing is fetched unless the configuration says so, or where it is not Ollama")
    func notAsked() async throws {
        for (format, autoPull) in [(Format.ollama, false), (.openai, true)] {
            let fixture = try RouterFixture(Self.missing(format: format), Script(text: "other")) {
                $0.multimodal.autoPull = autoPull
            }
            #expect(try await fixture.router.complete(ChatRequest("hi")).content == "other")
            #expect(pulls(fixture[0]) == 0)
        }
    }

    @Test("a fetch that fails falls over, says why, and cools the model down")
    func failedPull() async throws {
        var script = Self.missing()
        script.fault = .status(500)
        script.faultsProbes = true
        script.faultEvery = 2
        let fixture = try RouterFixture(script, Script(text: "other")) { $0.multimodal.autoPull = true }
        let reply = try await fixture.router.complete(ChatRequest("hi"))
        #expect(reply.content == "other" && reply.attempts.map(\.outcome) == [.failed, .answered])
        #expect(reply.attempts[0].failureClass == .config)
        #expect(reply.attempts[0].message?.contains("fetching it failed: HTTP 500") == true)
        #expect(fixture.router.status["p0"].circuitState == .closed)
        #expect(try await fixture.router.complete(ChatRequest("hi")).attempts.map(\.provider) == ["p1"])
    }

    @Test("requests that need the same model share one fetch")
    func shares() async throws {
        let fixture = try RouterFixture(Self.missing(delay: .milliseconds(20))) { $0.multimodal.autoPull = true }
        let contents = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask { try await fixture.router.complete(ChatRequest("hi")).content }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(contents == Array(repeating: "fetched", count: 8))
        #expect(pulls(fixture[0]) == 1 && fixture.router.metrics.isSettled)
    }

    @Test("one who goes away leaves the fetch to the others")
    func oneLeaves() async throws {
        let started = Recorder<ModelPullProgress>()
        var options = RouterOptions.quiet
        options.onModelPull = { started.append($0) }
        let fixture = try RouterFixture(Self.missing(delay: .milliseconds(300)), options: options) {
            $0.multimodal.autoPull = true
        }
        let leaving = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        await eventually { !started.all.isEmpty }
        let staying = Task { try await fixture.router.complete(ChatRequest("hi")) }
        await eventually { fixture[0].log.count { $0.path == "/api/chat" && $0.outcome == .answered } == 2 }
        // What comes after that answer is read after it.
        let steps = started.all.count
        await eventually { started.all.count > steps }
        leaving.cancel()
        #expect(await leaving.value?.code == .cancelled)
        #expect(try await staying.value.content == "fetched")
        #expect(pulls(fixture[0]) == 1 && fixture.router.metrics.isSettled)
    }

    @Test("when the last one goes away the fetch is stopped")
    func lastLeaves() async throws {
        let fixture = try RouterFixture(Self.missing(delay: .seconds(60))) { $0.multimodal.autoPull = true }
        let caller = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        #expect(await fixture[0].waitForRequests(2))
        caller.cancel()
        #expect(await caller.value?.code == .cancelled)
        #expect(await fixture[0].waitForPeerClose(ofRequest: 1) != nil)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.cancelled == 1)
    }

    @Test("a request waits for a fetch no longer than its own deadline")
    func deadline() async throws {
        let clock = MockClock()
        let fixture = try RouterFixture(Self.missing(delay: .seconds(60)), options: .quiet(clock: clock)) {
            $0.multimodal.autoPull = true
        }
        var request = ChatRequest("hi")
        request.deadline = .seconds(5)
        let caller = Task { [request] in await failure { try await fixture.router.complete(request) } }
        await clock.waitForSleepers()
        #expect(await fixture[0].waitForRequests(2))
        clock.advance(by: .seconds(5))
        let error = await caller.value
        #expect(error?.code == .deadlineExceeded && error?.attempts.count == 1)
        // The model may be there a moment later: nobody else has to wait.
        #expect(fixture.router.status["p0"].coolingDownFor == nil)
        #expect(await fixture[0].waitForPeerClose(ofRequest: 1) != nil)
    }
}
