/// How one provider's idea of OpenAI chat completions differs from OpenAI's own, as data.
struct OpenAIDialect: Sendable, Hashable {
    /// The differences that show in the shared part of a body.
    struct Body: Sendable, Hashable {
        /// `developer` is a role of its own; elsewhere it becomes `system`.
        var developerRole = false
        /// Messages may carry the speaker's name.
        var messageNames = true
        /// "Some tool must be called" is spelt `any` rather than `required`.
        var requiredIsAny = false
        /// Tools may ask for their schema to be enforced.
        var toolStrict = true
        /// Identifiers of tool calls must be nine letters or digits.
        var shortCallIDs = false
        /// Earlier reasoning must come back while tools are being called.
        var replaysReasoning = false
        /// The end user's identifier is taken.
        var user = true
        var json = JSONMode.both
        /// Tools and a response format may be asked for together.
        var toolsWithFormat = true
    }

    /// Which forms of JSON answer are known.
    enum JSONMode: Sendable, Hashable {
        case both
        /// Any JSON object, but no schema.
        case objectOnly
        /// A schema only; "any object" is asked for by a schema that says so.
        case schemaOnly
    }

    /// How the reasoning effort is told.
    enum Effort: Sendable, Hashable {
        /// `reasoning_effort`, one of these levels.
        case levels([ReasoningEffort])
        /// xAI: two levels, on one family of models.
        case grok
        /// `thinking` switches it, `reasoning_effort` grades it.
        case deepSeek
        /// `reasoning: {effort}`.
        case openRouter
        case unsupported
    }

    var body = Body()
    /// `max_completion_tokens` rather than `max_tokens`.
    var completionTokens = false
    /// `random_seed` rather than `seed`.
    var randomSeed = false
    /// Usage of a stream must be asked for, by `stream_options`.
    var streamOptions = true
    var effort = Effort.levels([.none, .low, .medium, .high])

    init(_ type: ProviderType) {
        switch type {
        case .openai:
            body.developerRole = true
            completionTokens = true
            effort = .levels(ReasoningEffort.allCases)
        case .grok, .xai:
            body.toolStrict = false
            effort = .grok
        case .mistral:
            body.requiredIsAny = true
            body.messageNames = false
            body.user = false
            body.shortCallIDs = true
            randomSeed = true
            // Unknown members are refused there, and usage comes unasked.
            streamOptions = false
            effort = .unsupported
        case .deepseek:
            body.replaysReasoning = true
            body.json = .objectOnly
            effort = .deepSeek
        case .openrouter:
            effort = .openRouter
        case .together:
            effort = .levels([.low, .medium, .high])
        case .fireworks:
            body.requiredIsAny = true
            body.toolsWithFormat = false
        case .lmstudio:
            body.json = .schemaOnly
            effort = .levels([.low, .medium, .high])
        case .openaiCompatible:
            effort = .levels(ReasoningEffort.allCases)
        case .groq, .vllm, .vllmMLX, .llamacpp, .airllm, .anthropic, .ollama, .gemini:
            break
        }
    }
}

extension ReasoningEffort {
    /// The level itself if it is among `levels`, else the next lower one, else the lowest. `nil` when no reasoning is
    /// asked for and that is not among them: any level would be the opposite.
    func nearest(in levels: [ReasoningEffort]) -> ReasoningEffort? {
        if levels.contains(self) { return self }
        guard self != .none else { return nil }
        let lower = levels.last { $0 != .none && $0.rank < rank }
        return lower ?? levels.first { $0 != .none }
    }

    private var rank: Int {
        switch self {
        case .none: 0
        case .minimal: 1
        case .low: 2
        case .medium: 3
        case .high: 4
        case .max: 5
        }
    }
}
