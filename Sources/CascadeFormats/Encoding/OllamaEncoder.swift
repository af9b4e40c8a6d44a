/// Ollama's own `/api/chat`.
struct OllamaEncoder {
    let request: ChatRequest
    let options: EncodingOptions

    init(_ request: ChatRequest, _ options: EncodingOptions) {
        self.request = request
        self.options = options
    }

    func writeHead(model: String, streaming: Bool, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.member("model", model)
        // Always told, because it streams unless told not to.
        try out.json.member("stream", streaming)
    }

    func writeTail(to out: inout EncodingOutput) throws(EncodingError) {
        try writeMessages(to: &out)
        try writeTools(to: &out)
        try writeFormat(to: &out)
        try writeModelOptions(to: &out)
        if let effort = request.reasoningEffort { try writeThink(effort, to: &out) }
        if let keepAlive = options.keepAlive {
            try out.json.key("keep_alive")
            if let seconds = Int(keepAlive) {
                try out.json.value(seconds)
            } else {
                try out.json.value(keepAlive)
            }
        }
        if request.user != nil { try out.report.drop(.user) }
    }

    private func writeTools(to out: inout EncodingOutput) throws(EncodingError) {
        guard !request.tools.isEmpty else { return }
        switch request.toolChoice {
        case nil, .auto: break
        // There is no choice to send: a model that is to call no tool is told of none.
        case .some(.none): return
        case .required, .function: try out.report.drop(.toolChoice)
        }
        if request.parallelToolCalls == false { try out.report.drop(.parallelToolCalls) }
        try out.json.key("tools")
        try out.json.beginArray()
        for (index, tool) in request.tools.enumerated() {
            try out.writeFunctionTool(tool, index: index, keepsStrict: false)
        }
        try out.json.endArray()
    }

    private func writeFormat(to out: inout EncodingOutput) throws(EncodingError) {
        switch request.responseFormat {
        case .text: break
        case .json: try out.json.member("format", "json")
        case .jsonSchema(_, let schema, _):
            try out.json.key("format")
            try out.json.object(schema.text, field: "response_format.schema")
        }
    }

    private func writeModelOptions(to out: inout EncodingOutput) throws(EncodingError) {
        let hasAny =
            request.maxTokens != nil || request.seed != nil || !request.stop.isEmpty
            || [request.temperature, request.topP, request.presencePenalty, request.frequencyPenalty]
                .contains { $0 != nil }
        guard hasAny else { return }
        try out.json.key("options")
        try out.json.beginObject()
        try out.json.member("temperature", request.temperature, field: .temperature)
        try out.json.member("num_predict", request.maxTokens)
        try out.json.member("top_p", request.topP, field: .topP)
        try out.json.member("presence_penalty", request.presencePenalty, field: .presencePenalty)
        try out.json.member("frequency_penalty", request.frequencyPenalty, field: .frequencyPenalty)
        try out.json.member("seed", request.seed)
        try out.json.member("stop", request.stop)
        try out.json.endObject()
    }

    private func writeThink(_ effort: ReasoningEffort, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.key("think")
        if let level = effort.nearest(in: [.low, .medium, .high, .max]) {
            try out.json.value(level.rawValue)
        } else {
            try out.json.value(false)
        }
    }

    // MARK: Messages

    private func writeMessages(to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.key("messages")
        try out.json.beginArray()
        for (index, message) in request.messages.enumerated() {
            try out.json.beginObject()
            try out.json.member("role", message.isInstruction ? "system" : message.role.rawValue)
            try writeContent(message, index: index, to: &out)
            try writeCalls(message, index: index, to: &out)
            try writeCallResult(message, index: index, to: &out)
            if message.name != nil { try out.report.drop(.messageName) }
            try out.json.endObject()
        }
        try out.json.endArray()
    }

    /// All texts as one, a line each; the images beside it.
    private func writeContent(
        _ message: ChatMessage, index: Int, to out: inout EncodingOutput
    ) throws(EncodingError) {
        try out.json.key("content")
        try out.json.beginString()
        var texts = 0
        for case .text(let text) in message.content {
            if texts > 0 { try out.json.append("\n") }
            try out.json.append(text)
            texts += 1
        }
        try out.json.endString()
        let images = try writeImages(message, to: &out)
        guard texts + images > 0 || message.content.isEmpty || !message.toolCalls.isEmpty else {
            throw .unsupported(
                "messages[\(index)].content", by: options.type, because: "nothing of the turn would be left")
        }
    }

    private func writeImages(_ message: ChatMessage, to out: inout EncodingOutput) throws(EncodingError) -> Int {
        var images = 0
        for part in message.content {
            switch part {
            case .text: break
            case .audio: try out.report.drop(.audio)
            // It fetches nothing, and fetching for it would let a request reach into the router's own network.
            case .image(.url, _): try out.report.drop(.imageURL)
            case .image(.file, _): preconditionFailure("files are refused before anything is written")
            case .image(.base64(let data, _), let detail):
                if let detail, detail != .auto { try out.report.drop(.imageDetail) }
                if images == 0 {
                    try out.json.key("images")
                    try out.json.beginArray()
                }
                try out.json.value(data)
                images += 1
            }
        }
        if images > 0 { try out.json.endArray() }
        return images
    }

    private func writeCalls(
        _ message: ChatMessage, index: Int, to out: inout EncodingOutput
    ) throws(EncodingError) {
        guard !message.toolCalls.isEmpty else { return }
        try out.json.key("tool_calls")
        try out.json.beginArray()
        for call in message.toolCalls {
            try out.json.beginObject()
            try out.json.member("id", call.id)
            try out.json.key("function")
            try out.json.beginObject()
            try out.json.member("name", call.name)
            try out.json.key("arguments")
            try out.writeArguments(call, message: index)
            try out.json.endObject()
            try out.json.endObject()
        }
        try out.json.endArray()
    }

    private func writeCallResult(
        _ message: ChatMessage, index: Int, to out: inout EncodingOutput
    ) throws(EncodingError) {
        guard message.role == .tool, let id = message.toolCallID else { return }
        if let name = request.messages.functionName(ofCall: id, before: index) {
            try out.json.member("tool_name", name)
        }
        try out.json.member("tool_call_id", id)
        if message.isToolError { try out.report.drop(.toolError) }
    }
}
