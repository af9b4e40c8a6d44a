/// Decodes messages of Anthropic's format, whole or as a stream of events.
///
/// Events and blocks of types not known here are skipped, as the format's versioning asks.
struct AnthropicDecoder {
    typealias Hits = JSONHits<AnthropicTag>
    var answer = AnswerBuilder()
    private var usage = AnthropicUsage()
    private var calls: [OpenCall] = []

    /// A `tool_use` block under way.
    private struct OpenCall {
        var block: Int
        /// Where the assembler has it.
        var place: Int
    }

    mutating func decode(_ hits: Hits, parser: JSONParser, into sink: inout some ChatEventSink) -> ChunkOutcome {
        var event = Event()
        event.read(hits)
        guard !event.isError, let type = event.type.map({ hits[$0] }) else { return event.isError ? .error : .unknown }
        answer.identify(model: event.model.map { hits[$0] }, id: event.id.map { hits[$0] }, into: &sink)
        if type.equals("content_block_delta") {
            delta(event, hits, parser: parser, into: &sink)
        } else if type.equals("content_block_start") {
            if let block = event.block { begin(block, number: event.index, hits, parser: parser, into: &sink) }
        } else if type.equals("content_block_stop") {
            end(block: event.index, into: &sink)
        } else if type.equals("message_start") {
            answer.isBegun = true
            count(event, hits, into: &sink)
        } else if type.equals("message_delta") {
            count(event, hits, into: &sink)
            return stop(event, hits)
        } else if type.equals("message_stop") {
            return answer.isBegun ? .complete : .unknown
        } else if type.equals("message") {
            return whole(event, hits, parser: parser, into: &sink)
        }
        return .open
    }

    /// Where things are in an event.
    private struct Event {
        var isError = false
        var type: Int?
        var index = 0
        var model: Int?
        var id: Int?
        var block: Int?
        var content: Int?
        var delta: Int?
        var stopReason: Int?
        var usage: Int?

        mutating func read(_ hits: Hits) {
            for i in 0..<hits.count {
                let hit = hits[i]
                switch hits.tag(i) {
                case .error: isError = isError || hit.isFilled
                case .type where hit.isText:
                    type = i
                    isError = isError || hit.equals("error")
                case .index: index = hit.count ?? index
                case .model: model = i
                case .id: id = i
                case .block where hit.isObject: if block == nil { block = i }
                case .content where hit.isArray: content = i
                case .deltaText where hit.isText, .deltaThinking where hit.isText, .deltaJSON where hit.isText:
                    delta = i
                case .stopReason where hit.isText: stopReason = i
                case .usage where hit.isObject: usage = i
                default: break
                }
            }
        }
    }

    private mutating func delta(
        _ event: Event, _ hits: Hits, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        answer.isBegun = true
        guard let index = event.delta else { return }
        switch hits.tag(index) {
        case .deltaText: answer.text(hits[index], parser: parser, into: &sink)
        case .deltaThinking: answer.reasoning(hits[index], parser: parser, into: &sink)
        default:
            guard let call = calls.last(where: { $0.block == event.index }) else { return }
            answer.tools.arguments(hits[index], at: call.place, parser: parser, into: &sink)
        }
    }

    /// A block begins; of a whole message, it is all there.
    private mutating func begin(
        _ begin: Int, number: Int, _ hits: Hits, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        answer.isBegun = true
        var piece = ToolCallAssembler.Piece(index: number)
        var isCall = false
        var input: Int?
        for i in begin..<hits.end(of: begin) {
            let hit = hits[i]
            switch hits.tag(i) {
            case .blockType: isCall = hit.equals("tool_use")
            case .blockID: piece.id = hit.text
            case .blockName: piece.name = hit.text
            case .blockText: answer.text(hit, parser: parser, into: &sink)
            case .blockThinking: answer.reasoning(hit, parser: parser, into: &sink)
            // The empty object is a placeholder for what the deltas will say.
            case .blockInput where hit.isFilled: input = i
            default: break
            }
        }
        guard isCall else { return }
        let place = answer.tools.open(piece, into: &sink)
        calls.append(OpenCall(block: number, place: place))
        if let input { answer.tools.arguments(hits[input], at: place, parser: parser, into: &sink) }
    }

    private mutating func end(block: Int, into sink: inout some ChatEventSink) {
        guard let call = calls.last(where: { $0.block == block }) else { return }
        answer.tools.close(call.place, into: &sink)
    }

    private mutating func count(_ event: Event, _ hits: Hits, into sink: inout some ChatEventSink) {
        guard let index = event.usage else { return }
        usage.merge(hits, from: index)
        answer.usage(usage.usage, into: &sink)
    }

    private mutating func stop(_ event: Event, _ hits: Hits) -> ChunkOutcome {
        guard let index = event.stopReason else { return .open }
        switch FinishReasonMap.anthropic(hits[index]) {
        case .finished(let reason): answer.finish = reason
        case .failed(let error): return .failed(error)
        }
        return .open
    }

    private mutating func whole(
        _ event: Event, _ hits: Hits, parser: JSONParser, into sink: inout some ChatEventSink
    ) -> ChunkOutcome {
        guard let content = event.content else { return .unknown }
        answer.isBegun = true
        parser.said.isWhole = true
        var number = 0
        for i in content..<hits.end(of: content) where hits.tag(i) == .block && hits[i].isObject {
            begin(i, number: number, hits, parser: parser, into: &sink)
            end(block: number, into: &sink)
            number += 1
        }
        count(event, hits, into: &sink)
        if case .failed(let error) = stop(event, hits) { return .failed(error) }
        return .complete
    }
}
