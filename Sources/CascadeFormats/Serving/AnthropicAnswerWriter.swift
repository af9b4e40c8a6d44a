/// Writes answers for clients that speak Anthropic's messages.
package struct AnthropicAnswerWriter: Sendable {
    private let id: String
    private let model: String

    /// - Parameters:
    ///   - id: The answer's, made here.
    ///   - model: The one that answers.
    package init(id: String, model: String) {
        self.id = id
        self.model = model
    }

    /// A whole answer.
    package func answer(
        content: String, reasoning: String, toolCalls: [ToolCall], finishReason: FinishReason, usage: Usage?
    ) -> [UInt8] {
        var json = JSONBytes()
        begin(&json)
        json.raw(#","content":["#)
        var isFirst = true
        if !reasoning.isEmpty {
            separate(&json, &isFirst)
            json.raw(#"{"type":"thinking","thinking":"#)
            json.string(reasoning)
            json.raw(#","signature":""}"#)
        }
        if !content.isEmpty || (toolCalls.isEmpty && reasoning.isEmpty) {
            separate(&json, &isFirst)
            json.raw(#"{"type":"text","text":"#)
            json.string(content)
            json.raw("}")
        }
        for call in toolCalls {
            separate(&json, &isFirst)
            Self.write(call, to: &json)
        }
        json.raw(#"],"stop_reason":"#)
        json.string(Self.stopReason(finishReason))
        json.raw(#","stop_sequence":null,"usage":"#)
        Self.write(usage ?? Usage(promptTokens: 0, completionTokens: 0), to: &json)
        json.raw("}")
        return json.bytes
    }

    private func begin(_ json: inout JSONBytes) {
        json.raw(#"{"id":"#)
        json.string("msg_\(id)")
        json.raw(#","type":"message","role":"assistant","model":"#)
        json.string(model)
    }

    private func separate(_ json: inout JSONBytes, _ isFirst: inout Bool) {
        if !isFirst { json.raw(",") }
        isFirst = false
    }

    private static func write(_ call: ToolCall, to json: inout JSONBytes) {
        json.raw(#"{"type":"tool_use","id":"#)
        json.string(call.id)
        json.raw(#","name":"#)
        json.string(call.name)
        json.raw(#","input":"#)
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        if call.arguments.isEmpty {
            json.raw("{}")
        } else if parser.isObject(call.arguments) {
            json.raw(Array(call.arguments.utf8))
        } else {
            // A model that was cut short in the middle of them: an object is demanded here, and nothing is guessed.
            json.raw(#"{"_raw":"#)
            json.string(call.arguments)
            json.raw("}")
        }
        json.raw("}")
    }

    private static func write(_ usage: Usage, to json: inout JSONBytes) {
        let cached = usage.cachedTokens ?? 0
        json.raw(#"{"input_tokens":"#)
        json.number(max(0, usage.promptTokens - cached))
        json.raw(#","cache_creation_input_tokens":0,"cache_read_input_tokens":"#)
        json.number(cached)
        json.raw(#","output_tokens":"#)
        json.number(usage.completionTokens)
        if let reasoning = usage.reasoningTokens {
            json.raw(#","output_tokens_details":{"thinking_tokens":"#)
            json.number(reasoning)
            json.raw("}")
        }
        json.raw("}")
    }

    private static func stopReason(_ reason: FinishReason) -> String {
        switch reason {
        case .stop: "end_turn"
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .contentFilter: "refusal"
        }
    }

    // MARK: - Events

    package func startMessage(_ usage: Usage?, to json: inout JSONBytes) {
        json.raw("event: message_start\ndata: {\"type\":\"message_start\",\"message\":")
        begin(&json)
        json.raw(#","content":[],"stop_reason":null,"stop_sequence":null,"usage":"#)
        Self.write(usage ?? Usage(promptTokens: 0, completionTokens: 0), to: &json)
        json.raw("}}\n\n")
    }

    package func ping(_ json: inout JSONBytes) {
        json.raw("event: ping\ndata: {\"type\":\"ping\"}\n\n")
    }

    package func startText(block: Int, to json: inout JSONBytes) {
        startBlock(block, to: &json)
        json.raw("{\"type\":\"text\",\"text\":\"\"}}\n\n")
    }

    package func startThinking(block: Int, to json: inout JSONBytes) {
        startBlock(block, to: &json)
        json.raw("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n")
    }

    package func startToolUse(block: Int, id: String, name: String, to json: inout JSONBytes) {
        startBlock(block, to: &json)
        json.raw(#"{"type":"tool_use","id":"#)
        json.string(id)
        json.raw(#","name":"#)
        json.string(name)
        json.raw(",\"input\":{}}}\n\n")
    }

    private func startBlock(_ block: Int, to json: inout JSONBytes) {
        json.raw("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":")
        json.number(block)
        json.raw(#","content_block":"#)
    }

    /// A piece of what a block says.
    package enum Piece {
        case text, thinking, arguments
    }

    package func delta(_ piece: Piece, _ utf8: Span<UInt8>, block: Int, to json: inout JSONBytes) {
        json.raw("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":")
        json.number(block)
        switch piece {
        case .text: json.raw(#","delta":{"type":"text_delta","text":""#)
        case .thinking: json.raw(#","delta":{"type":"thinking_delta","thinking":""#)
        case .arguments: json.raw(#","delta":{"type":"input_json_delta","partial_json":""#)
        }
        json.escaped(utf8)
        json.raw("\"}}\n\n")
    }

    package func stopBlock(_ block: Int, to json: inout JSONBytes) {
        json.raw("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":")
        json.number(block)
        json.raw("}\n\n")
    }

    package func stopMessage(_ reason: FinishReason, _ usage: Usage?, to json: inout JSONBytes) {
        json.raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":")
        json.string(Self.stopReason(reason))
        json.raw(#","stop_sequence":null},"usage":"#)
        Self.write(usage ?? Usage(promptTokens: 0, completionTokens: 0), to: &json)
        json.raw("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
    }
}
