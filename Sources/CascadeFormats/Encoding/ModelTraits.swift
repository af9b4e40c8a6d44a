/// What a model's name tells about the fields it refuses.
///
/// Providers answer 400 to fields that a model does not take, and only the name says which those are. An unknown name
/// is taken for a model that accepts everything its format has.
enum ModelTraits {
    /// OpenAI's reasoning models (`o1`, `o3-mini`, `gpt-5` and later) take no sampling fields; the chat variants do.
    static func isOpenAIReasoning(_ model: String) -> Bool {
        let name = model.lowercased()
        if name.hasPrefix("o") { return name.dropFirst().first.map { "123456789".contains($0) } ?? false }
        guard name.hasPrefix("gpt-"), !name.contains("-chat") else { return false }
        return leadingNumber(name.dropFirst(4)).map { $0.value >= 5 } ?? false
    }

    /// Of these, `o3` and later also refuse `stop`.
    static func openAIRefusesStop(_ model: String) -> Bool {
        isOpenAIReasoning(model) && !model.lowercased().hasPrefix("o1")
    }

    /// Grok's reasoning and code models take neither `stop` nor penalties.
    static func grokRefusesStop(_ model: String) -> Bool {
        let name = model.lowercased()
        return name.contains("grok-4") || name.contains("grok-3-mini") || name.contains("code")
    }

    static func grokTakesEffort(_ model: String) -> Bool {
        model.lowercased().contains("grok-3-mini")
    }

    /// How much a Claude model takes of `temperature` and `top_p`.
    enum ClaudeSampling {
        case both
        case oneOfThem
        case none
    }

    /// From 4.1 on only one of the two, from 4.7 on none.
    static func claudeSampling(_ model: String) -> ClaudeSampling {
        guard let version = claudeVersion(model.lowercased()) else { return .both }
        if version >= (4, 7) { return .none }
        return version >= (4, 1) ? .oneOfThem : .both
    }

    /// `claude-opus-4-1-20250805` is (4, 1), `claude-sonnet-4-20250514` is (4, 0), `claude-3-5-haiku-latest` is (3, 5).
    private static func claudeVersion(_ name: String) -> (Int, Int)? {
        guard name.contains("claude") else { return nil }
        var parts = name.split { $0 == "-" || $0 == "." || $0 == "@" }.drop { !isVersionPart($0) }
        guard let major = parts.popFirst().flatMap({ Int($0) }) else { return nil }
        let minor = parts.first.flatMap { isVersionPart($0) ? Int($0) : nil }
        return (major, minor ?? 0)
    }

    /// One or two digits; a date has eight.
    private static func isVersionPart(_ part: Substring) -> Bool {
        part.utf8.count <= 2 && Int(part) != nil
    }

    /// How a Gemini model is told to reason.
    enum GeminiThinking {
        /// A number of tokens, of which a Pro model cannot be given 0.
        case budget(isPro: Bool)
        case level
        case unsupported
    }

    /// 2.5 takes a budget and later ones a level; earlier ones and Gemma refuse both.
    static func geminiThinking(_ model: String) -> GeminiThinking {
        let name = model.lowercased()
        guard let start = name.firstRange(of: "gemini-") else { return .unsupported }
        // Names without a number, such as gemini-flash-latest, mean a recent model.
        guard let major = leadingNumber(name[start.upperBound...]) else { return .level }
        guard major.value <= 2 else { return .level }
        let minor = major.rest.first == "." ? leadingNumber(major.rest.dropFirst())?.value : nil
        guard major.value == 2, minor == 5 else { return .unsupported }
        return .budget(isPro: name.contains("pro"))
    }

    private static func leadingNumber(_ text: Substring) -> (value: Int, rest: Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return Int(digits).map { ($0, text[digits.endIndex...]) }
    }
}
