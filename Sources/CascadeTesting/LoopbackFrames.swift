/// An answer in one wire format, before any HTTP framing.
struct LoopbackFrames {
    var contentType = "text/event-stream"
    /// The events before the first content.
    var opening: [String] = []
    /// One event for each piece of content.
    var chunks: [String] = []
    /// The events after the last content, but for the terminal marker.
    var finish: [String] = []
    /// The events that prove the answer complete.
    var terminal: [String] = []
    /// What the format sends to keep a connection alive.
    var ping = ": keep-alive\n\n"
    /// An event that is not JSON.
    var malformed = "data: {\"choices\":[{\"delta\":\n\n"
    /// An error event.
    var error = ""
}

/// What an answer is made of, apart from its format.
struct LoopbackAnswer {
    var model: String
    var pieces: [String]
    var reasoning: String?
    var toolCalls: [LoopbackProvider.ToolCall]
    var finish: LoopbackProvider.Finish
    var usage: Bool
    let promptTokens = LoopbackProvider.Script.promptTokens
    var completionTokens: Int
    var totalTokens: Int { promptTokens + completionTokens }

    init(_ script: LoopbackProvider.Script, model: String) {
        self.model = LoopbackText.escaped(model)
        pieces = script.pieces.map(LoopbackText.escaped)
        reasoning = script.reasoning.map(LoopbackText.escaped)
        toolCalls = script.toolCalls
        finish = script.finish
        usage = script.usage
        completionTokens = pieces.count
    }

    var text: String { pieces.joined() }

    func frames(for call: LoopbackCall) -> LoopbackFrames {
        var frames =
            switch call.format {
            case .openai: openAIFrames(includesUsage: call.includesUsage)
            case .anthropic: anthropicFrames()
            case .ollama: ollamaFrames()
            case .gemini: call.isArray ? geminiArrayFrames() : geminiFrames()
            }
        frames.error = errorFrame(for: call)
        return frames
    }

    func body(for format: LoopbackProvider.WireFormatName) -> String {
        switch format {
        case .openai: openAIBody()
        case .anthropic: anthropicBody()
        case .ollama: ollamaBody()
        case .gemini: geminiBody()
        }
    }

    private func errorFrame(for call: LoopbackCall) -> String {
        let json = LoopbackProblem(status: 500, format: call.format).json
        return switch call.format {
        case .openai: "data: \(json)\n\n"
        case .anthropic: "event: error\ndata: \(json)\n\n"
        case .ollama: "\(json)\n"
        case .gemini: call.isArray ? ",\r\n\(json)]" : "data: \(json)\r\n\r\n"
        }
    }
}
