/// Puts a client's request together from what a scan found, in the order of the text.
///
/// It trusts no member to be of the right type, there, or there only once.
struct ResponsesReader {
    private var request = ChatRequest(messages: [], temperature: nil)
    private var hasInput = false
    private var isStreamed = false
    private var instructions: String?
    private var metadata: JSONText?
    private var items = ResponsesItems()
    private var tool = ResponsesTool()
    private var choice: (type: String?, name: String?)?
    private var format: (type: String?, name: String?, schema: JSONText?, strict: Bool?) = (nil, nil, nil, nil)

    mutating func take(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        switch tag {
        case .model:
            guard request.model == nil else { throw .twice("model") }
            request.model = try hit.text("model")
            if request.model == "" { throw ClientRequestError("model is empty", parameter: "model") }
        case .input: try takeInput(hit)
        case .item, .itemType, .role, .content, .output, .summaryText, .callID, .name, .arguments, .part, .partType,
            .partText, .refusal, .image, .imageDetail:
            try items.take(hit, tag)
        case .tools, .tool, .toolType, .toolName, .toolDescription, .toolParameters, .toolStrict:
            try takeTool(hit, tag)
        case .toolChoice, .toolChoiceType, .toolChoiceName: try takeChoice(hit, tag)
        case .format: format.type = try hit.text("text.format.type")
        case .schemaName: format.name = try hit.text("text.format.name")
        case .schema: format.schema = try hit.json("text.format.schema")
        case .schemaStrict: format.strict = try hit.truth("text.format.strict")
        default: try takeOption(hit, tag)
        }
    }

    private mutating func takeInput(_ hit: JSONHit) throws(ClientRequestError) {
        if hit.isEnd { return }
        guard !hasInput else { throw .twice("input") }
        hasInput = true
        if hit.isString {
            items.messages.append(.user(hit.string))
        } else if !hit.isArray {
            throw .expected("a string or an array", at: "input")
        }
    }

    private mutating func takeTool(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        let path = "tools[\(request.tools.count)]"
        switch tag {
        case .tools:
            guard hit.isArray || hit.isEnd || hit.isNull else { throw .expected("an array", at: "tools") }
        case .tool where hit.isEnd:
            request.tools.append(try tool.tool(at: path))
            tool = ResponsesTool()
        case .tool:
            guard hit.isObject else { throw .expected("an object", at: path) }
        default: try tool.take(hit, tag, at: path)
        }
    }

    private mutating func takeChoice(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        switch tag {
        case .toolChoiceType: choice?.type = try hit.text("tool_choice.type")
        case .toolChoiceName: choice?.name = try hit.text("tool_choice.name")
        case .toolChoice where hit.isObject: choice = (nil, nil)
        case .toolChoice where hit.isEnd:
            guard choice?.type == "function", let name = choice?.name else {
                throw .expected("auto, none, required or a function with its name", at: "tool_choice")
            }
            request.toolChoice = .function(name)
        default:
            guard let word = try hit.text("tool_choice") else { return }
            switch word {
            case "auto": request.toolChoice = .auto
            case "none": request.toolChoice = ToolChoice.none
            case "required": request.toolChoice = .required
            default: throw .expected("auto, none, required or a function with its name", at: "tool_choice")
            }
        }
    }

    private mutating func takeOption(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        switch tag {
        case .instructions: instructions = try hit.text("instructions")
        case .stream: isStreamed = try hit.truth("stream") ?? false
        case .temperature: request.temperature = try hit.number("temperature", in: 0...2)
        case .topP: request.topP = try hit.number("top_p", in: 0...1)
        case .maxOutputTokens: request.maxTokens = try hit.integer("max_output_tokens", from: 1)
        case .parallelToolCalls: request.parallelToolCalls = try hit.truth("parallel_tool_calls")
        case .user: request.user = try hit.text("user") ?? request.user
        case .metadata: metadata = try hit.json("metadata")
        case .effort: try takeEffort(hit)
        default: try refuse(hit, tag)
        }
    }

    private mutating func takeEffort(_ hit: JSONHit) throws(ClientRequestError) {
        guard let name = try hit.text("reasoning.effort") else { return }
        // A level that the cascade has under the next name.
        guard let effort = name == "xhigh" ? .max : ReasoningEffort(rawValue: name) else {
            let known = ReasoningEffort.allCases.map(\.rawValue).joined(separator: ", ")
            throw .expected("one of \(known)", at: "reasoning.effort")
        }
        request.reasoningEffort = effort
    }

    /// What needs something stored, or asks for another answer than the one that would be given.
    private func refuse(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        guard hit.isTrue || hit.isFilled || (hit.isNumber && hit.count != 0) else { return }
        switch tag {
        case .previousResponse, .conversation:
            let name = tag == .conversation ? "conversation" : "previous_response_id"
            throw ClientRequestError(
                "\(name) is not supported: this gateway stores nothing; send the whole conversation as input",
                parameter: name)
        case .prompt: throw ClientRequestError("prompt is not supported by this gateway", parameter: "prompt")
        case .background:
            throw ClientRequestError("background is not supported by this gateway", parameter: "background")
        default: throw ClientRequestError("top_logprobs is not supported by this gateway", parameter: "top_logprobs")
        }
    }

    /// The request, once all of the text was read.
    consuming func call() throws(ClientRequestError) -> ResponsesCall {
        request.messages = items.messages
        guard !request.messages.isEmpty else {
            throw ClientRequestError("input is missing or empty", parameter: "input")
        }
        if let instructions { request.messages.insert(.system(instructions), at: 0) }
        switch format.type {
        case nil, "text"?: break
        case "json_object"?: request.responseFormat = .json
        case "json_schema"?:
            guard let name = format.name, let schema = format.schema else {
                throw ClientRequestError("text.format needs a name and a schema", parameter: "text.format")
            }
            request.responseFormat = .jsonSchema(name: name, schema: schema, strict: format.strict ?? false)
        default: throw .expected("text, json_object or json_schema", at: "text.format.type")
        }
        return ResponsesCall(
            request: request, isStreamed: isStreamed, instructions: instructions, metadata: metadata)
    }
}

/// One tool of a client's request while it is being read.
private struct ResponsesTool {
    private var type: String?
    private var name: String?
    private var description: String?
    private var parameters: JSONText?
    private var strict: Bool?

    mutating func take(_ hit: JSONHit, _ tag: ResponsesTag, at path: String) throws(ClientRequestError) {
        switch tag {
        case .toolType: type = try hit.text("\(path).type")
        case .toolName: name = try hit.text("\(path).name")
        case .toolDescription: description = try hit.text("\(path).description")
        case .toolParameters: parameters = try hit.json("\(path).parameters")
        default: strict = try hit.truth("\(path).strict")
        }
    }

    consuming func tool(at path: String) throws(ClientRequestError) -> Tool {
        guard type == "function" else {
            throw ClientRequestError(
                "\(path).type must be function: the provider's own tools are not to be had here",
                parameter: "\(path).type")
        }
        guard let name, !name.isEmpty else { throw .expected("a string", at: "\(path).name") }
        return Tool(name: name, description: description, parameters: parameters, strict: strict)
    }
}
