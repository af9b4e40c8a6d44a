/// Decodes chat completions of OpenAI's format, whole or in chunks.
struct OpenAIDecoder {
    typealias Hits = JSONHits<OpenAITag>
    var answer = AnswerBuilder()

    /// Decodes one chunk, or one whole completion, which differ only in the name of `delta`.
    mutating func decode(
        _ hits: Hits, type: ProviderType, parser: JSONParser, into sink: inout some ChatEventSink
    ) -> ChunkOutcome {
        var envelope = Envelope()
        guard !envelope.read(hits) else { return .error }
        answer.identify(
            model: envelope.model.map { hits[$0] }, id: envelope.id.map { hits[$0] }, into: &sink)
        var outcome: ChunkOutcome = envelope.choices == nil && envelope.usage == nil ? .unknown : .open
        if let choice = envelope.choice {
            outcome = decodeChoice(hits, from: choice, parser: parser, into: &sink)
        } else if envelope.choices != nil, !envelope.hasChoice {
            parser.said.isUsageAlone = envelope.usage != nil
        }
        if let index = envelope.usage, let usage = OpenAIUsage(hits, from: index).usage(of: type) {
            answer.usage(usage, into: &sink)
        }
        return outcome
    }

    /// Where things are in a chunk.
    private struct Envelope {
        var model: Int?
        var id: Int?
        var choices: Int?
        /// The answer asked for: the first one of index 0, or without an index.
        var choice: Int?
        var hasChoice = false
        var usage: Int?

        /// Whether the chunk is an error.
        mutating func read(_ hits: Hits) -> Bool {
            for i in 0..<hits.count {
                let hit = hits[i]
                switch hits.tag(i) {
                case .error where hit.isFilled: return true
                case .object where hit.equals("error"): return true
                case .model: model = i
                case .id: id = i
                case .choices where hit.isArray: choices = i
                case .choice where hit.isObject:
                    hasChoice = true
                    if choice == nil, isFirst(hits, i) { choice = i }
                case .usage where hit.isObject: usage = i
                default: break
                }
            }
            return false
        }

        private func isFirst(_ hits: Hits, _ choice: Int) -> Bool {
            for i in choice..<hits.end(of: choice) where hits.tag(i) == .index {
                return (hits[i].count ?? 0) == 0
            }
            return true
        }
    }

    /// What a choice says, gathered so that it can be told in order: reasoning, text, calls.
    private mutating func decodeChoice(
        _ hits: Hits, from begin: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) -> ChunkOutcome {
        let end = hits.end(of: begin)
        var reasoning: Int?
        var content: Int?
        var refusal: Int?
        var tools: Int?
        var function: Int?
        var outcome: ChunkOutcome = .open
        for i in begin..<end {
            let hit = hits[i]
            switch hits.tag(i) {
            // A choice without one is of another interface, whose text is not where an answer's is.
            case .message where hit.isObject: answer.isBegun = true
            case .content where hit.isText || hit.isArray: content = i
            // Some servers send the same text under both names.
            case .reasoning where hit.isText, .reasoningContent where hit.isText: reasoning = i
            case .refusal where hit.isText: refusal = i
            case .toolCalls where hit.isArray: tools = i
            case .functionCall where hit.isObject: function = i
            case .finishReason where hit.isText: outcome = finish(hit)
            default: break
            }
        }
        if let reasoning { answer.reasoning(hits[reasoning], parser: parser, into: &sink) }
        if let content { decodeContent(hits, at: content, parser: parser, into: &sink) }
        if let refusal { answer.refusal(hits[refusal], parser: parser, into: &sink) }
        if let tools { decodeToolCalls(hits, at: tools, parser: parser, into: &sink) }
        if let function { decodeCall(hits, at: function, parser: parser, into: &sink) }
        return outcome
    }

    private mutating func finish(_ hit: JSONHit) -> ChunkOutcome {
        switch FinishReasonMap.openAI(hit) {
        case .finished(let reason): answer.finish = reason
        case .failed(let error): return .failed(error)
        }
        return .open
    }

    private mutating func decodeContent(
        _ hits: Hits, at index: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        guard hits[index].isArray else { return answer.text(hits[index], parser: parser, into: &sink) }
        for i in index..<hits.end(of: index) {
            switch hits.tag(i) {
            case .partText: answer.text(hits[i], parser: parser, into: &sink)
            case .partThinking: answer.reasoning(hits[i], parser: parser, into: &sink)
            default: break
            }
        }
    }

    private mutating func decodeToolCalls(
        _ hits: Hits, at index: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        for i in index..<hits.end(of: index) where hits.tag(i) == .toolCall && hits[i].isObject {
            decodeCall(hits, at: i, parser: parser, into: &sink)
        }
    }

    private mutating func decodeCall(
        _ hits: Hits, at index: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        var piece = ToolCallAssembler.Piece()
        var arguments: Int?
        for i in index..<hits.end(of: index) {
            let hit = hits[i]
            switch hits.tag(i) {
            case .toolIndex: piece.index = hit.count
            case .toolID: piece.id = hit.text
            case .toolName: piece.name = hit.text
            case .toolArguments where hit.isText || hit.isObject || hit.isArray: arguments = i
            default: break
            }
        }
        piece.hasArguments = arguments != nil
        let place = answer.tools.open(piece, into: &sink)
        if let arguments { answer.tools.arguments(hits[arguments], at: place, parser: parser, into: &sink) }
    }
}
