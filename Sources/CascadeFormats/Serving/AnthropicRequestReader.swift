/// Puts a client's request together from what a scan found, in the order of the text.
///
/// It trusts no member to be of the right type, there, or there only once.
struct AnthropicRequestReader {
    private var request = ChatRequest(messages: [], temperature: nil)
    private var system: [ContentPart] = []
    private var systemType: String?
    private var systemText: String?
    private var messageCount = 0
    private var hasModel = false
    private var hasMessages = false
    private var isStreamed = false
    private var message = AnthropicMessageFields()
    private var tool = AnthropicToolFields()
    private var choice = AnthropicToolChoiceFields()
    private var thinking: String?
    private var thinkingBudget: Int?
    private var effort: String?
    private var format: String?
    private var schema: JSONText?
    private var facts = ClientBody.Facts()

    /// Where the message that is being read stands.
    private var messagePath: String { "messages[\(messageCount)]" }

    mutating func take(_ hit: JSONHit, _ tag: AnthropicRequestTag?) throws(ClientRequestError) {
        switch tag {
        case nil: return
        case .model?: try takeModel(hit)
        case .messages?: try takeMessages(hit)
        case .message?: try takeMessage(hit)
        case .system?, .systemBlock?, .systemType?, .systemText?: try takeSystem(hit, tag!)
        case .tools?, .tool?, .toolType?, .toolName?, .toolDescription?, .toolSchema?, .toolStrict?:
            try takeTool(hit, tag!)
        case .toolChoice?, .toolChoiceType?, .toolChoiceName?, .onlyOneTool?: try choice.take(hit, tag!)
        case .maxTokens?, .stream?, .temperature?, .topP?, .stop?, .stopText?, .userID?: try takeOption(hit, tag!)
        case .thinkingType?, .thinkingBudget?, .effort?, .formatType?, .formatSchema?: try takeOutput(hit, tag!)
        default: try message.take(hit, tag!, at: messagePath)
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
            if message.hasUnsignedReasoning { facts.hasUnsignedReasoning = true }
            request.messages += try message.messages(at: messagePath)
            message = AnthropicMessageFields()
            messageCount += 1
        } else if !hit.isObject {
            throw .expected("an object", at: messagePath)
        }
    }

    private mutating func takeSystem(_ hit: JSONHit, _ tag: AnthropicRequestTag) throws(ClientRequestError) {
        let path = "system[\(system.count)]"
        switch tag {
        case .system where hit.isString: system = [.text(hit.string)]
        case .system:
            guard hit.isArray || hit.isEnd || hit.isNull else { throw .expected("a string or an array", at: "system") }
        case .systemBlock where hit.isEnd:
            guard systemType == "text", let text = systemText else {
                throw ClientRequestError("\(path) must be a block of type text", parameter: path)
            }
            system.append(.text(text))
            (systemType, systemText) = (nil, nil)
        case .systemBlock:
            guard hit.isObject else { throw .expected("an object", at: path) }
        case .systemType: systemType = try hit.text("\(path).type")
        default: systemText = try hit.text("\(path).text")
        }
    }

    private mutating func takeTool(_ hit: JSONHit, _ tag: AnthropicRequestTag) throws(ClientRequestError) {
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
            tool = AnthropicToolFields()
        case .tool:
            guard hit.isObject else { throw .expected("an object", at: path) }
        default: try tool.take(hit, tag, at: path)
        }
    }

    private mutating func takeOption(_ hit: JSONHit, _ tag: AnthropicRequestTag) throws(ClientRequestError) {
        switch tag {
        case .maxTokens: request.maxTokens = try hit.integer("max_tokens", from: 1)
        case .stream: isStreamed = try hit.truth("stream") ?? false
        case .temperature: request.temperature = try hit.number("temperature", in: 0...1)
        case .topP: request.topP = try hit.number("top_p", in: 0...1)
        case .stop:
            guard hit.isArray || hit.isEnd || hit.isNull else { throw .expected("an array", at: "stop_sequences") }
        case .stopText:
            request.stop.append(try hit.requiredText("stop_sequences[\(request.stop.count)]"))
        default: request.user = try hit.text("metadata.user_id")
        }
    }

    private mutating func takeOutput(_ hit: JSONHit, _ tag: AnthropicRequestTag) throws(ClientRequestError) {
        switch tag {
        case .thinkingType: thinking = try hit.text("thinking.type")
        case .thinkingBudget: thinkingBudget = try hit.integer("thinking.budget_tokens", from: 1)
        case .effort: effort = try hit.text("output_config.effort")
        case .formatType: format = try hit.text("output_config.format.type")
        default: schema = try hit.json("output_config.format.schema")
        }
    }

    /// The request, once all of the text was read.
    ///
    /// - Parameter body: Makes the body that providers of this format are sent.
    consuming func call(_ body: (ClientBody.Facts) -> ClientBody?) throws(ClientRequestError) -> AnthropicCall {
        guard hasMessages else { throw ClientRequestError("messages is missing", parameter: "messages") }
        guard !request.messages.isEmpty else { throw ClientRequestError("messages is empty", parameter: "messages") }
        guard request.maxTokens != nil else {
            throw ClientRequestError("max_tokens is missing", parameter: "max_tokens")
        }
        if !system.isEmpty { request.messages.insert(ChatMessage(role: .system, content: system), at: 0) }
        request.toolChoice = try choice.choice()
        request.parallelToolCalls = choice.onlyOne.map { !$0 }
        request.reasoningEffort = try reasoningEffort()
        if let format {
            guard format == "json_schema", let schema else {
                throw ClientRequestError(
                    "output_config.format must be of type json_schema, with a schema",
                    parameter: "output_config.format")
            }
            request.responseFormat = .jsonSchema(name: "answer", schema: schema, strict: true)
        }
        request.clientBody = body(facts)
        if let problem = facts.onlyHere, request.clientBody == nil { throw problem }
        return AnthropicCall(request: request, isStreamed: isStreamed)
    }

    /// Elsewhere reasoning is graded. A budget stands for the grade that it would be a usual budget of.
    private func reasoningEffort() throws(ClientRequestError) -> ReasoningEffort? {
        switch effort {
        case nil: break
        case "low"?: return .low
        case "medium"?: return .medium
        case "high"?: return .high
        case "xhigh"?, "max"?: return .max
        default: throw .expected("one of low, medium, high, xhigh, max", at: "output_config.effort")
        }
        guard thinking == "enabled", let thinkingBudget else { return nil }
        switch thinkingBudget {
        case ..<2048: return .low
        case ..<4096: return .medium
        default: return .high
        }
    }
}
