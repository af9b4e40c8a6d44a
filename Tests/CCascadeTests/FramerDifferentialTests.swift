import CCascade
import Testing

@Suite("Framing against the reference parser")
struct FramerDifferentialTests {
    /// Pieces that meet the rules' corners when strung together.
    private static let tokens: [[UInt8]] =
        [
            "\n", "\n", "\n\n", "\r", "\r\n", "\r\r", "data", "data:", "data: ", "data: {\"a\":1}\n\n", "event:",
            "error", "error:", "event: error\n", "id:", "id: 7\n", "retry:", "retry: 12", "9", ":", " ",
            "\t", "\0", "x", "da",
            "Data", "[DONE]", "\u{FEFF}", "é", "\u{2028}", ": comment\n", "eventeventevent", "99999999999999999999",
            String(repeating: "n", count: 70), String(repeating: "long", count: 40),
        ].map { Array($0.utf8) } + [[0xEF], [0xBB], [0xBF], [0xFF]]

    private func input(_ random: inout SeededGenerator) -> [UInt8] {
        let start: [UInt8] = random.below(8) == 0 ? [0xEF, 0xBB, 0xBF] : []
        return (0..<random.below(24)).reduce(into: start) { input, _ in
            input += Self.tokens.randomElement(using: &random)!
        }
    }

    @Test("server-sent events agree on 20,000 inputs cut at random", arguments: UInt64(0)..<4)
    func events(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let input = input(&random)
            let cuts = random.cuts(in: input.count, pieces: 1 + random.below(6))
            let outcome = frame(input, cuts: cuts)
            let expected = ReferenceParser.events(input)
            guard outcome != expected else { continue }
            Issue.record("\(input) cut at \(cuts): \(outcome) instead of \(expected)")
            return
        }
    }

    @Test("lines of NDJSON agree on 5,000 inputs cut at random")
    func lines() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<5000 {
            let input = input(&random)
            let cuts = random.cuts(in: input.count, pieces: 1 + random.below(6))
            let outcome = frame(input, as: CASC_FRAMING_NDJSON, cuts: cuts)
            let expected = ReferenceParser.jsonLines(input)
            guard outcome != expected else { continue }
            Issue.record("\(input) cut at \(cuts): \(outcome) instead of \(expected)")
            return
        }
    }

    /// Lines of up to four times the ring, so that records wait, wrap, move and spill.
    private func longLine(_ random: inout SeededGenerator) -> [UInt8] {
        let lengths = [10, 100, 1000, 4000, 16000]
        let length = random.below(lengths.randomElement(using: &random)!)
        return [UInt8](repeating: UInt8(97 + random.below(26)), count: length)
    }

    @Test("a small ring that is often full changes nothing", arguments: [CASC_FRAMING_SSE, CASC_FRAMING_NDJSON])
    func smallRing(framing: casc_framing) {
        var random = SeededGenerator(seed: 17)
        var timesFull = 0
        for _ in 0..<60 {
            let input = (0..<20).reduce(into: [UInt8]()) { input, _ in
                let field = ["data:", "data: ", ":", "error:", ""].randomElement(using: &random)!
                let end = ["\n", "\n\n", "\r\n\r\n", "\r\r"].randomElement(using: &random)!
                input += Array(field.utf8) + longLine(&random) + Array(end.utf8)
            }
            let harness = FramerHarness(framing, capacity: 4096)
            var start = 0
            for cut in random.cuts(in: input.count, pieces: 1 + random.below(40)) + [input.count] {
                #expect(harness.feed(input[start..<cut]) == CASC_OK)
                start = cut
            }
            #expect(harness.finish() == CASC_OK)
            timesFull += harness.timesFull
            let isSSE = framing == CASC_FRAMING_SSE
            let expected = isSSE ? ReferenceParser.events(input) : ReferenceParser.jsonLines(input)
            #expect(harness.outcome == expected)
        }
        #expect(timesFull > 100)
    }
}
