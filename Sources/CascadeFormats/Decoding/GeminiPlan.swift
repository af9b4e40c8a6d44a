/// What is read of a `GenerateContentResponse` of Gemini's format.
enum GeminiTag: UInt16 {
    case error = 1
    case candidates, candidate, index, finishReason
    case part, text, thought, call, callID, callName, callArguments
    case blockReason
    case usage, promptTokens, toolPromptTokens, candidatesTokens, thoughtsTokens, cachedTokens, totalTokens
    case model, id
}

extension GeminiTag {
    private typealias Node = JSONNode<GeminiTag>

    private static let partNodes: [Node] = [
        Node("text", .text),
        Node("thought", .thought),
        Node(
            "functionCall", .call,
            [Node("id", .callID), Node("name", .callName), Node("args", .callArguments)]),
    ]

    private static let responseNodes: [Node] = [
        Node(
            "candidates", .candidates,
            [
                Node(
                    "*", .candidate,
                    [
                        Node("content", nil, [Node("parts", nil, [Node("*", .part, partNodes)])]),
                        Node("finishReason", .finishReason),
                        Node("index", .index),
                    ])
            ]),
        Node("promptFeedback", nil, [Node("blockReason", .blockReason)]),
        Node(
            "usageMetadata", .usage,
            [
                Node("promptTokenCount", .promptTokens),
                Node("toolUsePromptTokenCount", .toolPromptTokens),
                Node("candidatesTokenCount", .candidatesTokens),
                Node("thoughtsTokenCount", .thoughtsTokens),
                Node("cachedContentTokenCount", .cachedTokens),
                Node("totalTokenCount", .totalTokens),
            ]),
        Node("modelVersion", .model),
        Node("responseId", .id),
        Node("error", .error),
    ]

    /// Without `alt=sse` a stream is one array of responses.
    static let plan = JSONPlan<GeminiTag>(responseNodes + [Node("*", nil, responseNodes)])
}
