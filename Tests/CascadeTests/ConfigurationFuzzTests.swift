import Cascade
import Testing

@Suite("Damaged configuration files")
struct ConfigurationFuzzTests {
    /// SplitMix64: the same numbers on every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let tokens = [
        ":", "- ", "\n", "  ", "{", "}", "[", "]", "*a", "&a ", "<<: *a", "? ", "!!int ", "|", ">", "\"", "'", "#",
        "\t",
        "${X}", "${", "null", "-1", "1e999", "9999999999999999999999", "\u{0}", "\u{FEFF}", "é", "%YAML 1.1\n", "---\n",
        "...", "\\", "\"\\ud800\"", "\u{2028}", "!<tag:x,%FF> ",
    ]

    private func damaged(seed: UInt64) -> String {
        var generator = Generator(state: seed)
        var text = Array(providersFile.unicodeScalars)
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let place = Int.random(in: 0..<text.count, using: &generator)
            let length = Int.random(in: 0...min(40, text.count - place), using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: text.removeSubrange(place..<(place + length))
            case 1: text.insert(contentsOf: text[place..<(place + length)], at: place)
            case 2: text[place] = Unicode.Scalar(UInt8.random(in: 0...127, using: &generator))
            default:
                let token = Self.tokens.randomElement(using: &generator) ?? ""
                text.insert(contentsOf: Array(token.unicodeScalars), at: place)
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text)
        return String(result)
    }

    @Test("are read or refused with a reason, and always in the same way")
    func survives() {
        var refused = 0
        for seed in 0..<300 {
            let yaml = damaged(seed: UInt64(seed))
            let first = outcome(yaml)
            #expect(first == outcome(yaml), "seed \(seed)")
            if case .failure(let error) = first {
                refused += 1
                #expect(error.diagnostics.contains { $0.severity == .error }, "seed \(seed)")
                #expect(!error.description.contains("sk-secret"), "seed \(seed)")
            }
        }
        #expect((50..<300).contains(refused))
    }

    private func outcome(_ yaml: String) -> Result<CascadeConfiguration, ConfigurationError> {
        do {
            return .success(
                try parseConfiguration(yaml, environment: ["OPENAI_API_KEY": "sk-secret", "X": "sk-secret"]))
        } catch {
            return .failure(error)
        }
    }
}
