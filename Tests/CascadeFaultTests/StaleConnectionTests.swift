import Cascade
import CascadeTesting
import Testing

extension FaultMatrix {
    @Suite("Kept connections that die")
    struct StaleConnectionTests {
        private func retrying(_ configuration: inout CascadeConfiguration) {
            configuration.cascade.maxAttemptsPerProvider = 2
        }

        @Test(
            "F-26: a kept connection that dies at once had died before: asked again without a pause, on a new one",
            arguments: [Raw.Ending.close, .reset])
        func surelyStale(ending: Raw.Ending) async throws {
            try await withBed(Script(text: "good"), Script(text: "other"), configure: retrying) { bed in
                #expect(try await bed.router.complete(ChatRequest("hi")).content == "good")
                bed[0].push(next: [Script(raw: Raw(ending: ending))])
                let reply = try await bed.router.complete(ChatRequest("hi"))
                #expect(reply.content == "good" && reply.attempts.map(\.provider) == ["p0", "p0"])
                #expect(reply.attempts[0].reason == "stale_connection" && reply.attempts[0].failureClass == .connect)
                // Nobody sent it again behind the router's back.
                #expect(bed[0].log.map(\.connection) == [1, 1, 2] && bed[1].counters.requests == 0)
                #expect(bed.router.status["p0"].circuitState == .closed && bed.router.metrics["p0"].failed == 0)
            }
        }

        @Test("F-26 F-49: one that dies late may have worked on the request: another provider is asked before it again")
        func maybeProcessed() async throws {
            try await withBed(Script(text: "good"), Script(text: "other"), configure: retrying) { bed in
                _ = try await bed.router.complete(ChatRequest("hi"))
                var late = Script(raw: Raw(ending: .close))
                late.respond = { _ in
                    var response = Raw(ending: .close)
                    response.append("H", after: .milliseconds(300))
                    return response
                }
                bed[0].push(next: [late])
                let reply = try await bed.router.complete(ChatRequest("hi"))
                #expect(reply.content == "other" && reply.attempts.map(\.provider) == ["p0", "p1"])
                #expect(reply.attempts[0].failureClass == .ambiguous)
                #expect(bed[0].counters.requests == 2 && bed[1].counters.requests == 1)
            }
        }

        @Test("F-26: however close to the next request the connection dies, nothing of that request is in doubt")
        func deadOnArrival() async throws {
            let dying = Script(
                raw: {
                    var answer = Wire.openAI(deltas: [#"{"content":"good"}"#])
                    answer.ending = .reset
                    return answer
                }())
            try await withBed(dying, configure: retrying, tune: { $0.clock = SystemClock() }) { bed in
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<40 {
                                let end = await StreamEnd(of: ChatRequest("hi"), asking: bed.router)
                                let classes = Set(
                                    (end.attempts + (end.error?.attempts ?? [])).compactMap(\.failureClass))
                                #expect(classes.isSubset(of: [.connect]))
                            }
                        }
                    }
                }
            }
        }
    }
}
