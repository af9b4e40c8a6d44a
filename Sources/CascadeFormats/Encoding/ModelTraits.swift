/// What a model's name tells about the fields it refuses.
///
/// Providers answer 400 to fields that a model does not take, and only the name says which those are. An unknown name
/// is taken for a model that accepts everything its format has.
enum ModelTraits {
    /// OpenAI's reasoning models (`o1`, `o3-mini`, `gpt-5` and later) take no sampling fields; the chat variants do.
    static func isOpenAIReasoning(_ model: String) -> Bool {
        let name = model.utf8Span.span
        if name.has("o", at: 0) { return name.count > 1 && name[1].isASCIIDigit && name[1] != UInt8(ascii: "0") }
        guard name.has("gpt-", at: 0), name.firstRange(of: "-chat") == nil else { return false }
        return number(in: name, at: 4).map { $0.value >= 5 } ?? false
    }

    /// Of these, `o3` and later also refuse `stop`.
    static func openAIRefusesStop(_ model: String) -> Bool {
        isOpenAIReasoning(model) && !model.hasPrefix(anyCase: "o1")
    }

    /// Grok's reasoning and code models take neither `stop` nor penalties.
    static func grokRefusesStop(_ model: String) -> Bool {
        model.contains(anyCase: "grok-4") || model.contains(anyCase: "grok-3-mini") || model.contains(anyCase: "code")
    }

    static func grokTakesEffort(_ model: String) -> Bool {
        model.contains(anyCase: "grok-3-mini")
    }

    /// How much a Claude model takes of `temperature` and `top_p`.
    enum ClaudeSampling {
        case both
        case oneOfThem
        case none
    }

    /// From 4.1 on only one of the two, from 4.7 on none.
    static func claudeSampling(_ model: String) -> ClaudeSampling {
        guard let version = claudeVersion(model) else { return .both }
        if version >= (4, 7) { return .none }
        return version >= (4, 1) ? .oneOfThem : .both
    }

    /// `claude-opus-4-1-20250805` is (4, 1), `claude-sonnet-4-20250514` is (4, 0), `claude-3-5-haiku-latest` is (3, 5).
    private static func claudeVersion(_ name: String) -> (Int, Int)? {
        guard name.contains(anyCase: "claude") else { return nil }
        var parts = TextWords(name[...], separators: "-.@")
        while !parts.isAtEnd {
            guard let major = versionPart(parts.next()) else { continue }
            return (major, versionPart(parts.next()) ?? 0)
        }
        return nil
    }

    /// One or two digits; a date has eight.
    private static func versionPart(_ part: Substring) -> Int? {
        part.utf8.count <= 2 ? Int(part) : nil
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
        let name = model.utf8Span.span
        guard let start = name.firstRange(of: "gemini-")?.upperBound else { return .unsupported }
        // Names without a number, such as gemini-flash-latest, mean a recent model.
        guard let major = number(in: name, at: start) else { return .level }
        guard major.value <= 2 else { return .level }
        let minor = name.has(".", at: major.end) ? number(in: name, at: major.end + 1)?.value : nil
        guard major.value == 2, minor == 5 else { return .unsupported }
        return .budget(isPro: name.firstRange(of: "pro") != nil)
    }

    /// The number that begins at `start`, and where it ends.
    private static func number(in name: Span<UInt8>, at start: Int) -> (value: Int, end: Int)? {
        var value = 0
        var end = start
        while end < name.count, name[end].isASCIIDigit {
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooMuch) = tens.addingReportingOverflow(Int(name[end] - UInt8(ascii: "0")))
            guard !isTooLarge, !isTooMuch else { return nil }
            value = sum
            end += 1
        }
        return end > start ? (value, end) : nil
    }
}
