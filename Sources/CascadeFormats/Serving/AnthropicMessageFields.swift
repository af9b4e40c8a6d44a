/// One message of a client's request while it is being read.
struct AnthropicMessageFields {
    private var role: String?
    private var content: [ContentPart] = []
    private var reasoning: String?
    private var calls: [ToolCall] = []
    private var results: [ChatMessage] = []
    private var block = AnthropicBlockFields()
    private var blockCount = 0
    /// What only providers of this format know.
    private(set) var onlyHere: ClientRequestError?
    private(set) var hasUnsignedReasoning = false

    mutating func take(_ hit: JSONHit, _ tag: AnthropicRequestTag, at path: String) throws(ClientRequestError) {
        switch tag {
        case .role: role = try hit.text("\(path).role")
        case .content where hit.isString: content = [.text(hit.string)]
        case .content:
            guard hit.isArray || hit.isEnd else { throw .expected("a string or an array", at: "\(path).content") }
        case .block where hit.isEnd: try endBlock(at: "\(path).content[\(blockCount)]")
        case .block:
            guard hit.isObject else { throw .expected("an object", at: "\(path).content[\(blockCount)]") }
        default: try block.take(hit, tag, at: "\(path).content[\(blockCount)]")
        }
    }

    private mutating func endBlock(at path: String) throws(ClientRequestError) {
        let block = block
        self.block = AnthropicBlockFields()
        blockCount += 1
        switch try block.meaning(at: path) {
        case .part(let part): content.append(part)
        case .call(let call): calls.append(call)
        case .result(let id, let parts, let isError):
            results.append(ChatMessage(role: .tool, content: parts, toolCallID: id, isToolError: isError))
        case .reasoning(let text, let isSigned):
            reasoning = (reasoning ?? "") + text
            if !isSigned { hasUnsignedReasoning = true }
        case .onlyHere(let problem): onlyHere = problem
        case .nothing: break
        }
    }

    /// The message, after the results of tools that it carries: those are messages of their own elsewhere.
    consuming func messages(at path: String) throws(ClientRequestError) -> [ChatMessage] {
        switch role {
        case "user"?:
            guard calls.isEmpty else { throw Self.misplaced("tool_use", in: "assistant", at: path) }
            if !results.isEmpty && content.isEmpty { return results }
            return results + [ChatMessage(role: .user, content: content)]
        case "assistant"?:
            guard results.isEmpty else { throw Self.misplaced("tool_result", in: "user", at: path) }
            return [ChatMessage(role: .assistant, content: content, toolCalls: calls, reasoning: reasoning)]
        case "system"?: return [ChatMessage(role: .system, content: content)]
        default: throw .expected("user or assistant", at: "\(path).role")
        }
    }

    private static func misplaced(_ block: String, in role: String, at path: String) -> ClientRequestError {
        ClientRequestError("\(path): a \(block) block belongs in a turn of the \(role)", parameter: "\(path).content")
    }
}
