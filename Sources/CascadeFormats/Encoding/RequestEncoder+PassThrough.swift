extension RequestEncoder {
    /// Whether a provider is sent the client's own body: it speaks the client's format, and is not known to refuse what
    /// the body asks for, or to know it by another name.
    package static func passesThrough(_ request: ChatRequest, model: String, options: EncodingOptions) -> Bool {
        guard let body = request.clientBody, body.format == options.type.format else { return false }
        return switch options.type.format {
        case .openAI: OpenAIEncoder(request, options).takesClientBody(model: model)
        case .anthropic: AnthropicEncoder(request, options).takesClientBody(body, model: model)
        case .ollama, .gemini: false
        }
    }
}

extension OpenAIEncoder {
    /// What goes before a client's own body.
    func writeOwnHead(model: String, streaming: Bool, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.member("model", model)
        try out.json.member("stream", streaming)
        if streaming, dialect.streamOptions {
            if let more = request.clientBody?.streamOptions {
                try out.json.key("stream_options")
                try out.json.object(#"{"include_usage":true,"# + more, field: "stream_options")
            } else {
                try out.json.member("stream_options", literal: #"{"include_usage":true}"#)
            }
        }
        // Under the client's own name for it, where that is known here.
        let isNewName = request.clientBody?.usesCompletionTokens == true || ModelTraits.isOpenAIReasoning(model)
        try out.json.member(
            isNewName && dialect.completionTokens ? "max_completion_tokens" : "max_tokens", request.maxTokens)
    }

    func takesClientBody(model: String) -> Bool {
        takesSampling(model: model) && takesEffort(model: model) && takesMessages && takesTools && takesResponseFormat
            && (request.user == nil || dialect.body.user)
    }

    private func takesSampling(model: String) -> Bool {
        let refused = refusedFields(model)
        guard request.seed == nil || !dialect.randomSeed else { return false }
        guard !refused.isEmpty else { return true }
        let asked: [(RequestField, Bool)] = [
            (.temperature, request.temperature != nil), (.topP, request.topP != nil),
            (.presencePenalty, request.presencePenalty != nil), (.frequencyPenalty, request.frequencyPenalty != nil),
            (.stop, !request.stop.isEmpty),
        ]
        return !asked.contains { $0.1 && refused.contains($0.0) }
    }

    private func takesEffort(model: String) -> Bool {
        guard let effort = request.reasoningEffort else { return true }
        return switch dialect.effort {
        case .levels(let levels): levels.contains(effort)
        case .grok: ModelTraits.grokTakesEffort(model) && (effort == .low || effort == .high)
        case .deepSeek, .openRouter, .unsupported: false
        }
    }

    private var takesMessages: Bool {
        let body = dialect.body
        if body.developerRole && body.messageNames && !body.shortCallIDs { return true }
        return request.messages.allSatisfy { message in
            (body.developerRole || message.role != .developer) && (body.messageNames || message.name == nil)
                && (!body.shortCallIDs || (message.toolCalls.isEmpty && message.toolCallID == nil))
        }
    }

    private var takesTools: Bool {
        if dialect.body.requiredIsAny, request.toolChoice == .required { return false }
        return dialect.body.toolStrict || !request.tools.contains { $0.strict == true }
    }

    private var takesResponseFormat: Bool {
        guard request.responseFormat != .text else { return true }
        guard dialect.body.toolsWithFormat || request.tools.isEmpty else { return false }
        return switch (request.responseFormat, dialect.body.json) {
        case (.text, _), (_, .both), (.json, .objectOnly), (.jsonSchema, .schemaOnly): true
        case (.json, .schemaOnly), (.jsonSchema, .objectOnly): false
        }
    }
}

extension AnthropicEncoder {
    func takesClientBody(_ body: ClientBody, model: String) -> Bool {
        guard !body.hasUnsignedReasoning else { return false }
        let sampling = sampling(of: model)
        let (temperature, topP) = (request.temperature != nil, request.topP != nil)
        guard sampling == .both || !(temperature || topP) || (sampling == .oneOfThem && !(temperature && topP)) else {
            return false
        }
        return request.messages.allSatisfy { message in
            message.toolCalls.allSatisfy { ToolCallID.plain($0.id) == $0.id }
                && (message.toolCallID.map { ToolCallID.plain($0) == $0 } ?? true)
        }
    }
}
