/// Cuts a conversation into turns that alternate between user and assistant, as Anthropic and Gemini want it.
///
/// Instructions belong to no turn. A tool's result belongs to the user's turn. Messages that say nothing are passed
/// over, so that they neither make an empty turn nor part two turns that are one.
struct ConversationTurns: Sequence, IteratorProtocol {
    private let messages: [ChatMessage]
    private var position = 0

    init(_ messages: [ChatMessage]) {
        self.messages = messages
    }

    struct Turn {
        let isAssistant: Bool
        /// The messages of the turn, with others among them that ``ConversationTurns`` passes over.
        let range: Range<Int>
    }

    mutating func next() -> Turn? {
        while position < messages.count, !Self.speaks(messages[position]) { position += 1 }
        guard position < messages.count else { return nil }
        let start = position
        let isAssistant = messages[start].role == .assistant
        while position < messages.count, continues(messages[position], isAssistant: isAssistant) { position += 1 }
        return Turn(isAssistant: isAssistant, range: start..<position)
    }

    private func continues(_ message: ChatMessage, isAssistant: Bool) -> Bool {
        !Self.speaks(message) || (message.role == .assistant) == isAssistant
    }

    /// Whether the message adds anything to a turn.
    static func speaks(_ message: ChatMessage) -> Bool {
        switch message.role {
        case .system, .developer: false
        case .tool: true
        case .user: message.content.contains { !$0.isBlank }
        case .assistant: !message.toolCalls.isEmpty || message.content.contains { !$0.isBlank }
        }
    }
}

extension ChatMessage {
    var isInstruction: Bool { role == .system || role == .developer }
}

extension ContentPart {
    /// Text that is empty or only white space, which these formats refuse and which says nothing.
    var isBlank: Bool {
        guard case .text(let text) = self else { return false }
        return text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }
}

extension [ChatMessage] {
    /// The name of the function that the call `id` before `index` called.
    func functionName(ofCall id: String?, before index: Int) -> String? {
        for message in self[..<index].reversed() {
            if let call = message.toolCalls.first(where: { $0.id == id }) { return call.name }
        }
        return nil
    }
}
