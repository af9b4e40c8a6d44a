/// The usage of Anthropic's format: `message_start` says the first numbers, `message_delta` replaces those it names.
struct AnthropicUsage {
    private var input = 0
    private var cacheCreation = 0
    private var cacheRead: Int?
    private var output = 0
    private var thinking: Int?

    mutating func merge(_ hits: JSONHits<AnthropicTag>, from begin: Int) {
        for i in begin..<hits.end(of: begin) {
            guard let count = hits[i].count else { continue }
            switch hits.tag(i) {
            case .inputTokens: input = count
            case .cacheCreationTokens: cacheCreation = count
            case .cacheReadTokens: cacheRead = count
            case .outputTokens: output = count
            case .thinkingTokens: thinking = count
            default: break
            }
        }
    }

    var usage: Usage {
        Usage(
            promptTokens: input.adding(count: cacheCreation).adding(count: cacheRead ?? 0), completionTokens: output,
            cachedTokens: cacheRead, reasoningTokens: thinking)
    }
}
