/// OpenAI chat completions, in the dialect of one provider.
struct OpenAIEncoder {
    let request: ChatRequest
    let options: EncodingOptions
    let dialect: OpenAIDialect

    init(_ request: ChatRequest, _ options: EncodingOptions) {
        self.request = request
        self.options = options
        self.dialect = OpenAIDialect(options.type)
    }

    // MARK: Head

    /// All that some models refuse is written here, for the model is known only here.
    func writeHead(model: String, streaming: Bool, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.member("model", model)
        try out.json.member("stream", streaming)
        if streaming, dialect.streamOptions {
            try out.json.member("stream_options", literal: #"{"include_usage":true}"#)
        }
        try out.json.member(dialect.completionTokens ? "max_completion_tokens" : "max_tokens", request.maxTokens)
        try writeSampling(refused: refusedFields(model), to: &out)
        try out.json.member(dialect.randomSeed ? "random_seed" : "seed", request.seed)
        try writeEffort(model: model, to: &out)
    }

    func refusedFields(_ model: String) -> Set<RequestField> {
        var fields: Set<RequestField> = []
        switch options.type {
        case .openai where ModelTraits.isOpenAIReasoning(model):
            fields = [.temperature, .topP, .presencePenalty, .frequencyPenalty]
            if ModelTraits.openAIRefusesStop(model) { fields.insert(.stop) }
        case .grok, .xai:
            if ModelTraits.grokRefusesStop(model) { fields = [.presencePenalty, .frequencyPenalty, .stop] }
        default:
            break
        }
        return fields
    }

    private func writeSampling(
        refused: Set<RequestField>, to out: inout EncodingOutput
    ) throws(EncodingError) {
        let numbers: [(StaticString, Double?, RequestField)] = [
            ("temperature", request.temperature, .temperature),
            ("top_p", request.topP, .topP),
            ("presence_penalty", request.presencePenalty, .presencePenalty),
            ("frequency_penalty", request.frequencyPenalty, .frequencyPenalty),
        ]
        for (name, number, field) in numbers where number != nil {
            if refused.contains(field) {
                try out.report.drop(field)
            } else {
                try out.json.member(name, number, field: field)
            }
        }
        if refused.contains(.stop), !request.stop.isEmpty {
            try out.report.drop(.stop)
        } else {
            try out.json.member("stop", request.stop)
        }
    }

    private func writeEffort(model: String, to out: inout EncodingOutput) throws(EncodingError) {
        guard let effort = request.reasoningEffort else { return }
        switch dialect.effort {
        case .levels(let levels):
            try writeLevel(effort.nearest(in: levels), to: &out)
        case .grok:
            try writeLevel(ModelTraits.grokTakesEffort(model) ? effort.nearest(in: [.low, .high]) : nil, to: &out)
        case .deepSeek:
            try out.json.member("thinking", literal: effort == .none ? #"{"type":"disabled"}"# : #"{"type":"enabled"}"#)
            guard effort != .none else { return }
            try writeLevel(effort == .medium ? .high : effort.nearest(in: [.low, .high, .max]), to: &out)
        case .openRouter:
            try out.json.key("reasoning")
            try out.json.beginObject()
            try out.json.member("effort", effort == .max ? "xhigh" : effort.rawValue)
            try out.json.endObject()
        case .unsupported:
            try writeLevel(nil, to: &out)
        }
    }

    private func writeLevel(_ level: ReasoningEffort?, to out: inout EncodingOutput) throws(EncodingError) {
        guard let level else { return try out.report.drop(.reasoningEffort) }
        try out.json.member("reasoning_effort", level.rawValue)
    }

    // MARK: Tail

    func writeTail(to out: inout EncodingOutput) throws(EncodingError) {
        try writeMessages(to: &out)
        try writeTools(to: &out)
        try writeResponseFormat(to: &out)
        if let user = request.user {
            if dialect.body.user {
                try out.json.member("user", user)
            } else {
                try out.report.drop(.user)
            }
        }
    }

    private func writeTools(to out: inout EncodingOutput) throws(EncodingError) {
        guard !request.tools.isEmpty else { return }
        try out.json.key("tools")
        try out.json.beginArray()
        for (index, tool) in request.tools.enumerated() {
            try out.writeFunctionTool(tool, index: index, keepsStrict: dialect.body.toolStrict)
        }
        try out.json.endArray()
        try writeToolChoice(to: &out)
        try out.json.member("parallel_tool_calls", request.parallelToolCalls)
    }

    private func writeToolChoice(to out: inout EncodingOutput) throws(EncodingError) {
        switch request.toolChoice {
        case nil: break
        case .auto: try out.json.member("tool_choice", "auto")
        case .some(.none): try out.json.member("tool_choice", "none")
        case .required: try out.json.member("tool_choice", dialect.body.requiredIsAny ? "any" : "required")
        case .function(let name):
            try out.json.key("tool_choice")
            try out.json.beginObject()
            try out.json.member("type", "function")
            try out.json.key("function")
            try out.json.beginObject()
            try out.json.member("name", name)
            try out.json.endObject()
            try out.json.endObject()
        }
    }

    private func writeResponseFormat(to out: inout EncodingOutput) throws(EncodingError) {
        guard request.responseFormat != .text else { return }
        guard dialect.body.toolsWithFormat || request.tools.isEmpty else {
            return try out.report.drop(.responseFormat)
        }
        switch (request.responseFormat, dialect.body.json) {
        case (.text, _):
            break
        case (.json, .both), (.json, .objectOnly):
            try out.json.member("response_format", literal: #"{"type":"json_object"}"#)
        case (.json, .schemaOnly):
            try writeSchema(name: "json", schema: #"{"type":"object"}"#, strict: false, to: &out)
        case (.jsonSchema, .objectOnly):
            try out.report.drop(.responseSchema)
            try out.json.member("response_format", literal: #"{"type":"json_object"}"#)
        case (.jsonSchema(let name, let schema, let strict), _):
            try writeSchema(name: name, schema: schema, strict: strict, to: &out)
        }
    }

    private func writeSchema(
        name: String, schema: JSONText, strict: Bool, to out: inout EncodingOutput
    ) throws(EncodingError) {
        try out.json.key("response_format")
        try out.json.beginObject()
        try out.json.member("type", "json_schema")
        try out.json.key("json_schema")
        try out.json.beginObject()
        try out.json.member("name", name)
        try out.json.member("strict", strict)
        try out.json.key("schema")
        try out.json.schema(schema, field: "response_format.schema")
        try out.json.endObject()
        try out.json.endObject()
    }
}

extension EncodingOutput {
    /// A tool in the form that OpenAI and Ollama share.
    mutating func writeFunctionTool(_ tool: Tool, index: Int, keepsStrict: Bool) throws(EncodingError) {
        try json.beginObject()
        try json.member("type", "function")
        try json.key("function")
        try json.beginObject()
        try json.member("name", tool.name)
        if let description = tool.description { try json.member("description", description) }
        if let parameters = tool.parameters {
            try json.key("parameters")
            try json.object(parameters.text, field: "tools[\(index)].parameters")
        }
        if keepsStrict {
            try json.member("strict", tool.strict)
        } else if tool.strict == true {
            try report.drop(.toolStrict)
        }
        try json.endObject()
        try json.endObject()
    }

    /// The arguments of a call as an object; an empty text means none.
    mutating func writeArguments(_ call: ToolCall, message: Int) throws(EncodingError) {
        guard !call.arguments.isEmpty else { return try json.literal("{}") }
        try json.object(call.arguments, field: "messages[\(message)].tool_calls.arguments")
    }
}
