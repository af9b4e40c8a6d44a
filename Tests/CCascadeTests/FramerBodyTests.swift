import CCascade
import Testing

@Suite("NDJSON and whole bodies")
struct FramerBodyTests {
    @Test(
        "NDJSON: one record a line",
        arguments: [
            ("{}\n{\"a\":1}\n", [Record("{}"), Record("{\"a\":1}")]),
            ("{}\r\n{}\r\n", [Record("{}"), Record("{}")]),
            ("\u{FEFF}{}\n", [Record("{}")]),
            ("\u{FEFF}\u{FEFF}{}\n", [Record("\u{FEFF}{}")]),
            ("\n\r\n \t\r\n{}\n\n", [Record("{}")]),
            ("  {\"a\": 1} \n", [Record("{\"a\": 1} ")]),
            ("{}\ra\r\r\n", [Record("{}\ra\r")]),
            ("{\"done\":true}", [Record(.tail, "{\"done\":true}")]),
            ("{}\n{}\r", [Record("{}"), Record(.tail, "{}")]),
            ("{\"é\":\"\u{1F600}\"}\n", [Record("{\"é\":\"\u{1F600}\"}")]),
            ("", []),
        ])
    func jsonLines(input: String, expected: [Record]) {
        for cuts in waysToCut(input.utf8.count, seed: 4) {
            let outcome = frame(Array(input.utf8), as: CASC_FRAMING_NDJSON, sniff: true, cuts: cuts)
            #expect(outcome.records == expected, "cut at \(cuts)")
        }
    }

    @Test("a body is one record, however it is cut", arguments: ["", "{}", "\r\n{\"a\":1}\n", "not json"])
    func body(input: String) {
        for cuts in waysToCut(input.utf8.count, seed: 5) {
            let outcome = frame(Array(input.utf8), as: CASC_FRAMING_BODY, cuts: cuts)
            #expect(outcome.records == [Record(.body, input)], "cut at \(cuts)")
        }
    }

    @Test("a body's byte-order mark is dropped, part of one is kept")
    func bodyMark() {
        for cuts in waysToCut(5, seed: 6) {
            let whole = frame([0xEF, 0xBB, 0xBF, 0x7B, 0x7D], as: CASC_FRAMING_BODY, cuts: cuts)
            #expect(whole.records == [Record(.body, "{}")])
        }
        for input: [UInt8] in [[0xEF], [0xEF, 0xBB], [0xEF, 0xBB, 0x7B], [0x7B, 0xEF, 0xBB, 0xBF]] {
            for cuts in waysToCut(input.count, seed: 7) {
                let part = frame(input, as: CASC_FRAMING_BODY, cuts: cuts)
                #expect(part.records == [Record(kind: .body, name: nil, bytes: input)], "cut at \(cuts)")
            }
        }
    }

    private static let page = "<html>data:a\n\n</html>"

    @Test(
        "a body that is no stream is taken whole",
        arguments: [
            (CASC_FRAMING_SSE, "{\"error\":{}}", Record(.body, "{\"error\":{}}")),
            (CASC_FRAMING_SSE, "\r\n  \t{\n\"a\":1}\n", Record(.body, "{\n\"a\":1}\n")),
            (CASC_FRAMING_SSE, "[{}\n,\r\n{}]", Record(.body, "[{}\n,\r\n{}]")),
            (CASC_FRAMING_SSE, "\u{FEFF}\(page)", Record(.body, page)),
            (CASC_FRAMING_NDJSON, page, Record(.body, page)),
            (CASC_FRAMING_NDJSON, "\n\n [1]", Record(.body, "[1]")),
            (CASC_FRAMING_NDJSON, " {}\n", Record("{}")),
            (CASC_FRAMING_SSE, "\n \ndata:{\n\n", Record("{")),
            (CASC_FRAMING_SSE, "data:<\n\n", Record("<")),
        ])
    func sniffing(framing: casc_framing, input: String, expected: Record) {
        for cuts in waysToCut(input.utf8.count, seed: 8) {
            let outcome = frame(Array(input.utf8), as: framing, sniff: true, cuts: cuts)
            #expect(outcome.records == [expected], "cut at \(cuts)")
        }
    }

    @Test(
        "F-33: an event or a line has a cap of its own, a whole body only the ring's",
        arguments: [CASC_FRAMING_SSE, CASC_FRAMING_NDJSON, CASC_FRAMING_BODY])
    func eventCap(framing: casc_framing) {
        let harness = FramerHarness(framing, capacity: 65536, maxRecord: 4 * Int(CASC_EVENT_MAX))
        #expect(harness.feed(Array("data:".utf8)) == CASC_OK)
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: Int(CASC_EVENT_MAX) / 16)
        var statuses: [casc_status] = []
        for _ in 0..<17 { statuses.append(harness.feed(piece)) }
        #expect(statuses.first == CASC_OK)
        #expect(statuses.last == (framing == CASC_FRAMING_BODY ? CASC_OK : CASC_TOO_LARGE))
        // The line's own "data:" is part of what NDJSON counts.
        let fits = framing == CASC_FRAMING_NDJSON ? 15 : 16
        #expect(statuses.prefix(fits).allSatisfy { $0 == CASC_OK })
    }

    @Test("the framing in force can be read after sniffing, and stays without it")
    func framingInForce() {
        for (sniff, expected) in [(true, CASC_FRAMING_BODY), (false, CASC_FRAMING_SSE)] {
            let harness = FramerHarness(CASC_FRAMING_SSE, sniff: sniff)
            #expect(harness.feed(Array(" {".utf8)) == CASC_OK)
            #expect(UInt32(harness.framing) == expected.rawValue)
        }
    }
}
