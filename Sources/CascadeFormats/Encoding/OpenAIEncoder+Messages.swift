extension OpenAIEncoder {
    func writeMessages(to out: inout EncodingOutput) throws(EncodingError) {
        // Reasoning is wanted back only within the loop of calls that follows the user's last words.
        let loopStart = dialect.body.replaysReasoning ? request.messages.lastIndex { $0.role == .user } ?? 0 : 0
        try out.json.key("messages")
        try out.json.beginArray()
        for (index, message) in request.messages.enumerated() {
            try out.json.beginObject()
            try out.json.member("role", roleName(message.role))
            try writeContent(message, index: index, to: &out)
            try writeName(message, to: &out)
            if dialect.body.replaysReasoning, index >= loopStart, !message.toolCalls.isEmpty,
                let reasoning = message.reasoning
            {
                try out.json.member("reasoning_content", reasoning)
            }
            try writeCalls(message, to: &out)
            try writeCallResult(message, to: &out)
            try out.json.endObject()
        }
        try out.json.endArray()
    }

    private func roleName(_ role: ChatMessage.Role) -> String {
        role == .developer && !dialect.body.developerRole ? "system" : role.rawValue
    }

    private func writeName(_ message: ChatMessage, to out: inout EncodingOutput) throws(EncodingError) {
        guard let name = message.name else { return }
        if dialect.body.messageNames {
            try out.json.member("name", name)
        } else {
            try out.report.drop(.messageName)
        }
    }

    private func writeCalls(_ message: ChatMessage, to out: inout EncodingOutput) throws(EncodingError) {
        guard !message.toolCalls.isEmpty else { return }
        try out.json.key("tool_calls")
        try out.json.beginArray()
        for call in message.toolCalls {
            try out.json.beginObject()
            try out.json.member("id", callID(call.id))
            try out.json.member("type", "function")
            try out.json.key("function")
            try out.json.beginObject()
            try out.json.member("name", call.name)
            // A text within the text, sent as the model wrote it. Servers that parse it choke on an empty one.
            try out.json.member("arguments", call.arguments.isEmpty ? "{}" : call.arguments)
            try out.json.endObject()
            try out.json.endObject()
        }
        try out.json.endArray()
    }

    private func writeCallResult(_ message: ChatMessage, to out: inout EncodingOutput) throws(EncodingError) {
        guard message.role == .tool, let id = message.toolCallID else { return }
        try out.json.member("tool_call_id", callID(id))
        if message.isToolError { try out.report.drop(.toolError) }
    }

    private func callID(_ id: String) -> String {
        dialect.body.shortCallIDs ? ToolCallID.short(id) : id
    }

    // MARK: Content

    /// One text is written as a string, which every server takes; parts only where there is more to say.
    private func writeContent(
        _ message: ChatMessage, index: Int, to out: inout EncodingOutput
    ) throws(EncodingError) {
        try out.json.key("content")
        let parts = try expressible(message, index: index, to: &out)
        if parts.isEmpty {
            return message.toolCalls.isEmpty ? try out.json.value("") : try out.json.null()
        }
        if parts.count == 1, case .text(let text) = parts[0] { return try out.json.value(text) }
        try out.json.beginArray()
        for part in parts { try writePart(part, to: &out) }
        try out.json.endArray()
    }

    /// Images and audio belong to user turns; anywhere else they are left out.
    private func expressible(
        _ message: ChatMessage, index: Int, to out: inout EncodingOutput
    ) throws(EncodingError) -> [ContentPart] {
        guard message.role != .user, message.content.contains(where: { !$0.isText }) else { return message.content }
        for part in message.content {
            switch part {
            case .text: break
            case .image: try out.report.drop(.image)
            case .audio: try out.report.drop(.audio)
            }
        }
        let texts = message.content.filter(\.isText)
        guard !texts.isEmpty || !message.toolCalls.isEmpty else {
            throw .unsupported(
                "messages[\(index)].content", by: options.type, because: "nothing of the turn would be left")
        }
        return texts
    }

    private func writePart(_ part: ContentPart, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.beginObject()
        switch part {
        case .text(let text):
            try out.json.member("type", "text")
            try out.json.member("text", text)
        case .image(let source, let detail):
            try out.json.member("type", "image_url")
            try out.json.key("image_url")
            try out.json.beginObject()
            try writeImageURL(source, to: &out)
            if let detail { try out.json.member("detail", detail.rawValue) }
            try out.json.endObject()
        case .audio(.base64(let data, let format)):
            try out.json.member("type", "input_audio")
            try out.json.key("input_audio")
            try out.json.beginObject()
            try out.json.member("data", data)
            try out.json.member("format", format)
            try out.json.endObject()
        case .audio(.file):
            preconditionFailure("files are refused before anything is written")
        }
        try out.json.endObject()
    }

    private func writeImageURL(_ source: ImageSource, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.key("url")
        switch source {
        case .url(let url):
            try out.json.value(url)
        case .base64(let data, let mediaType):
            // In pieces, so that the image is not copied to put a prefix before it.
            try out.json.beginString()
            try out.json.append("data:")
            try out.json.append(mediaType)
            try out.json.append(";base64,")
            try out.json.append(data)
            try out.json.endString()
        case .file:
            preconditionFailure("files are refused before anything is written")
        }
    }
}

extension ContentPart {
    var isText: Bool {
        if case .text = self { true } else { false }
    }
}
