internal import Cascade

/// The one object that `--json` prints, and a line of a batch.
enum ResultJSON {
    static func answer(_ response: ChatResponse, memory: JSONValue? = nil) -> [JSONValue.Member] {
        [JSONValue.Member]([
            "content": .string(response.content),
            "provider": .string(response.provider),
            "model": .string(response.model),
            "finish_reason": .string(response.finishReason.rawValue),
            "is_fallback_model": .bool(response.isFallbackModel),
            "latency_ms": .milliseconds(response.latency),
            "ttft_ms": .milliseconds(response.timeToFirstToken),
            "usage": response.usage.map(usage) ?? .null,
            "attempts": .array(response.attempts.map(attempt)),
            "reasoning": response.reasoning.isEmpty ? nil : .string(response.reasoning),
            "tool_calls": response.toolCalls.isEmpty ? nil : .array(response.toolCalls.map(toolCall)),
            "dropped_fields": response.droppedFields.isEmpty
                ? nil : .array(response.droppedFields.map { .string($0) }),
            "memory": memory,
        ])
    }

    static func failure(_ error: CascadeError, memory: JSONValue? = nil) -> [JSONValue.Member] {
        let skipped: [JSONValue] = error.skipped.map {
            .members(["provider": .string($0.provider), "reason": .string($0.reason)])
        }
        return [JSONValue.Member]([
            "error": .members(["code": .string(error.code.rawValue), "message": .string(error.message)]),
            "attempts": .array(error.attempts.map(attempt)),
            "skipped": skipped.isEmpty ? nil : .array(skipped),
            "retry_after_ms": error.retryAfter.map { .milliseconds($0) },
            "delivered": error.delivered.map { .string($0.content) },
            "memory": memory,
        ])
    }

    /// What is wrong with a request that no router has seen.
    static func failure(code: String, message: String) -> [JSONValue.Member] {
        [JSONValue.Member]([
            "error": .members(["code": .string(code), "message": .string(message)]), "attempts": .array([]),
        ])
    }

    static func attempt(_ attempt: AttemptReport) -> JSONValue {
        .members([
            "provider": .string(attempt.provider),
            "model": .string(attempt.model),
            "outcome": .string(attempt.outcome.rawValue),
            "status": .count(attempt.status),
            "class": .text(attempt.failureClass?.rawValue),
            "latency_ms": .milliseconds(attempt.latency),
            "reason": attempt.reason.map { .string($0) },
            "message": attempt.message.map { .string($0) },
        ])
    }

    private static func usage(_ usage: Usage) -> JSONValue {
        .members([
            "prompt_tokens": .integer(usage.promptTokens),
            "completion_tokens": .integer(usage.completionTokens),
            "total_tokens": .integer(usage.totalTokens),
        ])
    }

    private static func toolCall(_ call: ToolCall) -> JSONValue {
        .members([
            "id": .string(call.id), "name": .string(call.name), "arguments": .string(call.arguments),
        ])
    }
}
