import Cascade
import CascadeTesting
import Testing

@Suite("Router: embeddings")
struct RouterEmbeddingTests {
    private static let texts = ["the sky", "a \"tree\""]

    private static func expected(dimensions: Int = LoopbackProvider.defaultDimensions) -> [[Float]] {
        ["the sky", #"a \"tree\""#].map { LoopbackProvider.embedding(of: $0, dimensions: dimensions) }
    }

    /// All providers have the same model.
    private static func sharing(_ configuration: inout CascadeConfiguration) {
        for index in configuration.providers.indices {
            configuration.providers[index].models = [
                ModelConfiguration(name: "chat", isDefault: true), ModelConfiguration(name: "vectors"),
            ]
        }
    }

    private static let request = EmbeddingRequest(texts, model: "vectors")

    @Test("Each text has its vector, in both formats", arguments: [Format.openai, .ollama])
    func answer(_ format: Format) async throws {
        let fixture = try RouterFixture(Script(format: format), configure: Self.sharing)
        for dimensions in [nil, 3] {
            for numberFormat in EmbeddingRequest.NumberFormat.allCases {
                var request = EmbeddingRequest(Self.texts, model: "vectors", dimensions: dimensions)
                request.numberFormat = numberFormat
                let reply = try await fixture.router.embed(request)
                #expect(reply.embeddings == Self.expected(dimensions: dimensions ?? LoopbackProvider.defaultDimensions))
                #expect(reply.provider == "p0")
                #expect(reply.model == "vectors")
                #expect(reply.usage?.promptTokens == Script.promptTokens)
                #expect(reply.attempts.map(\.outcome) == [.answered])
            }
        }
        let metrics = fixture.router.metrics
        #expect(metrics.answered == 4)
        #expect(metrics["p0"].promptTokens == 4 * Script.promptTokens)
        #expect(metrics.isSettled)
        await fixture.router.shutdown()
    }

    @Test(
        "A provider that fails is followed by the next",
        arguments: [
            Fault.status(500), .refuse, .emptyBody, .garbage, .truncate(afterChunks: 0), .errorIn200, .html(502),
            .rateLimit(retryAfter: nil), .auth, .cleanCut(afterChunks: 0),
        ])
    func failover(_ fault: Fault) async throws {
        let fixture = try RouterFixture(Script(fault: fault), Script(format: .ollama), configure: Self.sharing)
        let reply = try await fixture.router.embed(Self.request)
        #expect(reply.embeddings == Self.expected())
        #expect(reply.provider == "p1")
        #expect(reply.attempts.first?.provider == "p0")
        #expect(fixture.router.metrics.isSettled)
        await fixture.router.shutdown()
    }

    @Test("Providers without embeddings, or without the model, are passed by with the reason, and asked nothing")
    func skipped() async throws {
        let fixture = try RouterFixture(
            Script(format: .anthropic), Script(format: .gemini), Script(), Script(),
            configure: { configuration in
                Self.sharing(&configuration)
                configuration.providers[2].models = [ModelConfiguration(name: "chat")]
            })
        #expect(try await fixture.router.embed(Self.request).provider == "p3")
        #expect((0...2).allSatisfy { fixture[$0].counters.requests == 0 })
        fixture[3].setScript(Script(fault: .status(500)))
        let error = await failure { try await fixture.router.embed(Self.request) }
        #expect(error?.code == .allProvidersFailed)
        let reasons = Dictionary(uniqueKeysWithValues: (error?.skipped ?? []).map { ($0.provider, $0.reason) })
        #expect(
            reasons == [
                "p0": "its format has no embeddings", "p1": "its format has no embeddings",
                "p2": "does not list model vectors",
            ])
        let nobody = await failure { try await fixture.router.embed(EmbeddingRequest(["a"], model: "nobody's")) }
        #expect(nobody?.code == .noCandidate)
        await fixture.router.shutdown()
    }

    @Test("An alias stands for each provider's own name of the model")
    func alias() async throws {
        let fixture = try RouterFixture(
            Script(fault: .status(500)), Script(format: .ollama),
            configure: { configuration in
                configuration.providers[0].models = [ModelConfiguration(name: "maker/vectors-v1")]
                configuration.providers[1].models = [
                    ModelConfiguration(name: "chat"), ModelConfiguration(name: "vectors"),
                ]
                configuration.aliases = ["any-vectors": ["maker/vectors-v1", "vectors"]]
            })
        let reply = try await fixture.router.embed(EmbeddingRequest(["a"], model: "any-vectors"))
        #expect(reply.attempts.map(\.model) == ["maker/vectors-v1", "vectors"])
        await fixture.router.shutdown()
    }

    @Test("Failures open the circuit, and an open circuit is not asked")
    func breaker() async throws {
        let fixture = try RouterFixture(
            Script(fault: .status(500)), Script(),
            configure: { configuration in
                Self.sharing(&configuration)
                configuration.cascade.circuitBreaker.failureThreshold = 2
            })
        for _ in 0..<3 { #expect(try await fixture.router.embed(Self.request).provider == "p1") }
        #expect(fixture.router.status["p0"].circuitState == .open)
        #expect(fixture[0].counters.requests == 2)
        await fixture.router.shutdown()
    }

    @Test("What a provider refuses as the request's own fault ends it")
    func refused() async throws {
        let fixture = try RouterFixture(Script(fault: .status(400)), Script(), configure: Self.sharing)
        #expect(await failure { try await fixture.router.embed(Self.request) }?.code == .invalidRequest)
        #expect(fixture[1].counters.requests == 0)
        let empty = await failure { try await fixture.router.embed(EmbeddingRequest([], model: "vectors")) }
        #expect(empty?.code == .invalidRequest)
        await fixture.router.shutdown()
    }

    @Test("The deadline ends a provider's silence, and cancelling does")
    func ends() async throws {
        let fixture = try RouterFixture(Script(fault: .noAnswer), configure: Self.sharing)
        var request = Self.request
        request.deadline = .milliseconds(100)
        let late = await failure { [request] in try await fixture.router.embed(request) }
        #expect(late?.code == .deadlineExceeded)
        let task = Task { await failure { try await fixture.router.embed(Self.request) } }
        #expect(await fixture[0].waitForRequests(2))
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(fixture.router.metrics.isSettled)
        await fixture.router.shutdown()
        #expect(await failure { try await fixture.router.embed(Self.request) }?.code == .shutdown)
    }

    @Test("A model that Ollama lacks is fetched where the configuration says so")
    func pull() async throws {
        var script = Script(format: .ollama)
        script.missingModels = ["vectors"]
        let fixture = try RouterFixture(
            script,
            configure: { configuration in
                Self.sharing(&configuration)
                configuration.multimodal.autoPull = true
            })
        #expect(try await fixture.router.embed(Self.request).embeddings == Self.expected())
        await fixture.router.shutdown()
    }

    @Test("No key that a provider quotes is shown")
    func secrets() async throws {
        let body = #"{"error":{"message":"bad key test-key-of-p0"}}"#
        let raw = "HTTP/1.1 500 Error\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
        let script = Script(raw: LoopbackProvider.RawResponse(raw))
        let fixture = try RouterFixture(script, configure: Self.sharing)
        let error = await failure { try await fixture.router.embed(Self.request) }
        #expect(error?.description.contains("bad key") == true)
        #expect(error?.description.contains("test-key-of-p0") == false)
        await fixture.router.shutdown()
    }
}
