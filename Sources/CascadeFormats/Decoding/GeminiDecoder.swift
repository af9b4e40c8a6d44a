/// Decodes Gemini's format: a response whole, in chunks, or an array of chunks.
///
/// There is no terminal marker, and a finish reason may stand on every chunk: the answer ends where the stream does.
struct GeminiDecoder {
    typealias Hits = JSONHits<GeminiTag>
    var answer = AnswerBuilder()

    mutating func decode(_ hits: Hits, parser: JSONParser, into sink: inout some ChatEventSink) -> ChunkOutcome {
        for i in 0..<hits.count where hits.tag(i) == .error && hits[i].isFilled {
            return .error
        }
        var model: Int?
        var id: Int?
        var outcome: ChunkOutcome = .unknown
        for i in 0..<hits.count {
            let hit = hits[i]
            switch hits.tag(i) {
            case .model where hit.isText: model = i
            case .id where hit.isText: id = i
            default: break
            }
        }
        answer.identify(model: model.map { hits[$0] }, id: id.map { hits[$0] }, into: &sink)
        for i in 0..<hits.count {
            let hit = hits[i]
            switch hits.tag(i) {
            case .candidates where hit.isArray, .usage where hit.isEnd: if case .unknown = outcome { outcome = .open }
            case .candidate where hit.isObject && isFirst(hits, i):
                answer.isBegun = true
                if case .failed(let error) = decodeCandidate(hits, from: i, parser: parser, into: &sink) {
                    return .failed(error)
                }
            case .usage where hit.isObject: usage(hits, from: i, into: &sink)
            case .blockReason where hit.isText:
                // The prompt was refused; nothing else comes.
                answer.isBegun = true
                answer.finish = .contentFilter
                outcome = .complete
            default: break
            }
        }
        return outcome
    }

    private func isFirst(_ hits: Hits, _ candidate: Int) -> Bool {
        for i in candidate..<hits.end(of: candidate) where hits.tag(i) == .index {
            return (hits[i].count ?? 0) == 0
        }
        return true
    }

    private mutating func decodeCandidate(
        _ hits: Hits, from begin: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) -> ChunkOutcome {
        var outcome: ChunkOutcome = .open
        for i in begin..<hits.end(of: begin) {
            switch hits.tag(i) {
            case .part where hits[i].isObject: decodePart(hits, from: i, parser: parser, into: &sink)
            case .finishReason where hits[i].isText:
                switch FinishReasonMap.gemini(hits[i]) {
                case .finished(let reason): answer.finish = reason
                case .failed(let error): outcome = .failed(error)
                }
            default: break
            }
        }
        return outcome
    }

    private mutating func decodePart(
        _ hits: Hits, from begin: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        var text: Int?
        var call: Int?
        var isThought = false
        for i in begin..<hits.end(of: begin) {
            switch hits.tag(i) {
            case .text where hits[i].isText: text = i
            case .thought: isThought = hits[i].isTrue
            case .call where hits[i].isObject: call = i
            default: break
            }
        }
        if let text, isThought { answer.reasoning(hits[text], parser: parser, into: &sink) }
        if let text, !isThought { answer.text(hits[text], parser: parser, into: &sink) }
        if let call { decodeCall(hits, from: call, parser: parser, into: &sink) }
    }

    private mutating func decodeCall(
        _ hits: Hits, from begin: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        var piece = ToolCallAssembler.Piece(isWhole: true)
        var arguments: Int?
        for i in begin..<hits.end(of: begin) {
            switch hits.tag(i) {
            case .callID: piece.id = hits[i].text
            case .callName: piece.name = hits[i].text
            case .callArguments: arguments = i
            default: break
            }
        }
        let place = answer.tools.open(piece, into: &sink)
        if let arguments { answer.tools.arguments(hits[arguments], at: place, parser: parser, into: &sink) }
        answer.tools.close(place, into: &sink)
    }

    /// Cumulative: each one replaces those before. A prompt includes what was cached of it.
    private mutating func usage(_ hits: Hits, from begin: Int, into sink: inout some ChatEventSink) {
        var prompt = 0
        var toolPrompt = 0
        var completion = 0
        var total: Int?
        var cached: Int?
        var thoughts: Int?
        for i in begin..<hits.end(of: begin) {
            guard let count = hits[i].count else { continue }
            switch hits.tag(i) {
            case .promptTokens: prompt = count
            case .toolPromptTokens: toolPrompt = count
            case .candidatesTokens: completion = count
            case .thoughtsTokens: thoughts = count
            case .cachedTokens: cached = count
            case .totalTokens: total = count
            default: break
            }
        }
        answer.usage(
            Usage(
                promptTokens: prompt.adding(count: toolPrompt),
                completionTokens: completion.adding(count: thoughts ?? 0),
                totalTokens: total, cachedTokens: cached, reasoningTokens: thoughts),
            into: &sink)
    }
}
