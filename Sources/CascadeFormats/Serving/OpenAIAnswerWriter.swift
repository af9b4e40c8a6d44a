/// Writes answers for clients that speak OpenAI's chat completions.
package struct OpenAIAnswerWriter: Sendable {
    /// What every answer and every chunk of one begins with, up to the choices.
    private let start: [UInt8]

    /// - Parameters:
    ///   - id: The answer's, made here.
    ///   - created: Seconds since 1970.
    ///   - model: The one that answers.
    package init(id: String, created: Int, model: String, isStreamed: Bool) {
        var json = JSONBytes()
        json.raw(#"{"id":"#)
        json.string("chatcmpl-\(id)")
        json.raw(
            isStreamed ? #","object":"chat.completion.chunk","created":"# : #","object":"chat.completion","created":"#)
        json.number(created)
        json.raw(#","model":"#)
        json.string(model)
        json.raw(#","choices":["#)
        start = json.bytes
    }

    /// A whole answer.
    package func answer(
        content: String, reasoning: String, toolCalls: [ToolCall], finishReason: FinishReason, usage: Usage?
    ) -> [UInt8] {
        var json = JSONBytes()
        json.raw(start)
        json.raw(#"{"index":0,"message":{"role":"assistant","content":"#)
        if content.isEmpty && !toolCalls.isEmpty { json.raw("null") } else { json.string(content) }
        if !reasoning.isEmpty {
            json.raw(#","reasoning_content":"#)
            json.string(reasoning)
        }
        if !toolCalls.isEmpty { Self.write(toolCalls, to: &json) }
        json.raw(#","refusal":null},"logprobs":null,"finish_reason":"#)
        json.string(finishReason.rawValue)
        json.raw("}]")
        if let usage {
            json.raw(#","usage":"#)
            Self.write(usage, to: &json)
        }
        json.raw("}")
        return json.bytes
    }

    private static func write(_ calls: [ToolCall], to json: inout JSONBytes) {
        json.raw(#","tool_calls":["#)
        for (index, call) in calls.enumerated() {
            json.raw(index == 0 ? #"{"id":"# : #",{"id":"#)
            json.string(call.id)
            json.raw(#","type":"function","function":{"name":"#)
            json.string(call.name)
            json.raw(#","arguments":"#)
            json.string(call.arguments)
            json.raw("}}")
        }
        json.raw("]")
    }

    private static func write(_ usage: Usage, to json: inout JSONBytes) {
        json.raw(#"{"prompt_tokens":"#)
        json.number(usage.promptTokens)
        json.raw(#","completion_tokens":"#)
        json.number(usage.completionTokens)
        json.raw(#","total_tokens":"#)
        json.number(usage.totalTokens)
        if let cached = usage.cachedTokens {
            json.raw(#","prompt_tokens_details":{"cached_tokens":"#)
            json.number(cached)
            json.raw("}")
        }
        if let reasoning = usage.reasoningTokens {
            json.raw(#","completion_tokens_details":{"reasoning_tokens":"#)
            json.number(reasoning)
            json.raw("}")
        }
        json.raw("}")
    }

    // MARK: - Chunks

    package func beginChunk(_ json: inout JSONBytes) {
        json.raw("data: ")
        json.raw(start)
        json.raw(#"{"index":0,"delta":{"#)
    }

    package func endChunk(_ json: inout JSONBytes) {
        json.raw("},\"finish_reason\":null}]}\n\n")
    }

    package func finishChunk(_ reason: FinishReason, to json: inout JSONBytes) {
        beginChunk(&json)
        json.raw(#"},"finish_reason":"#)
        json.string(reason.rawValue)
        json.raw("}]}\n\n")
    }

    package func usageChunk(_ usage: Usage, to json: inout JSONBytes) {
        json.raw("data: ")
        json.raw(start)
        json.raw(#"],"usage":"#)
        Self.write(usage, to: &json)
        json.raw("}\n\n")
    }
}
