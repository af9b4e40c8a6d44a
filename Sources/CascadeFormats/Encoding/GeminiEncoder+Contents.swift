extension GeminiEncoder {
    func writeContents(to out: inout EncodingOutput) throws(EncodingError) {
        try out.json.key("contents")
        try out.json.beginArray()
        var isFirst = true
        for turn in ConversationTurns(request.messages) {
            guard !(isFirst && turn.isAssistant) else { throw .mustStartWithUser }
            isFirst = false
            try out.json.beginObject()
            try out.json.member("role", turn.isAssistant ? "model" : "user")
            try out.json.key("parts")
            try out.json.beginArray()
            try writeTurn(turn, to: &out)
            try out.json.endArray()
            try out.json.endObject()
        }
        guard !isFirst else { throw .mustStartWithUser }
        try out.json.endArray()
    }

    private func writeTurn(_ turn: ConversationTurns.Turn, to out: inout EncodingOutput) throws(EncodingError) {
        var calls = 0
        // Answers to calls come first, as the calls were the last thing said.
        for index in turn.range where request.messages[index].role == .tool {
            try writeFunctionResponse(request.messages[index], index: index, to: &out)
        }
        for index in turn.range {
            let message = request.messages[index]
            guard message.role == .user || message.role == .assistant else { continue }
            if message.name != nil { try out.report.drop(.messageName) }
            guard ConversationTurns.speaks(message) else { continue }
            let written = try writeParts(message.content, to: &out)
            guard written || !message.toolCalls.isEmpty else {
                throw .unsupported(
                    "messages[\(index)].content", by: options.type, because: "nothing of the turn would be left")
            }
            for call in message.toolCalls {
                try writeFunctionCall(call, message: index, isFirst: calls == 0, to: &out)
                calls += 1
            }
        }
    }

    private func writeParts(_ parts: [ContentPart], to out: inout EncodingOutput) throws(EncodingError) -> Bool {
        var written = false
        for part in parts where !part.isBlank {
            switch part {
            case .text(let text):
                try out.json.beginObject()
                try out.json.member("text", text)
                try out.json.endObject()
            case .image(.url, _):
                // Only Google's own stores can be pointed at.
                try out.report.drop(.imageURL)
                continue
            case .image(.base64(let data, let mediaType), let detail):
                if let detail, detail != .auto { try out.report.drop(.imageDetail) }
                try writeInlineData(data, mediaType: mediaType, to: &out)
            case .audio(.base64(let data, let format)):
                try writeInlineData(data, mediaType: "audio/\(format)", to: &out)
            case .image(.file, _), .audio(.file):
                preconditionFailure("files are refused before anything is written")
            }
            written = true
        }
        return written
    }

    private func writeInlineData(
        _ data: String, mediaType: String, to out: inout EncodingOutput
    ) throws(EncodingError) {
        try out.json.beginObject()
        try out.json.key("inlineData")
        try out.json.beginObject()
        try out.json.member("mimeType", mediaType)
        try out.json.member("data", data)
        try out.json.endObject()
        try out.json.endObject()
    }

    private func writeFunctionCall(
        _ call: ToolCall, message: Int, isFirst: Bool, to out: inout EncodingOutput
    ) throws(EncodingError) {
        try out.json.beginObject()
        try out.json.key("functionCall")
        try out.json.beginObject()
        try out.json.member("id", call.id)
        try out.json.member("name", call.name)
        try out.json.key("args")
        try out.writeArguments(call, message: message)
        try out.json.endObject()
        // Newer models refuse a turn's first call without the signature it was made with. A conversation carries none,
        // and may come from another provider; this is the documented stand-in.
        if isFirst { try out.json.member("thoughtSignature", "skip_thought_signature_validator") }
        try out.json.endObject()
    }

    private func writeFunctionResponse(
        _ message: ChatMessage, index: Int, to out: inout EncodingOutput
    ) throws(EncodingError) {
        let id = message.toolCallID ?? ""
        guard let name = request.messages.functionName(ofCall: id, before: index) ?? message.name else {
            throw .invalidRequest("messages[\(index)].tool_call_id", "names no earlier call")
        }
        try out.json.beginObject()
        try out.json.key("functionResponse")
        try out.json.beginObject()
        try out.json.member("id", id)
        try out.json.member("name", name)
        try out.json.key("response")
        try out.json.beginObject()
        try out.json.key(message.isToolError ? "error" : "result")
        try out.json.beginString()
        var texts = 0
        for part in message.content {
            guard case .text(let text) = part else {
                try out.report.dropMedia(part)
                continue
            }
            if texts > 0 { try out.json.append("\n") }
            try out.json.append(text)
            texts += 1
        }
        try out.json.endString()
        try out.json.endObject()
        try out.json.endObject()
        try out.json.endObject()
    }
}
