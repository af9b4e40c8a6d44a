import Cascade
import CascadeTesting
import Testing

@Suite("The plan of a request")
struct RouterExplainTests {
    private func router(
        _ yaml: String, environment: [String: String] = [:], options: RouterOptions = .quiet
    ) throws -> CascadeRouter {
        try CascadeRouter(configuration: parseConfiguration(yaml, environment: environment), options: options)
    }

    private static let allEnabled = providersFile.replacing("enabled: false", with: "enabled: true")
    private static let keys = ["OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"]

    @Test("text goes to the default model of the providers that are enabled")
    func text() throws {
        let plan = try router(providersFile).explain(ChatRequest("hi"))
        #expect(plan.needs == ["text"])
        #expect(plan.steps.map(\.provider) == ["ollama-local"] && plan.steps[0].model == "llama3.1:8b-instruct")
        #expect(plan.steps[0].modelReason == "default" && !plan.steps[0].isFallbackModel)
        #expect(plan.steps[0].heldBack == nil)
        #expect(plan.skipped.map(\.provider) == ["airllm-local", "openai-backup", "anthropic-backup"])
        #expect(plan.skipped.allSatisfy { $0.reason == "disabled" })
    }

    @Test(
        "an image goes to a model that sees, by the chain, and such a model is a stand-in",
        arguments: [
            ChatRequest(messages: [.user([.text("what?"), .image(.url("https://a/b"))])]),
            ChatRequest("what is on cat.png"), ChatRequest("look: data:image/png;base64,AAAA"),
        ])
    func image(request: ChatRequest) throws {
        let plan = try router(Self.allEnabled, environment: Self.keys).explain(request)
        #expect(plan.needs == ["text", "vision"])
        #expect(plan.steps.map(\.provider) == ["ollama-local", "openai-backup", "anthropic-backup"])
        #expect(plan.steps.map(\.model) == ["llama3.2:3b", "gpt-4o-mini", "claude-3-haiku-20240307"])
        #expect(plan.steps.map(\.isFallbackModel) == [true, false, false])
        #expect(plan.steps.map(\.modelReason) == ["has vision", "default", "default"])
        #expect(plan.skipped.map(\.reason) == ["no model with vision"])
    }

    @Test("another provider's model is not sent blindly: a default stands in, and says so")
    func foreignModel() throws {
        let request = ChatRequest("hi", model: "gpt-4o")
        let plan = try router(Self.allEnabled, environment: Self.keys).explain(request)
        #expect(plan.steps.map(\.model) == ["llama3.1:8b-instruct", "70b", "gpt-4o", "claude-3-haiku-20240307"])
        #expect(plan.steps.map(\.isFallbackModel) == [true, true, false, true])
        #expect(plan.steps[0].modelReason == "default; the one asked for is not listed")
        #expect(plan.steps[2].modelReason == "asked for")
    }

    @Test("strict models skip a provider that does not list the model")
    func strict() throws {
        let yaml = Self.allEnabled.replacing("timeout_seconds: 30", with: "strict_models: true")
        let plan = try router(yaml, environment: Self.keys).explain(ChatRequest("hi", model: "gpt-4o"))
        #expect(plan.steps.map(\.provider) == ["openai-backup"])
        #expect(plan.skipped.allSatisfy { $0.reason == "does not list model gpt-4o" })
    }

    @Test("a provider without its key is a step that is held back, and is not asked")
    func noKey() async throws {
        let router = try router(Self.allEnabled)
        let plan = router.explain(ChatRequest("hi"))
        #expect(plan.steps.map(\.heldBack) == [nil, nil, "no API key", "no API key"])
        #expect(await router.checkHealth().suffix(2).map(\.detail) == ["no API key", "no API key"])
    }

    @Test("aliases, tiers, tags and agents choose, in the plan and in what is sent")
    func choices() async throws {
        let provider = try LoopbackProvider()
        let yaml = """
            aliases: {quick: [small-b, small-a]}
            agent_model_assignments: {poet: big-b}
            providers:
              - {name: a, type: openai_compatible, enabled: true, priority: 1, url: "\(provider.baseURL)", tags: [home],
                 models: [{name: big-a, default: true, tier: best}, {name: small-a, tier: fast}]}
              - {name: b, type: openai_compatible, enabled: true, priority: 2, url: "\(provider.baseURL)", tags: [away],
                 models: [{name: big-b, default: true, tier: best}, {name: small-b, tier: fast}]}
            """
        let router = try router(yaml)
        var tier = ChatRequest("hi")
        tier.tier = "fast"
        var tagged = ChatRequest("hi")
        tagged.tags = ["away"]
        var agent = ChatRequest("hi")
        agent.agent = "poet"
        let cases: [(ChatRequest, [String], [Bool])] = [
            (ChatRequest("hi", model: "quick"), ["small-a", "small-b"], [false, false]),
            (tier, ["small-a", "small-b"], [false, false]),
            (tagged, ["big-b"], [false]),
            (agent, ["big-a", "big-b"], [true, false]),
        ]
        for (request, models, isFallback) in cases {
            let plan = router.explain(request)
            #expect(plan.steps.map(\.model) == models && plan.steps.map(\.isFallbackModel) == isFallback)
            let reply = try await router.complete(request)
            #expect(reply.model == models[0] && reply.isFallbackModel == isFallback[0])
            #expect(provider.log.last?.bodyText.contains("\"\(models[0])\"") == true)
        }
        #expect(router.explain(tagged).skipped.map(\.reason) == ["not tagged away"])
        tagged.tags = ["nowhere"]
        let error = await failure { [tagged] in try await router.complete(tagged) }
        #expect(
            error?.code == .noCandidate && error?.skipped.map(\.reason) == ["not tagged nowhere", "not tagged nowhere"])
        await router.shutdown()
    }

    @Test("with the day's budget spent, only free models are asked until the next day")
    func budget() async throws {
        let clock = MockClock()
        let fixture = try RouterFixture(Script(), Script(text: "free"), options: .quiet(clock: clock)) {
            configuration in
            configuration.providers[0].models[0].costPerMillionInput = 1_000_000
            configuration.costTracking.enabled = true
            configuration.costTracking.budgetDailyUSD = 5
            configuration.costTracking.onExceeded = .skipPaid
        }
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p0")
        #expect(fixture.router.metrics.spentToday == Double(Script.promptTokens))
        #expect(fixture.router.metrics["p0"].cost == 9 && fixture.router.metrics.dailyBudget == 5)
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p1")
        #expect(fixture.router.explain(ChatRequest("hi")).skipped.map(\.reason) == ["daily budget is spent"])
        clock.day += 1
        #expect(try await fixture.router.complete(ChatRequest("hi")).provider == "p0")
    }

    @Test("with nobody configured the error says what to do")
    func nobody() async throws {
        let router = try CascadeRouter(configuration: CascadeConfiguration(), options: .quiet)
        let error = await failure { try await router.complete(ChatRequest("hi")) }
        #expect(error?.code == .noCandidate && error?.message.contains("providers:") == true)
        #expect(error?.isRetriable == false)
    }
}
