/// Decodes Ollama's own chat format: lines, or one whole object, which is a line with everything in it.
struct OllamaDecoder {
    typealias Hits = JSONHits<OllamaTag>
    var answer = AnswerBuilder()

    mutating func decode(_ hits: Hits, parser: JSONParser, into sink: inout some ChatEventSink) -> ChunkOutcome {
        var line = Line()
        line.read(hits)
        guard !line.isError else { return .error }
        guard line.message != nil || line.isDone != nil else { return .unknown }
        answer.identify(model: line.model.map { hits[$0] }, id: nil, into: &sink)
        if let message = line.message {
            answer.isBegun = true
            decodeMessage(hits, from: message, parser: parser, into: &sink)
        }
        guard line.isDone == true else { return .open }
        // Of another interface, whose text is not where an answer's is.
        guard answer.isBegun else {
            return .failed(ProviderError(kind: .invalidResponse, message: "the answer has no message"))
        }
        answer.finish = line.reason.map { FinishReasonMap.ollama(hits[$0]) } ?? .stop
        // Counters that are zero are left out.
        answer.usage(Usage(promptTokens: line.promptTokens, completionTokens: line.completionTokens), into: &sink)
        return .complete
    }

    /// Where things are in a line.
    private struct Line {
        var isError = false
        var model: Int?
        var message: Int?
        var isDone: Bool?
        var reason: Int?
        var promptTokens = 0
        var completionTokens = 0

        mutating func read(_ hits: Hits) {
            for i in 0..<hits.count {
                let hit = hits[i]
                switch hits.tag(i) {
                case .error: isError = isError || hit.isFilled
                case .model: model = i
                case .message where hit.isObject: message = i
                case .done: isDone = hit.isTrue
                case .doneReason where hit.isText: reason = i
                case .promptCount: promptTokens = hit.count ?? 0
                case .evalCount: completionTokens = hit.count ?? 0
                default: break
                }
            }
        }
    }

    private mutating func decodeMessage(
        _ hits: Hits, from begin: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        let range = begin..<hits.end(of: begin)
        for i in range where hits.tag(i) == .thinking {
            answer.reasoning(hits[i], parser: parser, into: &sink)
        }
        for i in range where hits.tag(i) == .content {
            answer.text(hits[i], parser: parser, into: &sink)
        }
        for i in range where hits.tag(i) == .toolCall && hits[i].isObject {
            decodeCall(hits, from: i, parser: parser, into: &sink)
        }
    }

    /// A call comes whole. Its `index` is 0 for every call in some versions, so it is not looked at.
    private mutating func decodeCall(
        _ hits: Hits, from begin: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        var piece = ToolCallAssembler.Piece(isWhole: true)
        var arguments: Int?
        for i in begin..<hits.end(of: begin) {
            switch hits.tag(i) {
            case .toolID: piece.id = hits[i].text
            case .toolName: piece.name = hits[i].text
            case .toolArguments: arguments = i
            default: break
            }
        }
        let place = answer.tools.open(piece, into: &sink)
        if let arguments { answer.tools.arguments(hits[arguments], at: place, parser: parser, into: &sink) }
        answer.tools.close(place, into: &sink)
    }
}
