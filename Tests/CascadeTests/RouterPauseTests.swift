import Cascade
import CascadeTesting
import Testing

@Suite("Pauses of a router's models")
struct RouterPauseTests {
    private let clock = MockClock()

    private func request(_ model: String) -> ChatRequest { ChatRequest("hi", model: model) }

    private func fixture(_ script: Script, models: [String]) throws -> RouterFixture {
        try RouterFixture(script, options: .quiet(clock: clock)) { configuration in
            configuration.providers[0].models += models.map { ModelConfiguration(name: $0) }
        }
    }

    @Test("F-14: unknown models never pause the provider, however many are asked for")
    func manyUnknownModels() async throws {
        let missing = (0..<20).map { "missing-\($0)" }
        var script = Script(text: "good")
        script.missingModels = Set(missing)
        let fixture = try fixture(script, models: missing)
        for model in missing {
            #expect(await failure { try await fixture.router.complete(request(model)) }?.attempts.count == 1)
        }
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "good")
    }

    @Test("F-09 F-14: an unknown model does not change why another is paused, and that one is still waited for")
    func unknownBesideLimited() async throws {
        var script = Script(text: "good")
        script.missingModels = ["missing"]
        let fixture = try fixture(script, models: ["missing"])
        fixture[0].push(next: [Script(fault: .rateLimit(retryAfter: .seconds(20)))])
        _ = await failure { try await fixture.router.complete(ChatRequest("hi")) }
        _ = await failure { try await fixture.router.complete(request("missing")) }
        #expect(
            fixture.router.explain(ChatRequest("hi")).steps.map(\.heldBack) == ["cooling down for 20 s (rate_limited)"])
        let caller = Task { try await fixture.router.complete(ChatRequest("hi")) }
        await clock.waitForSleepers()
        clock.advance(by: .seconds(20))
        #expect(try await caller.value.content == "good")
    }

    @Test("the status tells of a pause of any model")
    func status() async throws {
        let fixture = try fixture(Script(text: "good"), models: ["other"])
        fixture[0].push(next: [Script(fault: .rateLimit(retryAfter: .seconds(90)))])
        _ = await failure { try await fixture.router.complete(request("other")) }
        #expect(fixture.router.status["p0"].coolingDownFor == .seconds(90))
        #expect(fixture.router.explain(ChatRequest("hi")).steps.map(\.heldBack) == [nil])
    }
}
