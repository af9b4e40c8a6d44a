internal import CascadeFormats

extension ChatRequest {
    /// A question, as most requests are.
    static let short = ChatRequest("Why is the sky blue?", maxTokens: 256)

    /// An image of some 30 KB, two tools, a conversation under way.
    static let rich: ChatRequest = {
        let image = String(repeating: "iVBORw0KGgoAAAANSUhEUgAA", count: 1_250)
        var request = ChatRequest(
            messages: [
                .system("You answer in one sentence. You never guess."),
                .user("What is the weather like in Zürich?"),
                .assistant(
                    "", toolCalls: [ToolCall(id: "call_ab12cd34e", name: "weather", arguments: #"{"city":"Zürich"}"#)]),
                .tool(id: "call_ab12cd34e", content: #"{"celsius": 21, "sky": "clear"}"#),
                .user([.text("Does this picture show it?"), .image(.base64(image, mediaType: "image/png"))]),
            ],
            maxTokens: 1_024)
        request.tools = [weather, calendar]
        request.toolChoice = .auto
        request.stop = ["END"]
        return request
    }()

    private static let weather = Tool(
        name: "weather", description: "Tells the weather of a city.",
        parameters: #"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#)

    private static let calendar = Tool(
        name: "calendar", description: "Lists the entries between two days.",
        parameters: """
            {"type":"object","properties":{"from":{"type":"string","format":"date"},\
            "to":{"type":"string","format":"date"}},"required":["from","to"]}
            """)
}
