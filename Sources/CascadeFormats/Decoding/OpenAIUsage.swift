/// The usage of OpenAI's format as it stands in a chunk. Of a number that comes twice the last one counts.
struct OpenAIUsage {
    private var prompt: Int?
    private var completion: Int?
    private var total: Int?
    private var cached: Int?
    private var reasoning: Int?

    init(_ hits: JSONHits<OpenAITag>, from begin: Int) {
        for i in begin..<hits.end(of: begin) {
            guard let count = hits[i].count else { continue }
            switch hits.tag(i) {
            case .promptTokens: prompt = count
            case .completionTokens: completion = count
            case .totalTokens: total = count
            case .cachedTokens, .cacheHitTokens: cached = count
            case .reasoningTokens: reasoning = count
            default: break
            }
        }
    }

    /// `nil` when there is no number to tell.
    func usage(of type: ProviderType) -> Usage? {
        guard prompt != nil || completion != nil || total != nil else { return nil }
        let prompt = prompt ?? 0
        var completion = completion ?? max((total ?? 0) - prompt, 0)
        // xAI counts reasoning in the total but not in the completion.
        if type == .xai || type == .grok, let reasoning, total != prompt.adding(count: completion) {
            completion = completion.adding(count: reasoning)
        }
        return Usage(
            promptTokens: prompt, completionTokens: completion, totalTokens: total, cachedTokens: cached,
            reasoningTokens: reasoning)
    }
}
