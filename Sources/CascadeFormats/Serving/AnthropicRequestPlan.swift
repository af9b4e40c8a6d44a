/// What is read of a client's request for a message.
enum AnthropicRequestTag: UInt16 {
    case model = 1
    case messages, message, role, content
    case block, blockType, blockText, blockID, blockName, blockInput, thinking, signature
    case source, sourceType, sourceMediaType, sourceData, sourceURL
    case resultOf, resultContent, resultIsError
    case resultBlock, resultBlockType, resultText, resultSource
    case resultSourceType, resultSourceMediaType, resultSourceData, resultSourceURL
    case system, systemBlock, systemType, systemText
    case maxTokens, stream, temperature, topP, stop, stopText, userID
    case tools, tool, toolType, toolName, toolDescription, toolSchema, toolStrict
    case toolChoice, toolChoiceType, toolChoiceName, onlyOneTool
    case thinkingType, thinkingBudget, effort, formatType, formatSchema
}

extension AnthropicRequestTag {
    private typealias Node = JSONNode<AnthropicRequestTag>

    private static let resultBlockNode = Node(
        "*", .resultBlock,
        [
            Node("type", .resultBlockType), Node("text", .resultText),
            Node(
                "source", .resultSource,
                [
                    Node("type", .resultSourceType), Node("media_type", .resultSourceMediaType),
                    Node("data", .resultSourceData), Node("url", .resultSourceURL),
                ]),
        ])

    private static let blockNode = Node(
        "*", .block,
        [
            Node("type", .blockType), Node("text", .blockText), Node("id", .blockID), Node("name", .blockName),
            Node("input", .blockInput), Node("thinking", .thinking), Node("signature", .signature),
            Node(
                "source", .source,
                [
                    Node("type", .sourceType), Node("media_type", .sourceMediaType), Node("data", .sourceData),
                    Node("url", .sourceURL),
                ]),
            Node("tool_use_id", .resultOf), Node("content", .resultContent, [resultBlockNode]),
            Node("is_error", .resultIsError),
        ])

    private static let toolNode = Node(
        "*", .tool,
        [
            Node("type", .toolType), Node("name", .toolName), Node("description", .toolDescription),
            Node("input_schema", .toolSchema), Node("strict", .toolStrict),
        ])

    static let plan = JSONPlan<AnthropicRequestTag>([
        Node("model", .model),
        Node("max_tokens", .maxTokens),
        Node(
            "messages", .messages,
            [Node("*", .message, [Node("role", .role), Node("content", .content, [blockNode])])]),
        Node("system", .system, [Node("*", .systemBlock, [Node("type", .systemType), Node("text", .systemText)])]),
        Node("stream", .stream),
        Node("temperature", .temperature), Node("top_p", .topP),
        Node("stop_sequences", .stop, [Node("*", .stopText)]),
        Node("metadata", nil, [Node("user_id", .userID)]),
        Node("tools", .tools, [toolNode]),
        Node(
            "tool_choice", .toolChoice,
            [
                Node("type", .toolChoiceType), Node("name", .toolChoiceName),
                Node("disable_parallel_tool_use", .onlyOneTool),
            ]),
        Node("thinking", nil, [Node("type", .thinkingType), Node("budget_tokens", .thinkingBudget)]),
        Node(
            "output_config", nil,
            [
                Node("effort", .effort),
                Node("format", nil, [Node("type", .formatType), Node("schema", .formatSchema)]),
            ]),
    ])
}
