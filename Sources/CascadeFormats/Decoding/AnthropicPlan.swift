/// What is read of a message and of the events of its stream, in Anthropic's format.
enum AnthropicTag: UInt16 {
    case error = 1
    case type, index, model, id, stopReason
    case content, block, blockType, blockID, blockName, blockText, blockThinking, blockInput
    case deltaType, deltaText, deltaThinking, deltaJSON
    case usage, inputTokens, cacheCreationTokens, cacheReadTokens, outputTokens, thinkingTokens
}

extension AnthropicTag {
    private typealias Node = JSONNode<AnthropicTag>

    private static let blockNodes: [Node] = [
        Node("type", .blockType), Node("id", .blockID), Node("name", .blockName), Node("text", .blockText),
        Node("thinking", .blockThinking), Node("input", .blockInput),
    ]

    private static let usageNode = Node(
        "usage", .usage,
        [
            Node("input_tokens", .inputTokens),
            Node("cache_creation_input_tokens", .cacheCreationTokens),
            Node("cache_read_input_tokens", .cacheReadTokens),
            Node("output_tokens", .outputTokens),
            Node("output_tokens_details", nil, [Node("thinking_tokens", .thinkingTokens)]),
        ])

    static let plan = JSONPlan<AnthropicTag>([
        Node("type", .type),
        Node("index", .index),
        Node(
            "delta", nil,
            [
                Node("type", .deltaType), Node("text", .deltaText), Node("thinking", .deltaThinking),
                Node("partial_json", .deltaJSON), Node("stop_reason", .stopReason),
            ]),
        Node("content_block", .block, blockNodes),
        usageNode,
        Node("message", nil, [Node("id", .id), Node("model", .model), usageNode]),
        Node("id", .id),
        Node("model", .model),
        Node("content", .content, [Node("*", .block, blockNodes)]),
        Node("stop_reason", .stopReason),
        Node("error", .error),
    ])
}
