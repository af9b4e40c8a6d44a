internal import Cascade

/// The fields of a batch's line: our own, and those of OpenAI's chat request.
struct BatchFields: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case prompt, messages, model, temperature, stop, seed, stream, system, images, tools, json, tier, tags, agent
        case user, metadata
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case topP = "top_p"
        case presencePenalty = "presence_penalty"
        case frequencyPenalty = "frequency_penalty"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case responseFormat = "response_format"
        case reasoningEffort = "reasoning_effort"
        case deadlineSeconds = "deadline_seconds"
    }

    var prompt: String?
    var messages: [BatchMessage]?
    var model: String?
    var temperature: Double?
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var topP: Double?
    var presencePenalty: Double?
    var frequencyPenalty: Double?
    var stop: BatchStop?
    var seed: Int?
    var stream: Bool?
    var system: String?
    var images: [String]?
    var tools: [BatchTool]?
    var toolChoice: BatchToolChoice?
    var parallelToolCalls: Bool?
    var responseFormat: BatchResponseFormat?
    /// Short for a `response_format` of any JSON.
    var json: Bool?
    var reasoningEffort: BatchReasoningEffort?
    var deadlineSeconds: Double?
    var tier: String?
    var tags: [String]?
    var agent: String?
    var user: String?
    var metadata: [String: String]?

    func request() throws(CommandFailure) -> ChatRequest {
        var request = ChatRequest(messages: try conversation(), model: model)
        if let temperature { request.temperature = try Self.checked(temperature, in: 0...2, "temperature") }
        if let limit = maxTokens ?? maxCompletionTokens {
            guard limit >= 1 else { throw .usage("max_tokens is out of its range, at least 1") }
            request.maxTokens = limit
        }
        request.topP = topP
        request.presencePenalty = presencePenalty
        request.frequencyPenalty = frequencyPenalty
        request.stop = stop?.texts ?? []
        request.seed = seed
        request.tools = (tools ?? []).map(\.tool)
        request.toolChoice = toolChoice?.choice
        request.parallelToolCalls = parallelToolCalls
        request.responseFormat = responseFormat?.format ?? (json == true ? .json : .text)
        request.reasoningEffort = reasoningEffort?.effort
        if let deadlineSeconds {
            request.deadline = .seconds(try Self.checked(deadlineSeconds, in: 0.001...86_400, "deadline_seconds"))
        }
        request.tier = tier
        request.tags = tags ?? []
        request.agent = agent
        request.user = user
        request.metadata = metadata ?? [:]
        return request
    }

    private func conversation() throws(CommandFailure) -> [ChatMessage] {
        var conversation = system.map { [ChatMessage.system($0)] } ?? []
        switch (prompt, messages) {
        case (_?, _?): throw .usage("give prompt or messages, not both")
        case (nil, nil): throw .usage("prompt or messages is missing")
        case (let prompt?, nil):
            guard !prompt.allSatisfy(\.isWhitespace) else { throw .usage("the prompt is empty") }
            conversation.append(.user(prompt))
        case (nil, let messages?):
            guard !messages.isEmpty else { throw .usage("messages is empty") }
            conversation += messages.map(\.message)
        }
        if let images, !images.isEmpty {
            // Images of the whole line belong to its last question.
            guard let last = conversation.lastIndex(where: { $0.role == .user }) else {
                throw .usage("images needs a message of the user")
            }
            for image in images { conversation[last].content.append(.image(try RequestOptions.source(image))) }
        }
        return conversation
    }

    private static func checked<Value>(
        _ value: Value, in range: ClosedRange<Value>, _ name: String
    ) throws(CommandFailure) -> Value {
        guard range.contains(value) else {
            throw .usage("\(name) is out of its range, \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
