import CascadePolicy
import Testing

@Suite("Routing table")
struct RoutingTableTests {
    typealias Query = RoutingTable.Query
    typealias Model = RoutingTable.Model
    typealias Provider = RoutingTable.Provider

    @Test(
        "plans for a local provider with two hosted ones behind it",
        arguments: [
            (
                Query(),
                [
                    "ollama-local/llama3.1:8b-instruct", "openai-backup/gpt-4o-mini",
                    "anthropic-backup/claude-3-haiku-20240307",
                ]
            ),
            (
                Query(needs: [.text, .streaming]),
                [
                    "ollama-local/llama3.1:8b-instruct", "openai-backup/gpt-4o-mini",
                    "anthropic-backup/claude-3-haiku-20240307",
                ]
            ),
            (
                Query(needs: [.text, .vision]),
                ["ollama-local/llama3.2:3b!", "openai-backup/gpt-4o-mini", "anthropic-backup/claude-3-haiku-20240307"]
            ),
            (
                Query(needs: .tools),
                [
                    "ollama-local/llama3.1:8b-instruct", "openai-backup/gpt-4o-mini",
                    "anthropic-backup/claude-3-sonnet-20240229!",
                ]
            ),
            (
                Query(model: "gpt-4o"),
                ["ollama-local/llava:7b", "openai-backup/gpt-4o", "anthropic-backup/claude-3-haiku-20240307!"]
            ),
            (
                Query(model: "claude-3-sonnet-20240229"),
                [
                    "ollama-local/llama3.1:8b-instruct!", "openai-backup/gpt-4o-mini!",
                    "anthropic-backup/claude-3-sonnet-20240229",
                ]
            ),
            (
                Query(model: "llava:7b", needs: .vision),
                ["ollama-local/llava:7b", "openai-backup/gpt-4o-mini!", "anthropic-backup/claude-3-haiku-20240307!"]
            ),
            (
                Query(model: "llava:7b", needs: [.vision, .json]),
                ["ollama-local/llama3.2:3b!", "openai-backup/gpt-4o-mini!"]
            ),
            (
                Query(model: "deepseek-r1:1.5b", needs: .tools),
                [
                    "ollama-local/llama3.1:8b-instruct!", "openai-backup/gpt-4o-mini!",
                    "anthropic-backup/claude-3-sonnet-20240229!",
                ]
            ),
            (
                Query(model: "fast"),
                ["ollama-local/llama3.2:3b", "openai-backup/gpt-4o-mini", "anthropic-backup/claude-3-haiku-20240307!"]
            ),
            (
                Query(agent: "scribe"),
                [
                    "ollama-local/deepseek-r1:1.5b", "openai-backup/gpt-4o-mini!",
                    "anthropic-backup/claude-3-haiku-20240307!",
                ]
            ),
            (
                Query(agent: "seer"),
                ["ollama-local/llama3.2:3b", "openai-backup/gpt-4o-mini", "anthropic-backup/claude-3-haiku-20240307!"]
            ),
            (
                Query(agent: "nobody"),
                [
                    "ollama-local/llama3.1:8b-instruct", "openai-backup/gpt-4o-mini",
                    "anthropic-backup/claude-3-haiku-20240307",
                ]
            ),
            (
                Query(minimumContext: 150_000),
                ["anthropic-backup/claude-3-haiku-20240307"]
            ),
            (
                Query(model: "llava:7b", needs: .vision, minimumContext: 5000),
                [
                    "ollama-local/llama3.2:3b!", "openai-backup/gpt-4o-mini!",
                    "anthropic-backup/claude-3-haiku-20240307!",
                ]
            ),
            (
                Query(model: "qwen2.5:14b", minimumContext: 32_000),
                [
                    "ollama-local/qwen2.5:14b", "openai-backup/gpt-4o-mini!",
                    "anthropic-backup/claude-3-haiku-20240307!",
                ]
            ),
            (Query(needs: .multimodal), []),
        ])
    func plans(query: Query, plan: [String]) {
        #expect(RoutingFixture.table().plan(query) == plan)
    }

    @Test("strict models skip a provider that does not list the model")
    func strict() {
        let table = RoutingFixture.table(strict: true)
        #expect(table.plan(Query(model: "gpt-4o-mini")) == ["openai-backup/gpt-4o-mini"])
        #expect(table.skips(Query(model: "gpt-4o-mini"))["ollama-local"] == .modelNotListed("gpt-4o-mini"))
        #expect(table.plan(Query(model: "llava:7b", needs: .tools)) == ["ollama-local/llama3.1:8b-instruct!"])
        #expect(table.plan(Query()).count == 3)
    }

    @Test("each skipped provider has its reason")
    func reasons() {
        let local = RoutingFixture.table(hosted: false)
        let disabled = ["airllm-local", "openai-backup", "anthropic-backup"]
        #expect(local.skips(Query()) == Dictionary(uniqueKeysWithValues: disabled.map { ($0, .disabled) }))
        let table = RoutingFixture.table()
        #expect(table.skips(Query(needs: .multimodal))["openai-backup"] == .missingCapability(.audio))
        #expect(table.skips(Query(needs: .json))["anthropic-backup"] == .missingCapability(.json))
        #expect(table.skips(Query(minimumContext: 150_000))["openai-backup"] == .contextTooSmall(needed: 150_000))
        #expect(table.skips(Query(tags: ["eu"]))["ollama-local"] == .missingTag("eu"))
        let reason = RoutingTable.SkipReason.missingCapability([.vision, .audio])
        #expect(reason.description == "no model with vision and audio")
    }

    @Test("order is by priority, then as configured; indices point into the configuration")
    func order() {
        let named = [("d", 2), ("a", 1), ("c", 1), ("b", 99), ("e", 2)]
        let table = RoutingTable(providers: named.map { Provider(name: $0.0, priority: $0.1) })
        #expect(table.order == [1, 2, 0, 4, 3])
        #expect(table.decide(Query()).candidates.map(\.provider) == table.order)
    }

    @Test("a provider that lists no models gets what was asked for")
    func unlisted() {
        let table = RoutingTable(providers: [Provider(name: "p")], aliases: ["fast": ["m1", "m2"]], strictModels: true)
        #expect(table.plan(Query(model: "anything", needs: .vision)) == ["p/anything"])
        #expect(table.plan(Query(model: "fast")) == ["p/m1"])
        #expect(table.plan(Query()) == ["p/-"])
    }

    @Test("without a mark the first model is the default")
    func firstIsDefault() {
        let table = RoutingTable(providers: [Provider(name: "p", models: [Model(name: "a"), Model(name: "b")])])
        #expect(table.plan(Query()) == ["p/a"])
    }

    @Test("a model that declares nothing is taken to do all but see and hear")
    func undeclared() {
        let models = [Model(name: "plain"), Model(name: "ears", capabilities: [.text, .audio])]
        let table = RoutingTable(providers: [Provider(name: "p", models: models)])
        #expect(table.plan(Query(needs: [.text, .tools, .json])) == ["p/plain"])
        #expect(table.plan(Query(needs: .audio)) == ["p/ears!"])
        #expect(table.plan(Query(needs: .vision)) == [])
    }

    @Test("for images the chain's order goes before the listed one, where preferred", arguments: [true, false])
    func smallVision(prefer: Bool) {
        let models = [
            Model(name: "text"), Model(name: "big", capabilities: [.vision]),
            Model(name: "small", capabilities: [.vision]),
        ]
        let table = RoutingTable(
            providers: [Provider(name: "p", models: models)], fallbackChains: ["vision": ["gone", "small", "big"]],
            preferSmallVision: prefer)
        #expect(table.plan(Query(needs: .vision)) == [prefer ? "p/small!" : "p/big!"])
    }

    @Test(
        "a chain vouches for a model, as far as its depth goes",
        arguments: [(0, false), (1, false), (2, true), (3, true)])
    func depth(depth: Int, found: Bool) {
        let models = [Model(name: "text"), Model(name: "vouched", capabilities: [.text])]
        let table = RoutingTable(
            providers: [Provider(name: "p", models: models)],
            fallbackChains: ["vision": ["elsewhere", "vouched"], "audio": ["x", "vouched"], "nonsense": ["text"]],
            maxFallbackDepth: depth)
        #expect(table.plan(Query(needs: .vision)) == (found ? ["p/vouched!"] : []))
        #expect(table.plan(Query(needs: .multimodal)) == (found ? ["p/vouched!"] : []))
        #expect(table.plan(Query(needs: [.vision, .tools])) == [])
    }

    @Test("a tier chooses among a provider's models, unless a model is named")
    func tier() {
        let models = [Model(name: "a", tier: "best"), Model(name: "b", tier: "fast"), Model(name: "c", tier: "fast")]
        let providers = [Provider(name: "p", models: models), Provider(name: "q", models: [Model(name: "z")])]
        let table = RoutingTable(providers: providers)
        #expect(table.plan(Query(tier: "fast")) == ["p/b", "q/z!"])
        #expect(table.plan(Query(tier: "best")) == ["p/a", "q/z!"])
        #expect(table.plan(Query(model: "c", tier: "best")) == ["p/c", "q/z!"])
        let strict = RoutingTable(providers: providers, strictModels: true)
        #expect(strict.plan(Query(tier: "fast")) == ["p/b"])
        #expect(strict.skips(Query(tier: "fast")) == ["q": .tierNotListed("fast")])
    }

    @Test("a provider must bear every tag")
    func tags() {
        let providers = [Provider(name: "p", tags: ["eu"]), Provider(name: "q", tags: ["eu", "gdpr"])]
        let table = RoutingTable(providers: providers)
        #expect(table.plan(Query(tags: ["eu", "gdpr"])) == ["q/-"])
        #expect(table.plan(Query(tags: ["eu"])) == ["p/-", "q/-"])
    }

    @Test("over budget only free models are used")
    func freeOnly() {
        let paid = Provider(name: "paid", models: [Model(name: "m", costPerMillionOutput: 2)])
        let table = RoutingTable(providers: [paid, Provider(name: "free", models: [Model(name: "m")])])
        #expect(table.plan(Query(freeOnly: true)) == ["free/m"])
        #expect(table.skips(Query(freeOnly: true)) == ["paid": .overBudget])
        #expect(table.plan(Query()) == ["paid/m", "free/m"])
    }
}

@Suite("Capabilities")
struct CapabilitiesTests {
    @Test("names and back")
    func names() {
        #expect(Capabilities(name: "Vision") == .vision)
        #expect(Capabilities(name: "multimodal") == [.vision, .audio])
        #expect(Capabilities(name: "smell") == nil)
        #expect(Capabilities(names: ["text", "tools", "json", "streaming"]) == .assumed)
        #expect(Capabilities(names: ["text", "smell"]) == nil)
        #expect(Capabilities([.streaming, .text, .audio]).names == ["text", "audio", "streaming"])
    }
}

@Suite("Decision cache")
struct DecisionCacheTests {
    typealias Query = RoutingTable.Query

    @Test("a hit gives what the table decided")
    func hit() {
        let table = RoutingFixture.table()
        var cache = DecisionCache(capacity: 4)
        for _ in 0..<3 {
            let decision = cache.decision(for: Query(needs: .vision), in: table)
            #expect(decision == table.decide(Query(needs: .vision)))
        }
        #expect(cache.count == 1)
    }

    @Test("a hit does not ask the table again, until the cache is emptied")
    func sticky() {
        var cache = DecisionCache(capacity: 4)
        let before = cache.decision(for: Query(), in: RoutingFixture.table())
        #expect(cache.decision(for: Query(), in: RoutingTable(providers: [])) == before)
        cache.removeAll()
        #expect(cache.decision(for: Query(), in: RoutingTable(providers: [])).candidates.isEmpty)
    }

    @Test("when full, what was used lately stays")
    func eviction() {
        let table = RoutingFixture.table()
        let empty = RoutingTable(providers: [])
        var cache = DecisionCache(capacity: 3)
        for model in ["a", "b", "c"] { _ = cache.decision(for: Query(model: model), in: table) }
        _ = cache.decision(for: Query(model: "a"), in: table)
        _ = cache.decision(for: Query(model: "d"), in: table)
        #expect(cache.count == 3)
        // The empty table tells a miss from a hit; looking up what is held changes nothing that is held.
        let held = ["a", "c", "d"].filter { !cache.decision(for: Query(model: $0), in: empty).candidates.isEmpty }
        #expect(held == ["a", "c", "d"])
        #expect(cache.decision(for: Query(model: "b"), in: empty).candidates.isEmpty)
    }

    @Test("any load stays within the capacity and gives right answers", arguments: [0, 1, 7])
    func load(capacity: Int) {
        let table = RoutingFixture.table()
        var cache = DecisionCache(capacity: capacity)
        var generator = SplitMix64(seed: 3)
        for _ in 0..<500 {
            let query = Query(minimumContext: Int.random(in: 0..<20, using: &generator) * 10_000)
            let decision = cache.decision(for: query, in: table)
            #expect(decision == table.decide(query))
            #expect(cache.count <= capacity)
        }
    }
}
