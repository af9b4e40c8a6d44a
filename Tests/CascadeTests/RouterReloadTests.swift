import Cascade
import CascadeTesting
import Testing

@Suite("Changing a router while it runs")
struct RouterReloadTests {
    private func configuration(_ fixture: RouterFixture, _ names: String...) -> CascadeConfiguration {
        CascadeConfiguration(
            providers: names.enumerated().map { index, name in
                ProviderConfiguration(
                    name: name, at: fixture[Int(String(name.last!))!], priority: index + 1)
            })
    }

    @Test("F-44: a reload swaps the providers and keeps breakers and counts by name")
    func reload() async throws {
        let fixture = try RouterFixture(Script(fault: .status(500)), Script(text: "second"), Script(text: "third")) {
            $0.cascade.circuitBreaker.failureThreshold = 1
        }
        _ = try await fixture.router.complete(ChatRequest("hi"))
        try fixture.router.reload(configuration(fixture, "p2", "p0"))
        #expect(fixture.router.status.providers.map(\.name) == ["p2", "p0"])
        #expect(fixture.router.status["p0"].circuitState == .open && fixture.router.metrics["p0"].failed == 1)
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "third")
        // A name that went away begins anew.
        try fixture.router.reload(configuration(fixture, "p2"))
        try fixture.router.reload(configuration(fixture, "p2", "p0"))
        #expect(fixture.router.status["p0"].circuitState == .closed && fixture.router.metrics["p0"].failed == 0)
        #expect(fixture.router.metrics.answered == 2)
    }

    @Test("F-44: a new key ends the pause that the old one was given, and nothing else does")
    func newKey() async throws {
        let fixture = try RouterFixture(Script(fault: .quota), Script(text: "other"))
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1")
        fixture[0].setScript(Script(text: "paid"))
        var same = configuration(fixture, "p0", "p1")
        try fixture.router.reload(same)
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1")
        same.providers[0].apiKey = Secret("another-key")
        try fixture.router.reload(same)
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "paid")
    }

    @Test("F-44: a request in flight keeps the configuration that it began with")
    func inFlight() async throws {
        var script = Script(chunks: 20)
        script.chunkDelay = .milliseconds(2)
        let fixture = try RouterFixture(script, Script(text: "second"))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let waiting = Task { try await fixture.router.complete(ChatRequest("hi")) }
        #expect(await fixture[0].waitForRequests(2))
        try fixture.router.reload(configuration(fixture, "p1"))
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "second")
        #expect(try await stream.collect().content == script.expectedText)
        #expect(try await waiting.value.provider == "p0")
        #expect(fixture.router.metrics.isSettled)
    }

    @Test("F-44: a configuration that cannot be used leaves the old one in place")
    func badConfiguration() async throws {
        let fixture = try RouterFixture(Script(text: "first"), Script())
        var bad = configuration(fixture, "p1")
        bad.providers[0].headers = ["X-Bad": "line\nbreak"]
        let error = await failure { try fixture.router.reload(bad) }
        #expect(error?.message.contains("X-Bad") == true && error?.message.contains("line") == false)
        #expect(fixture.router.status.providers.map(\.name) == ["p0", "p1"])
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "first")
    }

    @Test("F-44: a provider that has not changed keeps its connections")
    func connections() async throws {
        let fixture = try RouterFixture(Script(), Script())
        _ = try await fixture.router.complete(ChatRequest("hi"))
        var changed = CascadeConfiguration(loopback: fixture.providers, formats: [.openai, .openai])
        changed.cascade.strictFields = true
        try fixture.router.reload(changed)
        fixture.router.setEnabled("p1", false)
        _ = try await fixture.router.complete(ChatRequest("hi"))
        #expect(fixture[0].counters.connectionsAccepted == 1 && fixture[0].counters.requests == 2)
    }

    @Test("a provider is switched by hand, and a reload does not undo it")
    func setEnabled() async throws {
        let fixture = try RouterFixture(Script(), Script()) { $0.providers[1].enabled = false }
        #expect(!fixture.router.setEnabled("nobody", true))
        #expect(fixture.router.setEnabled("p0", false) && fixture.router.setEnabled("p1", true))
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1")
        #expect(fixture.router.status["p0"].status == .disabled && !fixture.router.status["p0"].isEnabled)
        let skipped = fixture.router.explain(ChatRequest("hi")).skipped
        #expect(skipped.map(\.provider) == ["p0"] && skipped.map(\.reason) == ["disabled"])
        try fixture.router.reload(configuration(fixture, "p0", "p1"))
        #expect(fixture.router.status.providers.map(\.isEnabled) == [false, true])
        #expect(fixture.router.setEnabled("p0", true))
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p0")
    }

    @Test("many changes at once lose none")
    func concurrentChanges() async throws {
        let fixture = try RouterFixture(Array(repeating: Script(), count: 8))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask { fixture.router.setEnabled("p\(index)", index.isMultiple(of: 2)) }
            }
        }
        #expect(fixture.router.status.providers.map(\.isEnabled) == (0..<8).map { $0.isMultiple(of: 2) })
    }
}
