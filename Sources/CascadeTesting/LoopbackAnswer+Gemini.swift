extension LoopbackAnswer {
    private var geminiReason: String {
        switch finish {
        case .stop: "STOP"
        case .length: "MAX_TOKENS"
        case .contentFilter: "SAFETY"
        }
    }

    /// A response with these parts; the last one of a stream, and the only one without streaming, has a reason.
    private func response(_ parts: [String], isLast: Bool) -> String {
        let reason = isLast ? ",\"finishReason\":\"\(geminiReason)\"" : ""
        let metadata =
            usage && isLast
            ? """
            ,"usageMetadata":{"promptTokenCount":\(promptTokens),"candidatesTokenCount":\(completionTokens),\
            "totalTokenCount":\(totalTokens)}
            """ : ""
        return """
            {"candidates":[{"content":{"role":"model","parts":[\(parts.joined(separator: ","))]}\(reason),"index":0}]\
            \(metadata),"modelVersion":"\(model)","responseId":"loopback"}
            """
    }

    private func part(_ text: String) -> String { "{\"text\":\"\(text)\"}" }
    private func thought(_ text: String) -> String { "{\"text\":\"\(text)\",\"thought\":true}" }
    private func functionCall(_ call: LoopbackProvider.ToolCall) -> String {
        let name = LoopbackText.escaped(call.name)
        return "{\"functionCall\":{\"id\":\"\(call.id)\",\"name\":\"\(name)\",\"args\":\(call.arguments)}}"
    }

    private var contentResponses: [String] {
        var parts = pieces.map(part)
        if let reasoning { parts.insert(thought(reasoning), at: 0) }
        // Several calls are parts of one event.
        if !toolCalls.isEmpty { parts.append(toolCalls.map(functionCall).joined(separator: ",")) }
        return parts.map { response([$0], isLast: false) }
    }

    func geminiFrames() -> LoopbackFrames {
        var frames = LoopbackFrames()
        frames.chunks = contentResponses.map { "data: \($0)\r\n\r\n" }
        frames.terminal = ["data: \(response([part("")], isLast: true))\r\n\r\n"]
        frames.malformed = "data: {\"candidates\":\r\n\r\n"
        return frames
    }

    /// The stream without `alt=sse`.
    func geminiArrayFrames() -> LoopbackFrames {
        var frames = LoopbackFrames()
        frames.contentType = "application/json"
        let responses = contentResponses
        frames.chunks = responses.enumerated().map { ($0.offset == 0 ? "[" : ",\r\n") + $0.element }
        let separator = responses.isEmpty ? "[" : ",\r\n"
        frames.terminal = ["\(separator)\(response([part("")], isLast: true))]"]
        frames.ping = "\r\n"
        frames.malformed = ",{\"candidates\":"
        return frames
    }

    func geminiBody() -> String {
        var parts = pieces.isEmpty ? [] : [part(text)]
        if let reasoning { parts.insert(thought(reasoning), at: 0) }
        parts += toolCalls.map(functionCall)
        return response(parts, isLast: true)
    }
}
