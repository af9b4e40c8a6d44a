extension AnthropicEncoder {
    func writeMessages(to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.key("messages")
        try out.json.beginArray()
        var isFirst = true
        for turn in ConversationTurns(request.messages) {
            guard !(isFirst && turn.isAssistant) else { throw .mustStartWithUser }
            isFirst = false
            try out.json.beginObject()
            try out.json.member("role", turn.isAssistant ? "assistant" : "user")
            try out.json.key("content")
            try out.json.beginArray()
            if turn.isAssistant {
                try writeAssistantTurn(turn.range, to: &out)
            } else {
                try writeUserTurn(turn.range, to: &out)
            }
            try out.json.endArray()
            try out.json.endObject()
        }
        guard !isFirst else { throw .mustStartWithUser }
        try out.json.endArray()
    }

    /// Results of tools must stand first in the turn that follows their calls.
    private func writeUserTurn(_ range: Range<Int>, to out: inout EncodingOutput) throws(EncodingError) {
        for index in range where request.messages[index].role == .tool {
            try writeToolResult(request.messages[index], to: &out)
        }
        for index in range where request.messages[index].role == .user {
            let message = request.messages[index]
            if message.name != nil { try out.report.drop(.messageName) }
            guard ConversationTurns.speaks(message) else { continue }
            let written = try writeParts(message.content, to: &out)
            guard written else {
                throw .unsupported(
                    "messages[\(index)].content", by: options.type, because: "nothing of the turn would be left")
            }
        }
    }

    private func writeToolResult(_ message: ChatMessage, to out: inout EncodingOutput) throws(EncodingError) {
        if message.name != nil { try out.report.drop(.messageName) }
        try out.json.beginObject()
        try out.json.member("type", "tool_result")
        try out.json.member("tool_use_id", ToolCallID.plain(message.toolCallID ?? ""))
        if message.isToolError { try out.json.member("is_error", true) }
        if message.content.contains(where: { !$0.isBlank }) {
            try out.json.key("content")
            try out.json.beginArray()
            _ = try writeParts(message.content, to: &out)
            try out.json.endArray()
        }
        try out.json.endObject()
    }

    private func writeAssistantTurn(_ range: Range<Int>, to out: inout EncodingOutput) throws(EncodingError) {
        for index in range where request.messages[index].role == .assistant {
            let message = request.messages[index]
            if message.name != nil { try out.report.drop(.messageName) }
            var written = false
            for part in message.content where !part.isBlank {
                try out.report.dropMedia(part)
                guard part.isText else { continue }
                written = try writeParts([part], to: &out)
            }
            guard written || !message.toolCalls.isEmpty || !ConversationTurns.speaks(message) else {
                throw .unsupported(
                    "messages[\(index)].content", by: options.type, because: "nothing of the turn would be left")
            }
            for call in message.toolCalls { try writeToolUse(call, message: index, to: &out) }
        }
    }

    private func writeToolUse(
        _ call: ToolCall, message: Int, to out: inout EncodingOutput
    ) throws(EncodingError) {
        try out.json.beginObject()
        try out.json.member("type", "tool_use")
        try out.json.member("id", ToolCallID.plain(call.id))
        try out.json.member("name", call.name)
        try out.json.key("input")
        try out.writeArguments(call, message: message)
        try out.json.endObject()
    }

    /// Writes what can be said of the parts; false when that is nothing.
    private func writeParts(_ parts: [ContentPart], to out: inout EncodingOutput) throws(EncodingError) -> Bool {
        var written = false
        for part in parts where !part.isBlank {
            switch part {
            case .text(let text):
                try out.json.beginObject()
                try out.json.member("type", "text")
                try out.json.member("text", text)
                try out.json.endObject()
            case .image(let source, let detail):
                if let detail, detail != .auto { try out.report.drop(.imageDetail) }
                try writeImage(source, to: &out)
            case .audio:
                try out.report.drop(.audio)
                continue
            }
            written = true
        }
        return written
    }

    private func writeImage(_ source: ImageSource, to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.beginObject()
        try out.json.member("type", "image")
        try out.json.key("source")
        try out.json.beginObject()
        switch source {
        case .base64(let data, let mediaType):
            try out.json.member("type", "base64")
            try out.json.member("media_type", mediaType)
            try out.json.member("data", data)
        case .url(let url):
            try out.json.member("type", "url")
            try out.json.member("url", url)
        case .file:
            preconditionFailure("files are refused before anything is written")
        }
        try out.json.endObject()
        try out.json.endObject()
    }
}

extension EncodingError {
    static var mustStartWithUser: EncodingError {
        .invalidRequest("messages", "the format wants the first turn to be the user's")
    }
}
