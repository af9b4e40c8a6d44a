/// A whole answer.
public struct ChatResponse: Sendable, Hashable {
    /// The answer's text; empty when the model only called tools.
    public var content: String
    /// The model's reasoning, where it shows any.
    public var reasoning: String
    /// The tools the model wants called, in its order.
    public var toolCalls: [ToolCall]
    /// The provider that answered, by its name in the configuration.
    public var provider: String
    /// The model that was asked.
    public var model: String
    /// From the call to the last byte, over all attempts.
    public var latency: Duration
    /// From the call to the first token, over all attempts. For an answer that was not streamed it equals ``latency``.
    public var timeToFirstToken: Duration
    /// `nil` when the provider reported none.
    public var usage: Usage?
    public var finishReason: FinishReason
    /// The model differs from the one asked for, or from the provider's default where none was asked for.
    public var isFallbackModel: Bool
    /// Every attempt in order; the last one answered.
    public var attempts: [AttemptReport]
    /// Fields of the request that the provider's format cannot express and that were left out.
    public var droppedFields: [String]
    /// The provider's identifier of the answer.
    public var id: String?
    /// The provider's answer as it came, for a client of the gateway that speaks its format.
    package var body: [UInt8]?
}
