import Cascade
import CascadeTesting
import Testing

extension FaultMatrix {
    @Suite("Stream truth")
    struct StreamTruthTests {
        @Test(
            "F-04 F-05 F-06 F-07 F-08: broken off after any byte, a stream is whole by proof, another's, or a cut",
            arguments: Format.allCases, StreamCut.Ending.allCases)
        func everyCut(format: Format, ending: StreamCut.Ending) async throws {
            let stream = RecordedStream.of(format)
            let cuts = stream.cuts(ending)
            var broken = Script(format: format)
            broken.respond = { body in cuts[StreamCut.number(in: body)].response(stream) }
            try await withBed(broken, Script(text: "other"), configure: endless) { bed in
                let lies = await Self.lies(of: cuts, stream, asking: bed.router)
                #expect(lies.isEmpty, "\(lies.count) of \(cuts.count)")
                let metrics = bed.router.metrics
                #expect(metrics.requests == cuts.count && metrics.cancelled == 0)
                #expect(metrics["p0"].attempts == cuts.count)
                #expect(bed[1].counters.requests == metrics.fallbacks)
            }
        }

        /// So that the cuts of others keep nobody from being asked.
        private func endless(_ configuration: inout CascadeConfiguration) {
            configuration.cascade.circuitBreaker.recoveryTimeout = .zero
            configuration.cascade.circuitBreaker.halfOpenMaxCalls = .max
        }

        private static func lies(
            of cuts: [StreamCut], _ stream: RecordedStream, asking router: CascadeRouter
        ) async -> [String] {
            await withTaskGroup(of: [String].self) { group in
                let readers = 24
                for first in 0..<readers {
                    group.addTask {
                        var lies: [String] = []
                        for index in Swift.stride(from: first, to: cuts.count, by: readers) {
                            let cut = cuts[index]
                            let end = await StreamEnd(of: ChatRequest(StreamCut.prompt(index)), asking: router)
                            if let lie = end.lie(about: stream, cut) { lies.append("\(cut): \(lie)") }
                        }
                        return lies
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
        }
    }
}
