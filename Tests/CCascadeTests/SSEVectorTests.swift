import CCascade
import Testing

@Suite("Server-sent events: vectors")
struct SSEVectorTests {
    private func events(_ outcome: Outcome) -> [SSEVector.Event] {
        outcome.dispatched.map { record in
            SSEVector.Event(
                event: record.name.map { String(decoding: $0, as: UTF8.self) } ?? "message",
                data: String(decoding: record.bytes, as: UTF8.self))
        }
    }

    @Test("come to the same events however they are cut", arguments: SSEVector.all)
    func everyCut(vector: SSEVector) {
        let expected = vector.events.map { SSEVector.Event(event: $0.event, data: $0.data) }
        for cuts in waysToCut(vector.input.count, seed: 1) {
            let outcome = frame(vector.input, cuts: cuts)
            #expect(events(outcome) == expected, "cut at \(cuts)")
            #expect(outcome.retry == vector.retry ?? -1, "cut at \(cuts)")
        }
    }

    @Test("give each event the id in force when it is dispatched", arguments: SSEVector.all)
    func ids(vector: SSEVector) {
        let harness = FramerHarness(CASC_FRAMING_SSE)
        var ids: [String] = []
        for byte in vector.input {
            let before = harness.published
            #expect(harness.feed([byte]) == CASC_OK)
            if harness.published > before { ids.append(String(decoding: harness.id, as: UTF8.self)) }
        }
        #expect(ids == vector.events.map(\.id))
    }

    @Test("mark errors, by the event's name and by the field of that name")
    func errorKind() {
        let named = "event:error\ndata:1\n\nerror:2\n\nevent:x\nerror:3\n\n"
        let outcome = frame(Array("\(named)data:4\n\nevent:errors\ndata:5\n\n".utf8))
        #expect(
            outcome.records == [
                Record(.error, name: "error", "1"), Record(.error, name: "error", "2"), Record(.error, name: "x", "3"),
                Record("4"), Record(.data, name: "errors", "5"),
            ])
    }

    @Test("cut long names and ignore long ids")
    func longFields() {
        let name = String(repeating: "n", count: 80)
        let id = String(repeating: "i", count: Int(CASC_SSE_ID_MAX))
        let input = Array("event:\(name)\nid:\(id)\ndata:1\n\nid:\(id)i\ndata:2\n\n".utf8)
        for cuts in waysToCut(input.count, seed: 2) {
            let outcome = frame(input, cuts: cuts)
            let kept = String(name.prefix(Int(CASC_SSE_NAME_MAX)))
            #expect(outcome.records == [Record(.data, name: kept, "1"), Record("2")])
            #expect(outcome.id == Array(id.utf8))
        }
    }
}

@Suite("Server-sent events: the end of the body")
struct SSEEndTests {
    @Test(
        "hands over what was pending, its last line ended or not",
        arguments: [
            ("data: [DONE]", [Record(.tail, "[DONE]")]),
            ("data: [DONE]\n", [Record(.tail, "[DONE]")]),
            ("data: [DONE]\r", [Record(.tail, "[DONE]")]),
            ("data:a\n\ndata:b\ndata:c", [Record("a"), Record(.tail, "b\nc")]),
            ("data:a\n\ndata", [Record("a"), Record(.tail, "")]),
            ("data:a\ndata", [Record(.tail, "a\n")]),
            ("event:x\ndata:a\nid", [Record(.tail, name: "x", "a")]),
            ("error: {}", [Record(.tail, name: "error", "{}")]),
            ("data:a\n\n", [Record("a")]),
            ("data:a\n\n:", [Record("a")]),
            ("event:x\n", []),
            ("dat", []),
            ("", []),
        ])
    func tail(input: String, expected: [Record]) {
        for cuts in waysToCut(input.utf8.count, seed: 3) {
            #expect(frame(Array(input.utf8), cuts: cuts).records == expected, "cut at \(cuts)")
        }
    }

    @Test("an event over the cap ends the attempt, one at the cap does not")
    func cap() {
        for (length, expected) in [(5000, CASC_OK), (5001, CASC_TOO_LARGE)] {
            let harness = FramerHarness(CASC_FRAMING_SSE, capacity: 4096, maxRecord: 5000)
            let event = "data: \(String(repeating: "x", count: length))\n\n"
            #expect(harness.feed(Array(event.utf8)) == expected)
        }
    }
}
