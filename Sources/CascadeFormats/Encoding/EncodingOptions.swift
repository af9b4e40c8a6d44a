/// What an encoder must know of a provider, apart from the model.
public struct EncodingOptions: Sendable, Hashable {
    public var type: ProviderType
    /// The version that an Anthropic provider is spoken to in. From `2026-10-21` on no sampling field is sent.
    public var anthropicVersion: String
    /// Refuses what the format cannot express, instead of leaving it out and reporting it.
    public var strict: Bool
    /// How long Ollama keeps the model loaded: a duration such as `5m`, or a number of seconds (`-1`: for ever).
    public var keepAlive: String?
    /// Sent to formats that demand an upper bound of tokens where the request sets none.
    public var defaultMaxTokens: Int
    /// Passes the client's own body on; see ``RequestEncoder/passesThrough(_:model:options:)``.
    package var passesThrough = false

    public init(
        type: ProviderType,
        anthropicVersion: String = "2023-06-01",
        strict: Bool = false,
        keepAlive: String? = nil,
        defaultMaxTokens: Int = 1024
    ) {
        self.type = type
        self.anthropicVersion = anthropicVersion
        self.strict = strict
        self.keepAlive = keepAlive
        self.defaultMaxTokens = defaultMaxTokens
    }

    /// Equal keys mean that ``RequestEncoder/encodeTail(_:options:into:)`` gives equal bodies for a request, so that
    /// the providers can share one.
    public var bodyKey: BodyKey {
        if passesThrough { return BodyKey(variation: .client(type.format), strict: strict) }
        let variation: BodyKey.Variation =
            switch type.format {
            case .openAI: .openAI(OpenAIDialect(type).body)
            case .anthropic: .anthropic(defaultMaxTokens: defaultMaxTokens)
            case .ollama: .ollama(keepAlive: keepAlive)
            case .gemini: .gemini
            }
        return BodyKey(variation: variation, strict: strict)
    }

    /// The key under which a body is shared; see ``EncodingOptions/bodyKey``.
    public struct BodyKey: Sendable, Hashable {
        enum Variation: Sendable, Hashable {
            case openAI(OpenAIDialect.Body)
            case anthropic(defaultMaxTokens: Int)
            case ollama(keepAlive: String?)
            case gemini
            /// The client's own, as it came.
            case client(WireFormat)
        }

        let variation: Variation
        let strict: Bool
    }
}
