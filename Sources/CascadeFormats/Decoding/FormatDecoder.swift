/// The decoder of one format. A stream that is held open holds this one and none of the others.
enum FormatDecoder {
    case openAI(OpenAIDecoder)
    case anthropic(AnthropicDecoder)
    case ollama(OllamaDecoder)
    case gemini(GeminiDecoder)
    /// While one of them is at work, which makes it the only owner of its arrays.
    case taken

    init(_ format: WireFormat) {
        switch format {
        case .openAI: self = .openAI(OpenAIDecoder())
        case .anthropic: self = .anthropic(AnthropicDecoder())
        case .ollama: self = .ollama(OllamaDecoder())
        case .gemini: self = .gemini(GeminiDecoder())
        }
    }

    var answer: AnswerBuilder {
        switch self {
        case .openAI(let decoder): decoder.answer
        case .anthropic(let decoder): decoder.answer
        case .ollama(let decoder): decoder.answer
        case .gemini(let decoder): decoder.answer
        case .taken: AnswerBuilder()
        }
    }

    mutating func scan(
        _ record: RawSpan, count: Int, type: ProviderType, parser: JSONParser, into sink: inout some ChatEventSink
    ) throws(JSONScanError) -> ChunkOutcome {
        switch self {
        case .openAI(var decoder):
            let hits = try parser.scan(record, count: count, plan: OpenAITag.plan)
            self = .taken
            defer { self = .openAI(decoder) }
            return decoder.decode(hits, type: type, parser: parser, into: &sink)
        case .anthropic(var decoder):
            let hits = try parser.scan(record, count: count, plan: AnthropicTag.plan)
            self = .taken
            defer { self = .anthropic(decoder) }
            return decoder.decode(hits, parser: parser, into: &sink)
        case .ollama(var decoder):
            let hits = try parser.scan(record, count: count, plan: OllamaTag.plan)
            self = .taken
            defer { self = .ollama(decoder) }
            return decoder.decode(hits, parser: parser, into: &sink)
        case .gemini(var decoder):
            let hits = try parser.scan(record, count: count, plan: GeminiTag.plan)
            self = .taken
            defer { self = .gemini(decoder) }
            return decoder.decode(hits, parser: parser, into: &sink)
        case .taken: return .unknown
        }
    }
}
