extension ChatRequest {
    /// Refuses what is wrong in every format, before anything is written.
    func checkConsistency() throws(EncodingError) {
        guard !messages.isEmpty else { throw .invalidRequest("messages", "must not be empty") }
        try checkLimits()
        for index in messages.indices {
            try messages[index].checkConsistency { "messages[\(index)]\($0)" }
        }
        for (index, tool) in tools.enumerated() where tool.name.isEmpty {
            throw .invalidRequest("tools[\(index)].name", "must not be empty")
        }
        try checkToolChoice()
    }

    /// The part that concerns numbers.
    func checkLimits() throws(EncodingError) {
        // A negative bound means "none" to some servers, which is never what a caller who set one meant.
        if let maxTokens, maxTokens < 1 { throw .invalidRequest("max_tokens", "must be at least 1") }
    }

    private func checkToolChoice() throws(EncodingError) {
        switch toolChoice {
        case nil, .auto, .some(.none):
            return
        case .required:
            guard !tools.isEmpty else { throw .invalidRequest("tool_choice", "requires a tool, but there is none") }
        case .function(let name):
            guard tools.contains(where: { $0.name == name }) else {
                throw .invalidRequest("tool_choice", "names a function that is not among the tools")
            }
        }
    }
}

extension ChatMessage {
    fileprivate func checkConsistency(_ path: (String) -> String) throws(EncodingError) {
        if role == .tool, toolCallID?.isEmpty ?? true {
            throw .invalidRequest(path(".tool_call_id"), "a tool's result must name its call")
        }
        if role != .assistant, !toolCalls.isEmpty {
            throw .invalidRequest(path(".tool_calls"), "only an assistant turn calls tools")
        }
        for call in toolCalls where call.id.isEmpty || call.name.isEmpty {
            throw .invalidRequest(path(".tool_calls"), "a call must have an id and a name")
        }
        for index in content.indices {
            try content[index].checkConsistency { path(".content[\(index)]") }
        }
    }
}

extension ContentPart {
    fileprivate func checkConsistency(_ path: () -> String) throws(EncodingError) {
        switch self {
        case .text, .image(.url, _): break
        case .image(.file, _), .audio(.file):
            throw .invalidRequest(path(), "a file must be read before the request is encoded")
        case .image(.base64(let data, _), _), .audio(.base64(let data, _)):
            guard Base64Text.isValid(data) else { throw .invalidRequest(path(), "must be base64, with its padding") }
        }
    }
}

extension ChatRequest {
    /// About as many bytes as a body takes, so that writing it rarely has to grow: an eighth is allowed for escapes.
    /// Files that it names by path count nothing.
    public var estimatedBytes: Int {
        var bytes = 512
        for message in messages { bytes += message.estimatedBytes }
        for tool in tools {
            bytes += 96 + tool.name.utf8.count + (tool.description?.utf8.count ?? 0)
            bytes += tool.parameters?.text.utf8.count ?? 0
        }
        for text in stop { bytes += 8 + text.utf8.count }
        if case .jsonSchema(let name, let schema, _) = responseFormat {
            bytes += name.utf8.count + schema.text.utf8.count
        }
        return bytes + bytes / 8
    }
}

extension ChatMessage {
    fileprivate var estimatedBytes: Int {
        var bytes = 96 + (reasoning?.utf8.count ?? 0)
        for part in content { bytes += 64 + part.textBytes }
        for call in toolCalls { bytes += 96 + call.id.utf8.count + call.name.utf8.count + call.arguments.utf8.count }
        return bytes
    }
}

extension ContentPart {
    fileprivate var textBytes: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .image(.base64(let data, _), _): data.utf8.count
        case .image(.url(let url), _): url.utf8.count
        case .audio(.base64(let data, _)): data.utf8.count
        case .image(.file, _), .audio(.file): 0
        }
    }
}
