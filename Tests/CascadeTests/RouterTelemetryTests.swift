import CascadeTesting
import Testing

@testable import Cascade

@Suite("What a gateway's operators are shown of a router")
struct RouterTelemetryTests {
    @Test("every attempt that has ended is counted once, by what ended it")
    func attempts() async throws {
        var missing = Script(format: .ollama, text: "fetched")
        missing.missingModels = ["p2-model"]
        let fixture = try RouterFixture(
            Script(fault: .rateLimit(retryAfter: .seconds(600))), Script(fault: .refuse), missing
        ) {
            $0.multimodal.autoPull = true
        }
        let router = fixture.router
        for _ in 0..<3 { #expect(try await router.complete(ChatRequest("hi")).provider == "p2") }
        #expect(try await router.stream(ChatRequest("hi")).collect().provider == "p2")
        try await router.stream(ChatRequest("hi")).cancel()

        let (telemetry, metrics) = (router.telemetry, router.metrics)
        let failures = telemetry.providers.map(\.failures)
        #expect(failures[0] == [.throttle: 1])
        #expect(failures[1][.connect] == metrics["p1"].attempts)
        #expect(failures[2][.config] == 1)
        #expect(failures[2][.cancel] == 1)
        #expect(telemetry.providers.map(\.answers) == [0, 0, 4])
        for (provider, counted) in zip(telemetry.providers, metrics.providers) {
            #expect(provider.active == 0)
            #expect(provider.answers + provider.failures.values.reduce(0, +) == counted.attempts, "\(provider.name)")
        }
        #expect(telemetry.providers[0].coolingDownFor > .seconds(300))
        #expect(telemetry.providers[2].latency.count == 4)
        #expect(telemetry.providers[2].timeToFirstToken.count == 2)
        #expect(telemetry.providers[2].completionTokens.count == 4)
        #expect(telemetry.providers[2].completionTokens.sum == Double(metrics["p2"].completionTokens))
        #expect(telemetry.held.admitted == 0 && telemetry.held.idleArenas > 0)
    }

    @Test("an answer that broke off is a cut")
    func cut() async throws {
        let fixture = try RouterFixture(Script(fault: .truncate(afterChunks: 2)))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        await #expect(throws: CascadeError.self) { try await stream.collect() }
        #expect(fixture.router.telemetry.providers[0].failures == [.cut: 1])
        #expect(fixture.router.telemetry.providers[0].answers == 0)
        await #expect(throws: CascadeError.self) { try await fixture.router.complete(ChatRequest(messages: [])) }
        #expect(fixture.router.telemetry.codes == [.streamCut: 1, .invalidRequest: 1])
        #expect(fixture.router.telemetry.failed == 2)
    }

    @Test("numbers of tokens are counted up to the power of 4 that they fit")
    func tokens() {
        var recorder = TokenRecorder()
        #expect(recorder.distribution.counts == [UInt64](repeating: 0, count: 14))
        for tokens in [-1, 0, 1, 2, 4, 5, 16, 17, 67_108_864, 67_108_865, .max] { recorder.record(tokens) }
        let distribution = recorder.distribution
        #expect(distribution.bounds.prefix(3) == [1, 4, 16] && distribution.bounds.last == 67_108_864)
        #expect(distribution.counts == [3, 5, 7, 8] + [UInt64](repeating: 8, count: 9) + [9])
        #expect(distribution.count == 11)
    }

    @Test("times are counted up to each bound, as exactly as two digits allow")
    func times() {
        var recorder = LatencyRecorder()
        for milliseconds in [1, 9, 30, 30, 5_000, 3_600_000] { recorder.record(.milliseconds(milliseconds)) }
        let distribution = recorder.distribution([0.0001, 0.01, 0.04, 10])
        #expect(distribution.counts == [0, 2, 4, 5])
        #expect(distribution.count == 6)
        #expect(abs(distribution.sum - 3_605.07) < 1e-6)
        #expect(LatencyRecorder().distribution([1]).counts == [0])
    }
}
