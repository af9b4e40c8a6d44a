/// What is read of a chat completion and of its chunks, in OpenAI's format and its relatives.
enum OpenAITag: UInt16 {
    case error = 1
    case object, model, id
    case choices, choice, index, finishReason, message
    case content, part, partText, partThinking
    case reasoningContent, reasoning, refusal
    case toolCalls, toolCall, toolIndex, toolID, toolName, toolArguments
    case functionCall
    case usage, promptTokens, completionTokens, totalTokens, cachedTokens, cacheHitTokens, reasoningTokens
}

extension OpenAITag {
    private typealias Node = JSONNode<OpenAITag>

    private static let functionNode = Node(
        "function", nil, [Node("name", .toolName), Node("arguments", .toolArguments)])

    /// Mistral sends content as an array of parts, thinking being an array of parts again.
    private static let contentNode = Node(
        "content", .content,
        [
            Node(
                "*", .part,
                [
                    Node("text", .partText),
                    Node("thinking", .partThinking, [Node("*", nil, [Node("text", .partThinking)])]),
                ])
        ])

    private static let messageNodes: [Node] = [
        contentNode,
        Node("reasoning_content", .reasoningContent),
        Node("reasoning", .reasoning),
        Node("refusal", .refusal),
        Node(
            "tool_calls", .toolCalls,
            [Node("*", .toolCall, [Node("index", .toolIndex), Node("id", .toolID), functionNode])]),
        Node("function_call", .functionCall, [Node("name", .toolName), Node("arguments", .toolArguments)]),
    ]

    private static let usageNode = Node(
        "usage", .usage,
        [
            Node("prompt_tokens", .promptTokens),
            Node("completion_tokens", .completionTokens),
            Node("total_tokens", .totalTokens),
            Node("prompt_tokens_details", nil, [Node("cached_tokens", .cachedTokens)]),
            Node("prompt_cache_hit_tokens", .cacheHitTokens),
            Node("completion_tokens_details", nil, [Node("reasoning_tokens", .reasoningTokens)]),
        ])

    static let plan = JSONPlan<OpenAITag>([
        Node("id", .id),
        Node("object", .object),
        Node("model", .model),
        Node(
            "choices", .choices,
            [
                Node(
                    "*", .choice,
                    [
                        Node("index", .index),
                        Node("delta", .message, messageNodes),
                        Node("finish_reason", .finishReason),
                        Node("message", .message, messageNodes),
                        Node("error", .error),
                    ])
            ]),
        usageNode,
        Node("error", .error),
        Node("x_groq", nil, [Node("error", .error), usageNode]),
    ])
}
