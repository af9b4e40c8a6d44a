/// A sink that gathers a whole answer.
///
/// Text in several pieces is kept as bytes and becomes a `String` when it is asked for: one copy, each time.
public struct AnswerCollector: ChatEventSink, Sendable {
    private var contentText = GatheredText()
    private var reasoningText = GatheredText()
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
    public var content: String { contentText.string }
    /// The reasoning's text so far.
    public var reasoning: String { reasoningText.string }
    /// The tool calls so far, in the order in which they were announced.
    public var toolCalls: [ToolCall] {
        calls.map { ToolCall(id: $0.id, name: $0.name, arguments: String(decoding: $0.arguments, as: UTF8.self)) }
    }
    /// Whether a token of any kind has come.
    public var isEmpty: Bool { contentText.isEmpty && reasoningText.isEmpty && calls.isEmpty }

    public mutating func text(_ utf8: Span<UInt8>) {
        contentText.append(utf8)
        byteCount += utf8.count
    }

    public mutating func reasoning(_ utf8: Span<UInt8>) {
        reasoningText.append(utf8)
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

/// Text from pieces. What comes in one piece is kept as the `String` that it is to become; more, as bytes.
private struct GatheredText: Sendable {
    private var first: String?
    private var bytes: [UInt8] = []

    var isEmpty: Bool { first == nil && bytes.isEmpty }

    var string: String { first ?? String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ utf8: Span<UInt8>) {
        guard !utf8.isEmpty else { return }
        if isEmpty {
            first = String(copying: utf8)
            return
        }
        if let text = first.take() { bytes.append(contentsOf: text.utf8) }
        bytes.append(copying: utf8)
    }
}
