/// What is read of a line of Ollama's own chat format.
enum OllamaTag: UInt16 {
    case error = 1
    case model, done, doneReason
    case message, content, thinking
    case toolCall, toolID, toolName, toolArguments
    case promptCount, evalCount
}

extension OllamaTag {
    private typealias Node = JSONNode<OllamaTag>

    static let plan = JSONPlan<OllamaTag>([
        Node("model", .model),
        Node(
            "message", .message,
            [
                Node("content", .content),
                Node("thinking", .thinking),
                Node(
                    "tool_calls", nil,
                    [
                        Node(
                            "*", .toolCall,
                            [
                                Node("id", .toolID),
                                Node(
                                    "function", nil, [Node("name", .toolName), Node("arguments", .toolArguments)]),
                            ])
                    ]),
            ]),
        Node("done", .done),
        Node("done_reason", .doneReason),
        Node("prompt_eval_count", .promptCount),
        Node("eval_count", .evalCount),
        Node("error", .error),
    ])
}
