import CascadeTesting
import Testing

@testable import Cascade

@Suite("Caps on what providers and callers send", .serialized)
struct RouterLimitTests {
    /// Both ways of asking.
    private func answer(_ router: CascadeRouter, streaming: Bool) async throws -> ChatResponse {
        let request = ChatRequest("hi")
        return try await streaming ? router.stream(request).collect() : router.complete(request)
    }

    @Test(
        "F-29: a head beyond its cap ends the attempt, and the next provider answers",
        arguments: Format.allCases, [true, false])
    func headerBytes(format: Format, isStream: Bool) async throws {
        let fixture = try RouterFixture(
            Script(format: format, fault: .hugeHeaders(bytes: 70_000)), Script(text: "good"))
        let reply = try await answer(fixture.router, streaming: isStream)
        #expect(reply.content == "good" && reply.attempts.map(\.reason) == ["too_large", nil])
        #expect(reply.attempts[0].failureClass == .transient)
    }

    @Test("F-33: one event of more than 16 MiB ends the attempt; one of a mebibyte is an event like others")
    func eventBytes() async throws {
        let fixture = try RouterFixture(Script(fault: .hugeEvent(bytes: 17 << 20)), Script(text: "good"))
        let reply = try await answer(fixture.router, streaming: true)
        #expect(reply.content == "good" && reply.attempts.map(\.reason) == ["too_large", nil])
        fixture[0].setScript(Script(fault: .hugeEvent(bytes: 1 << 20)))
        #expect(try await answer(fixture.router, streaming: true).content.utf8.count >= 1 << 20)
    }

    private func nested(_ depth: Int) -> String {
        String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }

    @Test(
        "F-34: an answer nested more than 128 levels deep ends the attempt",
        arguments: [Format.ollama, .gemini], [true, false])
    func depthOfAnswer(format: Format, isStream: Bool) async throws {
        var deep = Script(format: format, text: "")
        deep.toolCall = LoopbackProvider.ToolCall(name: "t", arguments: nested(100_000))
        let fixture = try RouterFixture(deep, Script(text: "good"))
        let reply = try await answer(fixture.router, streaming: isStream)
        #expect(reply.content == "good" && reply.attempts.map(\.reason) == ["invalid_response", nil])
        deep.toolCall?.arguments = nested(100)
        fixture[0].setScript(deep)
        #expect(try await answer(fixture.router, streaming: isStream).toolCalls.first?.arguments == nested(100))
    }

    @Test("F-34: a request with JSON nested more than 128 levels deep is refused, and nothing is sent")
    func depthOfRequest() async throws {
        let fixture = try RouterFixture(Script())
        var request = ChatRequest("hi")
        request.tools = [Tool(name: "t", description: "", parameters: JSONText(nested(100_000)))]
        let error = await failure { [request] in try await fixture.router.complete(request) }
        #expect(error?.code == .invalidRequest && error?.message.hasPrefix("tools[0]") == true)
        #expect(fixture[0].counters.requests == 0)
        request.tools[0].parameters = JSONText(nested(100))
        _ = try await fixture.router.complete(request)
    }

    @Test("a prompt that its arena cannot hold is refused by name, sends nothing and leaves nothing behind")
    func promptBytes() async throws {
        var options = RouterOptions.quiet
        options.tuning.arenaMaxBytes = 64 << 10
        let fixture = try RouterFixture(Script(), options: options)
        let error = await failure {
            try await fixture.router.complete(ChatRequest(String(repeating: "x", count: 100_000)))
        }
        #expect(error?.code == .invalidRequest && error?.message.contains("memory a request may use") == true)
        #expect(fixture[0].counters.requests == 0 && fixture.router.metrics.isSettled)
        _ = try await fixture.router.complete(ChatRequest(String(repeating: "x", count: 10_000)))
    }

    @Test("a thousand providers can be configured, and no more, in a file or in code")
    func providerCount() throws {
        let many = (0...CascadeConfiguration.maxProviders).map { index in
            ProviderConfiguration(name: "p\(index)", type: .ollama, enabled: false)
        }
        let error = #expect(throws: CascadeError.self) {
            try CascadeRouter(configuration: CascadeConfiguration(providers: many), options: .quiet)
        }
        #expect(error?.code == .invalidConfiguration && error?.message == "1001 providers; expected at most 1000")
        let list = many.map { "  - {name: \($0.name), type: ollama}" }
        let yaml = { (count: Int) in "providers:\n" + list.prefix(count).joined(separator: "\n") }
        #expect(throws: ConfigurationError.self) { try parseConfiguration(yaml(1001)) }
        #expect(try parseConfiguration(yaml(1000)).providers.count == 1000)
        _ = try CascadeRouter(configuration: parseConfiguration(yaml(1000)), options: .quiet)
    }

    @Test("F-39: a reader that rests loses nothing, and others are served meanwhile")
    func slowReader() async throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 16)
        let script = Script(text: text, chunks: 256)
        let fixture = try RouterFixture(script)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        fixture[0].setScript(Script(text: "other"))
        for _ in 0..<20 {
            #expect(try await fixture.router.complete(ChatRequest("hi")).content == "other")
        }
        // What one stream holds is a ring, and what of one event did not fit.
        #expect(fixture.router.core.spilledBytes < 256 << 10)
        #expect(try await stream.collect().content == text)
    }

    @Test("the bytes of a whole answer count against the memory limit while they come")
    func wholeAnswerTakesMemory() async throws {
        let clock = MockClock()
        var options = RouterOptions.quiet(clock: clock)
        options.tuning.memoryLimitBytes = 4 * options.tuning.ringBytes
        let long = Script(text: String(repeating: "0123456789abcdef", count: 1 << 16), fault: .stall(afterChunks: 0))
        let fixture = try RouterFixture(long, options: options)
        let first = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        await eventually { fixture.router.core.spilledBytes > 1 << 18 }
        fixture[0].setScript(Script(text: "good"))
        let second = Task { try await fixture.router.complete(ChatRequest("hi")).content }
        await clock.waitForSleepers()
        #expect(fixture[0].counters.requests == 1)
        first.cancel()
        #expect(await first.value?.code == .cancelled)
        #expect(try await second.value == "good")
        await eventually { fixture.router.core.spilledBytes == 0 }
        #expect(fixture.router.metrics.isSettled)
    }
}
