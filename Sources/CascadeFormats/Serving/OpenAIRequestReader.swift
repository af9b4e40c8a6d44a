/// Puts a client's request together from what a scan found, in the order of the text.
///
/// It trusts no member to be of the right type, there, or there only once.
struct OpenAIRequestReader {
    private var request = ChatRequest(messages: [], temperature: nil)
    private var hasModel = false
    private var hasMessages = false
    private var isStreamed = false
    private var includesUsage = false
    private var completionLimit: Int?
    private var format: String?
    private var schema = OpenAISchemaFields()
    private var message = OpenAIMessageFields()
    private var tool = OpenAIToolFields()
    private var messageCount = 0
    private var facts = ClientBody.Facts()

    /// Where the message that is being read stands.
    private var messagePath: String { "messages[\(messageCount)]" }

    mutating func take(_ hit: JSONHit, _ tag: OpenAIRequestTag?) throws(ClientRequestError) {
        switch tag {
        case nil: return
        case .model?: try takeModel(hit)
        case .messages?: try takeMessages(hit)
        case .message?: try takeMessage(hit)
        case .role?, .name?, .content?, .part?, .partType?, .partText?, .imageURL?, .imageDetail?, .audio?, .audioData?,
            .audioFormat?, .reasoning?, .refusal?, .toolCallID?, .calls?, .call?, .callType?, .callID?, .callName?,
            .callArguments?:
            try message.take(hit, tag!, at: messagePath)
        case .tools?, .tool?, .toolType?, .toolFunction?, .toolName?, .toolDescription?, .toolParameters?, .toolStrict?:
            try takeTool(hit, tag!)
        case .toolChoice?, .toolChoiceName?, .parallelToolCalls?: try takeToolChoice(hit, tag!)
        case .responseFormat?: format = try hit.text("response_format.type")
        case .schema?, .schemaName?, .schemaText?, .schemaStrict?: try schema.take(hit, tag!)
        default: try takeOption(hit, tag!)
        }
    }

    private mutating func takeModel(_ hit: JSONHit) throws(ClientRequestError) {
        guard !hasModel else { throw .twice("model") }
        hasModel = true
        request.model = try hit.text("model")
        if request.model == "" { throw ClientRequestError("model is empty", parameter: "model") }
    }

    private mutating func takeMessages(_ hit: JSONHit) throws(ClientRequestError) {
        if hit.isEnd { return }
        guard !hasMessages else { throw .twice("messages") }
        guard hit.isArray else { throw .expected("an array", at: "messages") }
        hasMessages = true
    }

    private mutating func takeMessage(_ hit: JSONHit) throws(ClientRequestError) {
        if hit.isEnd {
            if let problem = message.onlyHere { facts.onlyHere = problem }
            if message.isOldResult {
                facts.onlyHere = .onlyHere("a function's result", at: messagePath)
            } else {
                request.messages.append(try message.message(at: messagePath))
            }
            messageCount += 1
            message = OpenAIMessageFields()
        } else if !hit.isObject {
            throw .expected("an object", at: messagePath)
        }
    }

    private mutating func takeTool(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        let path = "tools[\(request.tools.count)]"
        switch tag {
        case .tools:
            guard hit.isArray || hit.isEnd || hit.isNull else { throw .expected("an array", at: "tools") }
        case .tool where hit.isEnd:
            if let problem = tool.onlyHere(at: path) {
                facts.onlyHere = problem
            } else {
                request.tools.append(try tool.tool(at: path))
            }
            tool = OpenAIToolFields()
        case .tool:
            guard hit.isObject else { throw .expected("an object", at: path) }
        default: try tool.take(hit, tag, at: path)
        }
    }

    private mutating func takeToolChoice(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        switch tag {
        case .toolChoice where hit.isString:
            switch hit.string {
            case "auto": request.toolChoice = .auto
            case "none": request.toolChoice = ToolChoice.none
            case "required": request.toolChoice = .required
            default: throw .expected("auto, none, required or a function", at: "tool_choice")
            }
        case .toolChoice:
            guard hit.isObject || hit.isEnd || hit.isNull else {
                throw .expected("a string or an object", at: "tool_choice")
            }
        case .toolChoiceName: request.toolChoice = try hit.text("tool_choice.function.name").map { .function($0) }
        default: request.parallelToolCalls = try hit.truth("parallel_tool_calls")
        }
    }

    private mutating func takeOption(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        switch tag {
        case .stream: isStreamed = try hit.truth("stream") ?? false
        case .includeUsage: includesUsage = try hit.truth("stream_options.include_usage") ?? false
        case .temperature: request.temperature = try hit.number("temperature", in: 0...2)
        case .topP: request.topP = try hit.number("top_p", in: 0...1)
        case .presencePenalty: request.presencePenalty = try hit.number("presence_penalty", in: -2...2)
        case .frequencyPenalty: request.frequencyPenalty = try hit.number("frequency_penalty", in: -2...2)
        case .seed: request.seed = try hit.integer("seed")
        case .maxTokens: request.maxTokens = try hit.integer("max_tokens", from: 1)
        case .maxCompletionTokens: completionLimit = try hit.integer("max_completion_tokens", from: 1)
        case .stop:
            guard !hit.isObject else { throw .expected("a string or an array", at: "stop") }
            if hit.isString { request.stop = [hit.string] }
        case .stopText: request.stop.append(try hit.requiredText("stop[\(request.stop.count)]"))
        case .user: request.user = try hit.text("user")
        case .reasoningEffort: try takeEffort(hit)
        default: facts.onlyHere = try peculiarity(hit, tag) ?? facts.onlyHere
        }
    }

    private mutating func takeEffort(_ hit: JSONHit) throws(ClientRequestError) {
        guard let name = try hit.text("reasoning_effort") else { return }
        // The step between two that are known everywhere.
        guard let effort = ReasoningEffort(rawValue: name == "xhigh" ? "max" : name) else {
            let known = ReasoningEffort.allCases.map(\.rawValue).joined(separator: ", ")
            throw .expected("one of \(known)", at: "reasoning_effort")
        }
        request.reasoningEffort = effort
    }

    /// What asks for another answer than any format could be asked for, unless it asks for nothing.
    private func peculiarity(
        _ hit: JSONHit, _ tag: OpenAIRequestTag
    ) throws(ClientRequestError) -> ClientRequestError? {
        let name: String
        switch tag {
        case .choiceCount:
            guard let count = try hit.integer("n", from: 1), count != 1 else { return nil }
            return .onlyHere("more than one answer", at: "n")
        case .logprobs:
            guard try hit.truth("logprobs") == true else { return nil }
            name = "logprobs"
        case .logitBias: name = "logit_bias"
        case .functions: name = "functions"
        default:
            // An array that holds the text of the answer alone changes nothing.
            if hit.string.filter({ !$0.isWhitespace }) == #"["text"]"# { return nil }
            name = "modalities"
        }
        guard hit.isTrue || hit.isFilled else { return nil }
        return .onlyHere(name, at: name)
    }

    /// The request, once all of the text was read.
    ///
    /// - Parameter body: Makes the body that providers of this format are sent.
    consuming func call(_ body: (ClientBody.Facts) -> ClientBody?) throws(ClientRequestError) -> OpenAIChatCall {
        guard hasMessages else { throw ClientRequestError("messages is missing", parameter: "messages") }
        guard messageCount > 0 else { throw ClientRequestError("messages is empty", parameter: "messages") }
        if let completionLimit {
            request.maxTokens = completionLimit
            facts.usesCompletionTokens = true
        }
        switch format {
        case nil, "text"?: break
        case "json_object"?: request.responseFormat = .json
        case "json_schema"?: request.responseFormat = try schema.format()
        case let format?: facts.onlyHere = .onlyHere("the format \(format.prefix(40))", at: "response_format.type")
        }
        request.clientBody = body(facts)
        if let problem = facts.onlyHere, request.clientBody == nil { throw problem }
        return OpenAIChatCall(request: request, isStreamed: isStreamed, includesUsage: includesUsage)
    }
}
