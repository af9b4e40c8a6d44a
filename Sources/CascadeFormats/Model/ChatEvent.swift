/// One thing that happened in an answer, in the order in which the provider sent it.
public enum ChatEvent: Sendable, Hashable {
    /// A piece of the answer's text; never empty.
    case text(String)
    /// A piece of the model's reasoning; never empty.
    case reasoning(String)
    /// A tool call begins. `index` counts the calls of this answer from 0, in the order of these events.
    case toolCallStarted(index: Int, id: String, name: String)
    /// A piece of the arguments of the call `index`.
    case toolCallArguments(index: Int, String)
    /// Tokens used so far; a later one replaces an earlier one.
    case usage(Usage)
    /// The model ended its answer. The stream itself ends after it.
    case finished(FinishReason)
}

/// Why a model ended its answer.
public enum FinishReason: String, Sendable, Hashable, CaseIterable {
    /// It was done, or a stop text came.
    case stop
    /// The token limit or the context window was reached.
    case length
    /// It wants its tools called.
    case toolCalls = "tool_calls"
    /// The provider withheld the answer or a part of it.
    case contentFilter = "content_filter"
}

/// Tokens an answer cost.
public struct Usage: Sendable, Hashable {
    /// Tokens of the request, cached ones included.
    public var promptTokens: Int
    /// Tokens of the answer, reasoning included.
    public var completionTokens: Int
    /// Prompt and completion together.
    public var totalTokens: Int
    /// Those of ``promptTokens`` that came from the provider's cache, where it says so.
    public var cachedTokens: Int?
    /// Those of ``completionTokens`` that were reasoning, where the provider says so.
    public var reasoningTokens: Int?

    public init(
        promptTokens: Int,
        completionTokens: Int,
        totalTokens: Int? = nil,
        cachedTokens: Int? = nil,
        reasoningTokens: Int? = nil
    ) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.totalTokens = totalTokens ?? promptTokens.adding(count: completionTokens)
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
    }
}

/// Takes an answer apart as it is decoded, without a copy.
///
/// The bytes of each call are UTF-8 and valid only for the call. `text`, `reasoning` and `toolCallArguments` are never
/// called with an empty span. A sink may be asked to do anything in any order a model can produce, but `finished` comes
/// at most once and nothing but `usage` follows it.
public protocol ChatEventSink {
    mutating func text(_ utf8: Span<UInt8>)
    mutating func reasoning(_ utf8: Span<UInt8>)
    mutating func toolCallStarted(index: Int, id: String, name: String)
    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>)
    mutating func usage(_ usage: Usage)
    mutating func finished(_ reason: FinishReason)
    /// The model's or the answer's own name and id, as the provider reports them; at most once each answer.
    mutating func identified(model: String?, id: String?)
}
