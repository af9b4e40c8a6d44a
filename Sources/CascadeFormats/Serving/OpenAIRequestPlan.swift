/// What is read of a client's request for a chat completion.
enum OpenAIRequestTag: UInt16 {
    case model = 1
    case messages, message, role, name, content, part, partType, partText, imageURL, imageDetail
    case audio, audioData, audioFormat, reasoning, refusal, toolCallID
    case calls, call, callType, callID, callName, callArguments
    case stream, includeUsage
    case temperature, topP, presencePenalty, frequencyPenalty, seed, maxTokens, maxCompletionTokens
    case stop, stopText, user, reasoningEffort, choiceCount
    case tools, tool, toolType, toolFunction, toolName, toolDescription, toolParameters, toolStrict
    case toolChoice, toolChoiceName, parallelToolCalls
    case responseFormat, schema, schemaName, schemaText, schemaStrict
    case logprobs, logitBias, functions, modalities
    case images, image, sound, soundData, soundFormat, action
}

extension OpenAIRequestTag {
    private typealias Node = JSONNode<OpenAIRequestTag>

    private static let partNode = Node(
        "*", .part,
        [
            Node("type", .partType),
            // What a part of the type refusal says stands under its type.
            Node("text", .partText), Node("refusal", .partText),
            // An object; some clients send the address alone.
            Node("image_url", .imageURL, [Node("url", .imageURL), Node("detail", .imageDetail)]),
            Node("input_audio", .audio, [Node("data", .audioData), Node("format", .audioFormat)]),
        ])

    private static let callNode = Node(
        "*", .call,
        [
            Node("id", .callID), Node("type", .callType),
            Node("function", nil, [Node("name", .callName), Node("arguments", .callArguments)]),
        ])

    private static let toolNode = Node(
        "*", .tool,
        [
            Node("type", .toolType),
            Node(
                "function", .toolFunction,
                [
                    Node("name", .toolName), Node("description", .toolDescription),
                    Node("parameters", .toolParameters), Node("strict", .toolStrict),
                ]),
        ])

    static let plan = JSONPlan<OpenAIRequestTag>([
        Node("model", .model),
        Node(
            "messages", .messages,
            [
                Node(
                    "*", .message,
                    [
                        Node("role", .role), Node("content", .content, [partNode]), Node("name", .name),
                        Node("tool_calls", .calls, [callNode]), Node("tool_call_id", .toolCallID),
                        Node("reasoning_content", .reasoning), Node("refusal", .refusal),
                    ])
            ]),
        Node("stream", .stream),
        Node("stream_options", nil, [Node("include_usage", .includeUsage)]),
        Node("temperature", .temperature), Node("top_p", .topP),
        Node("presence_penalty", .presencePenalty), Node("frequency_penalty", .frequencyPenalty),
        Node("seed", .seed), Node("max_tokens", .maxTokens), Node("max_completion_tokens", .maxCompletionTokens),
        Node("stop", .stop, [Node("*", .stopText)]),
        Node("user", .user), Node("reasoning_effort", .reasoningEffort), Node("n", .choiceCount),
        Node("tools", .tools, [toolNode]),
        Node("tool_choice", .toolChoice, [Node("function", nil, [Node("name", .toolChoiceName)])]),
        Node("parallel_tool_calls", .parallelToolCalls),
        Node(
            "response_format", nil,
            [
                Node("type", .responseFormat),
                Node(
                    "json_schema", .schema,
                    [Node("name", .schemaName), Node("schema", .schemaText), Node("strict", .schemaStrict)]),
            ]),
        Node("logprobs", .logprobs), Node("logit_bias", .logitBias), Node("functions", .functions),
        Node("modalities", .modalities),
    ])
    /// Of a request to the predecessor's API, whose messages may have their media beside the content.
    static let completionPlan = JSONPlan<OpenAIRequestTag>([
        Node("model", .model),
        Node(
            "messages", .messages,
            [
                Node(
                    "*", .message,
                    [
                        Node("role", .role), Node("content", .content, [partNode]), Node("name", .name),
                        Node("tool_calls", .calls, [callNode]), Node("tool_call_id", .toolCallID),
                        Node("images", .images, [Node("*", .image)]),
                        Node("audio", .sound, [Node("data", .soundData), Node("format", .soundFormat)]),
                    ])
            ]),
        Node("temperature", .temperature), Node("max_tokens", .maxTokens),
    ])
    /// Of a request to do something to a provider.
    static let controlPlan = JSONPlan<OpenAIRequestTag>([Node("action", .action)])
}
