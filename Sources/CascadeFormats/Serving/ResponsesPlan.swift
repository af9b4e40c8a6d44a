/// What is read of a client's request in OpenAI's Responses format.
enum ResponsesTag: UInt16 {
    case model = 1
    case input, item, itemType, role, content, output, summaryText, callID, name, arguments
    case part, partType, partText, refusal, image, imageDetail
    case instructions, stream, temperature, topP, maxOutputTokens, parallelToolCalls, user, metadata, effort
    case tools, tool, toolType, toolName, toolDescription, toolParameters, toolStrict
    case toolChoice, toolChoiceType, toolChoiceName
    case format, schemaName, schema, schemaStrict
    case previousResponse, conversation, prompt, background, topLogprobs
}

extension ResponsesTag {
    private typealias Node = JSONNode<ResponsesTag>

    private static let partNode = Node(
        "*", .part,
        [
            Node("type", .partType), Node("text", .partText), Node("refusal", .refusal), Node("image_url", .image),
            Node("detail", .imageDetail),
        ])

    private static let itemNode = Node(
        "*", .item,
        [
            Node("type", .itemType), Node("role", .role), Node("content", .content, [partNode]),
            Node("output", .output, [partNode]), Node("summary", nil, [Node("*", nil, [Node("text", .summaryText)])]),
            Node("call_id", .callID), Node("name", .name), Node("arguments", .arguments),
        ])

    private static let toolNode = Node(
        "*", .tool,
        [
            Node("type", .toolType), Node("name", .toolName), Node("description", .toolDescription),
            Node("parameters", .toolParameters), Node("strict", .toolStrict),
        ])

    private static let formatNode = Node(
        "format", nil,
        [
            Node("type", .format), Node("name", .schemaName), Node("schema", .schema), Node("strict", .schemaStrict),
        ])

    static let plan = JSONPlan<ResponsesTag>([
        Node("model", .model), Node("input", .input, [itemNode]), Node("instructions", .instructions),
        Node("stream", .stream), Node("temperature", .temperature), Node("top_p", .topP),
        Node("max_output_tokens", .maxOutputTokens), Node("parallel_tool_calls", .parallelToolCalls),
        Node("user", .user), Node("safety_identifier", .user), Node("metadata", .metadata),
        Node("reasoning", nil, [Node("effort", .effort)]), Node("tools", .tools, [toolNode]),
        Node("tool_choice", .toolChoice, [Node("type", .toolChoiceType), Node("name", .toolChoiceName)]),
        Node("text", nil, [formatNode]), Node("previous_response_id", .previousResponse),
        Node("conversation", .conversation), Node("prompt", .prompt), Node("background", .background),
        Node("top_logprobs", .topLogprobs),
    ])
}
