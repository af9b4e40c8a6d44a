extension LoopbackAnswer {
    private var stopReason: String {
        if !toolCalls.isEmpty { return "tool_use" }
        return switch finish {
        case .stop: "end_turn"
        case .length: "max_tokens"
        case .contentFilter: "refusal"
        }
    }

    private func event(_ type: String, _ members: String = "") -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(members.isEmpty ? "" : ",")\(members)}\n\n"
    }

    private func message(content: String, stopReason: String, outputTokens: Int) -> String {
        let usage = usage ? ",\"usage\":{\"input_tokens\":\(promptTokens),\"output_tokens\":\(outputTokens)}" : ""
        return """
            {"id":"msg_loopback","type":"message","role":"assistant","model":"\(model)","content":[\(content)],\
            "stop_reason":\(stopReason),"stop_sequence":null\(usage)}
            """
    }

    func anthropicFrames() -> LoopbackFrames {
        var frames = LoopbackFrames()
        let start = message(content: "", stopReason: "null", outputTokens: 1)
        frames.opening = [event("message_start", "\"message\":\(start)"), event("ping")]
        frames.ping = event("ping")
        frames.malformed = "event: content_block_delta\ndata: {\"type\":\n\n"
        var index = 0
        func block(_ start: String, _ deltas: [String]) {
            var events = deltas.map { event("content_block_delta", "\"index\":\(index),\"delta\":{\($0)}") }
            // The events around the block are not content, so they share a frame with its first and its last chunk.
            let opening = event("content_block_start", "\"index\":\(index),\"content_block\":{\(start)}")
            events[0] = opening + events[0]
            events[events.count - 1] += event("content_block_stop", "\"index\":\(index)")
            frames.chunks += events
            index += 1
        }
        if let reasoning {
            block(
                #""type":"thinking","thinking":"","signature":"""#,
                ["\"type\":\"thinking_delta\",\"thinking\":\"\(reasoning)\""])
        }
        if !pieces.isEmpty {
            block(#""type":"text","text":"""#, pieces.map { "\"type\":\"text_delta\",\"text\":\"\($0)\"" })
        }
        for toolCall in toolCalls {
            let name = LoopbackText.escaped(toolCall.name)
            block(
                #""type":"tool_use","id":"\#(toolCall.id)","name":"\#(name)","input":{}"#,
                toolCall.halves.map {
                    "\"type\":\"input_json_delta\",\"partial_json\":\"\(LoopbackText.escaped($0))\""
                })
        }
        let usage = usage ? ",\"usage\":{\"output_tokens\":\(completionTokens)}" : ""
        frames.finish = [
            event("message_delta", "\"delta\":{\"stop_reason\":\"\(stopReason)\",\"stop_sequence\":null}\(usage)")
        ]
        frames.terminal = [event("message_stop")]
        return frames
    }

    func anthropicBody() -> String {
        var content: [String] = []
        if let reasoning { content.append(#"{"type":"thinking","thinking":"\#(reasoning)","signature":""}"#) }
        if !pieces.isEmpty { content.append("{\"type\":\"text\",\"text\":\"\(text)\"}") }
        for toolCall in toolCalls {
            let name = LoopbackText.escaped(toolCall.name)
            let head = #"{"type":"tool_use","id":"\#(toolCall.id)","name":"\#(name)""#
            content.append("\(head),\"input\":\(toolCall.arguments)}")
        }
        return message(
            content: content.joined(separator: ","), stopReason: "\"\(stopReason)\"", outputTokens: completionTokens)
    }
}
