import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import InMemoryTracing
import Testing
import Tracing

/// Remembers spans, and reads the W3C's `traceparent`.
private struct RecordingTracer: Tracer {
    let base = InMemoryTracer(recordInjections: false, recordExtractions: true)

    /// A process has one.
    static let shared: RecordingTracer = {
        let tracer = RecordingTracer()
        InstrumentationSystem.bootstrap(tracer)
        return tracer
    }()

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> InMemorySpan {
        base.startSpan(
            operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID,
            line: line)
    }

    func activeSpan(identifiedBy context: ServiceContext) -> InMemorySpan? { base.activeSpan(identifiedBy: context) }
    func forceFlush() {}

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier) else { return }
        let parts = parent.split(separator: "-").map(String.init)
        guard parts.count == 4 else { return }
        let fields = [InMemoryTracer.traceIDKey: parts[1], InMemoryTracer.spanIDKey: parts[2]]
        base.extract(fields, into: &context, using: Fields())
    }

    private struct Fields: Extractor {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }
}

extension GatewayTests {
    @Suite struct Traces {
        private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        private static let parent = "traceparent: 00-\(trace)-00f067aa0ba902b7-01\r\n"

        private func span(_ fixture: GatewayFixture) async -> FinishedInMemorySpan? {
            var spans: [FinishedInMemorySpan] = []
            await eventually {
                spans += RecordingTracer.shared.base.popFinishedSpans()
                return !spans.isEmpty
            }
            #expect(spans.count == 1)
            return spans.first
        }

        @Test("A request's span is a child of its client's, whole and streamed", arguments: [false, true])
        func child(_ isStreamed: Bool) async throws {
            RecordingTracer.shared.base.clearAll()
            let fixture = try await GatewayFixture(
                Script(fault: .status(500)), Script(), router: { $0.emitsSpans = true })
            #expect(try fixture.post(question(stream: isStreamed), fields: Self.parent).status == 200)
            let span = try #require(await span(fixture))
            #expect(span.traceID == Self.trace)
            #expect(span.parentSpanID == "00f067aa0ba902b7")
            #expect(span.attributes.get("gen_ai.provider.name") == .string("openai"))
            #expect(span.status == nil)
            await fixture.end()
        }

        @Test("One without a parent, or after one with a parent, begins a trace of its own")
        func root() async throws {
            RecordingTracer.shared.base.clearAll()
            let fixture = try await GatewayFixture(Script(fault: .status(500)), router: { $0.emitsSpans = true })
            let client = try fixture.client()
            for fields in [Self.parent, "", "traceparent: nonsense\r\n"] {
                #expect(client.post(GatewayFixture.path, question(), fields: fields).status == 502)
                let span = try #require(await span(fixture))
                #expect((span.traceID == Self.trace) == (fields == Self.parent))
                #expect((span.parentSpanID == nil) == (fields != Self.parent))
                #expect(span.status?.code == .error)
            }
            await fixture.end()
        }

        @Test("Headers are not looked at where no spans are asked for")
        func off() async throws {
            RecordingTracer.shared.base.clearAll()
            let fixture = try await GatewayFixture(Script())
            #expect(try fixture.post(question(), fields: Self.parent).status == 200)
            await fixture.end()
            #expect(RecordingTracer.shared.base.finishedSpans.isEmpty)
            #expect(RecordingTracer.shared.base.performedContextExtractions.isEmpty)
        }
    }
}
