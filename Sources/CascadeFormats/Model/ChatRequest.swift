/// One logical request: the conversation and how it is to be answered.
///
/// A request is a plain value. It names no provider; the router decides who answers, and a request that several
/// providers are tried with is encoded once per wire format.
public struct ChatRequest: Sendable, Hashable {
    /// The conversation, oldest message first.
    public var messages: [ChatMessage]
    /// The model asked for: a model's name, an alias of the configuration, or `nil` for each provider's default.
    public var model: String?
    /// Sampling temperature, 0 to 2. `nil` sends none and leaves the choice to the provider.
    public var temperature: Double?
    /// Upper bound of tokens to generate, reasoning included. `nil` leaves it to the provider.
    public var maxTokens: Int?
    /// Nucleus sampling, 0 to 1.
    public var topP: Double?
    /// Penalty of tokens already present, −2 to 2.
    public var presencePenalty: Double?
    /// Penalty of tokens by their frequency, −2 to 2.
    public var frequencyPenalty: Double?
    /// Texts at which generation stops; the text itself is not part of the answer.
    public var stop: [String]
    /// Makes sampling repeatable where the provider supports it.
    public var seed: Int?
    /// Functions the model may call.
    public var tools: [Tool]
    /// Which of ``tools`` the model may or must call; `nil` is the provider's default (it decides).
    public var toolChoice: ToolChoice?
    /// Whether the model may call several tools in one turn; `nil` is the provider's default.
    public var parallelToolCalls: Bool?
    /// The form of the answer's text.
    public var responseFormat: ResponseFormat
    /// How much the model reasons before it answers; `nil` is the model's default.
    public var reasoningEffort: ReasoningEffort?
    /// Time from the call until the answer must be complete (`complete`) or committed (`stream`), over all providers.
    public var deadline: Duration?
    /// A tier of the configuration, where no model is named: models of that tier are preferred, and with `strict_models`
    /// they alone are candidates.
    public var tier: String?
    /// Only providers that carry all of these tags are candidates.
    public var tags: [String]
    /// The agent on whose behalf the request is made; the configuration may assign it a model.
    public var agent: String?
    /// The end user's opaque identifier, passed to providers that take one.
    public var user: String?
    /// Free key-value pairs for logs and spans; never sent to a provider.
    public var metadata: [String: String]
    /// The request as a client of the gateway sent it, for providers that speak that client's format.
    package var clientBody: ClientBody?

    /// - Parameters:
    ///   - messages: The conversation, oldest first.
    ///   - model: A model or alias; `nil` for each provider's default.
    ///   - temperature: 0 to 2; 0.7 unless told otherwise.
    ///   - maxTokens: Upper bound of generated tokens.
    public init(
        messages: [ChatMessage],
        model: String? = nil,
        temperature: Double? = 0.7,
        maxTokens: Int? = nil
    ) {
        self.messages = messages
        self.model = model
        self.temperature = temperature
        self.maxTokens = maxTokens
        self.stop = []
        self.tools = []
        self.responseFormat = .text
        self.tags = []
        self.metadata = [:]
    }

    /// A conversation of one user message.
    public init(_ prompt: String, model: String? = nil, temperature: Double? = 0.7, maxTokens: Int? = nil) {
        self.init(messages: [.user(prompt)], model: model, temperature: temperature, maxTokens: maxTokens)
    }
}

/// The form of an answer's text.
public enum ResponseFormat: Sendable, Hashable {
    /// Free text.
    case text
    /// One JSON value, of any shape.
    case json
    /// One JSON value that follows a JSON schema. `name` labels the schema; `strict` asks the provider to enforce it.
    case jsonSchema(name: String, schema: JSONText, strict: Bool)
}

/// How much a model reasons before it answers, least first.
public enum ReasoningEffort: String, Sendable, Hashable, CaseIterable {
    case none
    case minimal
    case low
    case medium
    case high
    case max
}

/// JSON as text, kept verbatim: a tool's parameters, a schema, a call's arguments.
///
/// The text is not checked when it is stored; an encoder that must embed it refuses text that is not one JSON value.
public struct JSONText: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The JSON text.
    public var text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral value: String) {
        self.text = value
    }

    public var description: String { text }
}
