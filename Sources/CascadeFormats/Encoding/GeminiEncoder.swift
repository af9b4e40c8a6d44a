/// Google Gemini `generateContent`. The model and the streaming are told by the path, not by the body.
struct GeminiEncoder {
    let request: ChatRequest
    let options: EncodingOptions

    init(_ request: ChatRequest, _ options: EncodingOptions) {
        self.request = request
        self.options = options
    }

    // MARK: Head

    /// The whole `generationConfig`: one member of it depends on the model, and an object cannot be cut in two.
    func writeHead(model: String, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.key("generationConfig")
        try out.json.beginObject()
        try out.json.member("temperature", request.temperature, field: .temperature)
        try out.json.member("topP", request.topP, field: .topP)
        try out.json.member("maxOutputTokens", request.maxTokens)
        try out.json.member("stopSequences", request.stop)
        try out.json.member("seed", request.seed)
        try out.json.member("presencePenalty", request.presencePenalty, field: .presencePenalty)
        try out.json.member("frequencyPenalty", request.frequencyPenalty, field: .frequencyPenalty)
        if request.responseFormat != .text { try out.json.member("responseMimeType", "application/json") }
        if case .jsonSchema(_, let schema, _) = request.responseFormat {
            try out.json.key("responseJsonSchema")
            try out.json.schema(schema, field: "response_format.schema")
        }
        if let effort = request.reasoningEffort { try writeThinking(effort, model: model, to: &out) }
        try out.json.endObject()
    }

    private func writeThinking(
        _ effort: ReasoningEffort, model: String, to out: inout EncodingOutput
    ) throws(EncodingError) {
        let thinking = ModelTraits.geminiThinking(model)
        if case .unsupported = thinking { return try out.report.drop(.reasoningEffort) }
        try out.json.key("thinkingConfig")
        try out.json.beginObject()
        if case .budget(let isPro) = thinking {
            try out.json.member("thinkingBudget", effort.geminiBudget(isPro: isPro))
        } else {
            try out.json.member("thinkingLevel", effort.geminiLevel)
        }
        if effort != .none { try out.json.member("includeThoughts", true) }
        try out.json.endObject()
    }

    // MARK: Tail

    func writeTail(to out: inout EncodingOutput) throws(EncodingError) {
        try writeSystem(to: &out)
        try writeContents(to: &out)
        try writeTools(to: &out)
        if request.user != nil { try out.report.drop(.user) }
    }

    private func writeSystem(to out: inout EncodingOutput) throws(EncodingError) {
        var isOpen = false
        for message in request.messages where message.isInstruction {
            if message.name != nil { try out.report.drop(.messageName) }
            for part in message.content where !part.isBlank {
                guard case .text(let text) = part else {
                    try out.report.dropMedia(part)
                    continue
                }
                if !isOpen {
                    try out.json.key("systemInstruction")
                    try out.json.beginObject()
                    try out.json.key("parts")
                    try out.json.beginArray()
                    isOpen = true
                }
                try out.json.beginObject()
                try out.json.member("text", text)
                try out.json.endObject()
            }
        }
        guard isOpen else { return }
        try out.json.endArray()
        try out.json.endObject()
    }

    private func writeTools(to out: inout EncodingOutput) throws(EncodingError) {
        guard !request.tools.isEmpty else { return }
        try out.json.key("tools")
        try out.json.beginArray()
        try out.json.beginObject()
        try out.json.key("functionDeclarations")
        try out.json.beginArray()
        for (index, tool) in request.tools.enumerated() {
            try out.json.beginObject()
            try out.json.member("name", tool.name)
            if let description = tool.description { try out.json.member("description", description) }
            if let parameters = tool.parameters {
                try out.json.key("parametersJsonSchema")
                try out.json.object(parameters.text, field: "tools[\(index)].parameters")
            }
            try out.json.endObject()
            if tool.strict == true { try out.report.drop(.toolStrict) }
        }
        try out.json.endArray()
        try out.json.endObject()
        try out.json.endArray()
        try writeToolChoice(to: &out)
        if request.parallelToolCalls == false { try out.report.drop(.parallelToolCalls) }
    }

    private func writeToolChoice(to out: inout EncodingOutput) throws(EncodingError) {
        guard let choice = request.toolChoice else { return }
        try out.json.key("toolConfig")
        try out.json.beginObject()
        try out.json.key("functionCallingConfig")
        try out.json.beginObject()
        switch choice {
        case .auto: try out.json.member("mode", "AUTO")
        case .none: try out.json.member("mode", "NONE")
        case .required: try out.json.member("mode", "ANY")
        case .function(let name):
            try out.json.member("mode", "ANY")
            try out.json.member("allowedFunctionNames", [name])
        }
        try out.json.endObject()
        try out.json.endObject()
    }
}

extension ReasoningEffort {
    /// Tokens of reasoning. A Pro model always reasons, with 128 at least.
    fileprivate func geminiBudget(isPro: Bool) -> Int {
        switch self {
        case .none: isPro ? 128 : 0
        case .minimal: 512
        case .low: 1024
        case .medium: 8192
        case .high: 24576
        case .max: isPro ? 32768 : 24576
        }
    }

    fileprivate var geminiLevel: String {
        switch self {
        case .none, .minimal: "MINIMAL"
        case .low: "LOW"
        case .medium: "MEDIUM"
        case .high, .max: "HIGH"
        }
    }
}
