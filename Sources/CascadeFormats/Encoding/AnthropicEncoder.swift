/// Anthropic messages.
struct AnthropicEncoder {
    let request: ChatRequest
    let options: EncodingOptions

    init(_ request: ChatRequest, _ options: EncodingOptions) {
        self.request = request
        self.options = options
    }

    // MARK: Head

    func writeHead(model: String, streaming: Bool, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.member("model", model)
        try out.json.member("stream", streaming)
        let taken = sampling(of: model)
        if let temperature = request.temperature {
            if taken == .none {
                try out.report.drop(.temperature)
            } else {
                // Not a number must reach the check of the writer, which clamping would hide.
                let clamped = temperature.isFinite ? min(max(temperature, 0), 1) : temperature
                try out.json.member("temperature", clamped, field: .temperature)
            }
        }
        guard let topP = request.topP else { return }
        if taken == .none || (taken == .oneOfThem && request.temperature != nil) {
            try out.report.drop(.topP)
        } else {
            try out.json.member("top_p", topP, field: .topP)
        }
    }

    /// What is taken of the sampling fields.
    func sampling(of model: String) -> ModelTraits.ClaudeSampling {
        // Versions are dates, so that their order is that of their text.
        options.anthropicVersion >= "2026-10-21" ? .none : ModelTraits.claudeSampling(model)
    }

    // MARK: Tail

    func writeTail(to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.member("max_tokens", request.maxTokens ?? options.defaultMaxTokens)
        try writeSystem(to: &out)
        try writeMessages(to: &out)
        try out.json.member("stop_sequences", request.stop)
        try writeTools(to: &out)
        try writeOutput(to: &out)
        if let user = request.user {
            try out.json.key("metadata")
            try out.json.beginObject()
            try out.json.member("user_id", user)
            try out.json.endObject()
        }
        if request.presencePenalty != nil { try out.report.drop(.presencePenalty) }
        if request.frequencyPenalty != nil { try out.report.drop(.frequencyPenalty) }
        if request.seed != nil { try out.report.drop(.seed) }
    }

    /// All instructions, wherever they stand in the conversation, as one text.
    private func writeSystem(to out: inout EncodingOutput) throws(EncodingError) {
        var isOpen = false
        for message in request.messages where message.isInstruction {
            if message.name != nil { try out.report.drop(.messageName) }
            for part in message.content where !part.isBlank {
                guard case .text(let text) = part else {
                    try out.report.dropMedia(part)
                    continue
                }
                if isOpen {
                    try out.json.append("\n\n")
                } else {
                    try out.json.key("system")
                    try out.json.beginString()
                    isOpen = true
                }
                try out.json.append(text)
            }
        }
        if isOpen { try out.json.endString() }
    }

    private func writeTools(to out: inout EncodingOutput) throws(EncodingError) {
        guard !request.tools.isEmpty else { return }
        try out.json.key("tools")
        try out.json.beginArray()
        for (index, tool) in request.tools.enumerated() {
            try out.json.beginObject()
            try out.json.member("name", tool.name)
            if let description = tool.description { try out.json.member("description", description) }
            try out.json.key("input_schema")
            try out.json.object(
                tool.parameters?.text ?? #"{"type":"object","properties":{}}"#, field: "tools[\(index)].parameters")
            try out.json.member("strict", tool.strict)
            try out.json.endObject()
        }
        try out.json.endArray()
        try writeToolChoice(to: &out)
    }

    private func writeToolChoice(to out: inout EncodingOutput) throws(EncodingError) {
        // One call at most is told by the choice, so a choice must be made for it.
        let onlyOne = request.parallelToolCalls == false && request.toolChoice != ToolChoice.none
        guard request.toolChoice != nil || onlyOne else { return }
        try out.json.key("tool_choice")
        try out.json.beginObject()
        switch request.toolChoice {
        case nil, .auto: try out.json.member("type", "auto")
        case .some(.none): try out.json.member("type", "none")
        case .required: try out.json.member("type", "any")
        case .function(let name):
            try out.json.member("type", "tool")
            try out.json.member("name", name)
        }
        if onlyOne { try out.json.member("disable_parallel_tool_use", true) }
        try out.json.endObject()
    }

    private func writeOutput(to out: inout EncodingOutput) throws(EncodingError) {
        if request.responseFormat == .json { try out.report.drop(.responseFormat) }
        if request.reasoningEffort == ReasoningEffort.none {
            try out.json.member("thinking", literal: #"{"type":"disabled"}"#)
        }
        let effort = request.reasoningEffort?.nearest(in: [.low, .medium, .high, .max])
        var schema: JSONText?
        if case .jsonSchema(_, let asked, _) = request.responseFormat { schema = asked }
        guard effort != nil || schema != nil else { return }
        try out.json.key("output_config")
        try out.json.beginObject()
        if let effort { try out.json.member("effort", effort.rawValue) }
        if let schema {
            try out.json.key("format")
            try out.json.beginObject()
            try out.json.member("type", "json_schema")
            try out.json.key("schema")
            try out.json.schema(schema, field: "response_format.schema")
            try out.json.endObject()
        }
        try out.json.endObject()
    }
}

extension FieldReport {
    /// Notes an image or audio that stands where the format has no place for it.
    mutating func dropMedia(_ part: ContentPart) throws(EncodingError) {
        switch part {
        case .text: break
        case .image: try drop(.image)
        case .audio: try drop(.audio)
        }
    }
}
