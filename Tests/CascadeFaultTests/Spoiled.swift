import CascadeTesting
import Synchronization
import Testing

@testable import Cascade

/// A response that is no answer, and what must follow from it.
struct Spoiled: Sendable, CustomTestStringConvertible {
    var name: String
    var format = Format.openai
    var response: Raw
    var kind: FailureClass
    var reason: String
    /// Of the attempt's report.
    var status: Int?
    /// How long the model or the provider is left alone.
    var pause: Duration?

    var testDescription: String { name }
}

extension Bed {
    /// How many failures in a row the breaker of the first provider has counted.
    var countedFailures: Int { router.core.snapshot.providers[0].state.withLock { $0.breaker.consecutiveFailures } }

    /// How long the first provider's first model is left alone.
    var pause: Duration? {
        let pause = router.core.shared.withLock { shared in
            shared.cooldowns.pause(provider: "p0", model: "p0-model", at: clock.now)
        }
        return pause.map { clock.now.duration(to: $0.until) }
    }

    /// Asks, as a stream or not, and tells how it ended.
    func ask(_ request: ChatRequest = ChatRequest("hi"), streaming: Bool) async -> StreamEnd {
        if streaming { return await StreamEnd(of: request, asking: router) }
        var end = StreamEnd()
        do throws(CascadeError) {
            end.reply = try await router.complete(request)
        } catch {
            end.error = error
        }
        end.attempts = end.reply?.attempts ?? end.error?.attempts ?? []
        return end
    }
}

/// The first of two providers is met so; the second one answers, and nobody sees more than that.
func expectFallsOver(_ spoiled: Spoiled, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let script = Script(format: spoiled.format, raw: spoiled.response)
    try await withBed(script, Script(text: "other"), sourceLocation: sourceLocation) { bed in
        for (index, streaming) in [false, true].enumerated() {
            let end = await bed.ask(streaming: streaming)
            #expect(end.reply?.content == "other", "\(end)", sourceLocation: sourceLocation)
            #expect(end.attempts.map(\.provider) == ["p0", "p1"], sourceLocation: sourceLocation)
            let report = try #require(end.attempts.first, sourceLocation: sourceLocation)
            #expect(
                report.outcome == .failed && report.failureClass == spoiled.kind && report.reason == spoiled.reason
                    && report.status == spoiled.status, "\(report)", sourceLocation: sourceLocation)
            #expect(report.message?.contains("<") == false, "\(report)", sourceLocation: sourceLocation)
            #expect(bed.pause == spoiled.pause, sourceLocation: sourceLocation)
            let counted = spoiled.kind.countsForBreaker ? index + 1 : 0
            #expect(bed.countedFailures == counted, sourceLocation: sourceLocation)
            bed.clock.advance(by: spoiled.pause ?? .zero)
        }
        #expect(bed[0].counters.requests == 2 && bed[1].counters.requests == 2, sourceLocation: sourceLocation)
        #expect(bed.router.status["p0"].circuitState == .closed, sourceLocation: sourceLocation)
    }
}

/// The provider's word is final: the caller is told at once, nobody else is asked, and the provider is not blamed.
func expectRefused(
    _ code: CascadeError.Code, _ response: Raw, format: Format = .openai,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    try await withBed(
        Script(format: format, raw: response), Script(text: "never"), sourceLocation: sourceLocation
    ) { bed in
        for streaming in [false, true] {
            let end = await bed.ask(streaming: streaming)
            #expect(end.error?.code == code, "\(end)", sourceLocation: sourceLocation)
            #expect(end.attempts.map(\.provider) == ["p0"], sourceLocation: sourceLocation)
        }
        #expect(bed[1].counters.requests == 0, sourceLocation: sourceLocation)
        #expect(bed.pause == nil && bed.countedFailures == 0, sourceLocation: sourceLocation)
        #expect(bed.router.metrics["p0"].failed == 0, sourceLocation: sourceLocation)
    }
}
