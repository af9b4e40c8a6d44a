/// A sink that gathers a whole answer.
///
/// Text is kept as bytes and becomes a `String` when it is asked for: one copy, each time.
public struct AnswerCollector: ChatEventSink, Sendable {
    private var contentBytes: [UInt8] = []
    private var reasoningBytes: [UInt8] = []
    private var calls: [(index: Int, id: String, name: String, arguments: [UInt8])] = []
    /// The last usage reported.
    public private(set) var usage: Usage?
    /// Why the answer ended; `nil` while it has not.
    public private(set) var finishReason: FinishReason?
    /// The model's name, as the provider reports it.
    public private(set) var model: String?
    /// The provider's identifier of the answer.
    public private(set) var id: String?

    /// Bytes of text, reasoning and arguments so far.
    public private(set) var byteCount = 0

    public init() {}

    /// The answer's text so far.
    public var content: String { String(decoding: contentBytes, as: UTF8.self) }
    /// The reasoning's text so far.
    public var reasoning: String { String(decoding: reasoningBytes, as: UTF8.self) }
    /// The tool calls so far, in the order in which they were announced.
    public var toolCalls: [ToolCall] {
        calls.map { ToolCall(id: $0.id, name: $0.name, arguments: String(decoding: $0.arguments, as: UTF8.self)) }
    }
    /// Whether a token of any kind has come.
    public var isEmpty: Bool { contentBytes.isEmpty && reasoningBytes.isEmpty && calls.isEmpty }

    public mutating func text(_ utf8: Span<UInt8>) {
        contentBytes.append(copying: utf8)
        byteCount += utf8.count
    }

    public mutating func reasoning(_ utf8: Span<UInt8>) {
        reasoningBytes.append(copying: utf8)
        byteCount += utf8.count
    }

    public mutating func toolCallStarted(index: Int, id: String, name: String) {
        calls.append((index: index, id: id, name: name, arguments: []))
    }

    public mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        // Arguments of a call that was never announced have nowhere to go.
        guard let place = calls.lastIndex(where: { $0.index == index }) else { return }
        calls[place].arguments.append(copying: utf8)
        byteCount += utf8.count
    }

    public mutating func usage(_ usage: Usage) {
        self.usage = usage
    }

    public mutating func finished(_ reason: FinishReason) {
        finishReason = reason
    }

    public mutating func identified(model: String?, id: String?) {
        self.model = model
        self.id = id
    }
}
