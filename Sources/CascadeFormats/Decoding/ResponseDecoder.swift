/// Turns the records of one response into the events of an answer, in place and without a copy of its text.
///
/// One decoder decodes one response. It tells nothing that is not proved: an answer is complete only by its format's
/// own terminal marker, or as one complete JSON body. Text that has been passed on stays passed on, whatever comes later.
///
/// One task at a time. Decoding allocates nothing for a chunk of text, apart from buffers that grow; the answer's id
/// and model and the names of tool calls are copied once.
public struct ResponseDecoder: ~Copyable, Sendable {
    private let type: ProviderType
    private let streaming: Bool
    private var memo = ChunkMemo()
    private var decoder: FormatDecoder
    private var status = DecodeStatus.open
    /// The format's terminal marker has been seen, or a complete body.
    public private(set) var sawTerminal = false
    /// What the last record was to whoever passes records on as they came.
    public private(set) var lastRecord = RecordContent.nothing

    /// - Parameters:
    ///   - type: Whose answer it is.
    ///   - streaming: Whether a stream was asked for. What comes as a whole body is decoded as one nonetheless.
    public init(type: ProviderType, streaming: Bool) {
        self.type = type
        self.streaming = streaming
        decoder = FormatDecoder(type.format)
    }

    /// Decodes one record.
    ///
    /// - Parameters:
    ///   - record: `count` bytes of payload, and at least 64 readable bytes after them.
    ///   - count: How many bytes are payload.
    ///   - kind: How the record came.
    ///   - sink: Is told what the record says, before this returns.
    /// - Returns: Where the answer stands. Once it is not ``DecodeStatus/open`` it stays so, and records are ignored.
    public mutating func decode(
        _ record: RawSpan, count: Int, kind: RecordKind, into sink: inout some ChatEventSink
    ) -> DecodeStatus {
        lastRecord = .nothing
        guard case .open = status else { return status }
        if kind == .data, memo.tell(record, count: count, to: &sink) {
            lastRecord = .piece
            return .open
        }
        let start = RecordBytes.start(of: record, count: count)
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        if kind == .body {
            status = decodeBody(record, count: count, start: start, parser: parser, into: &sink)
        } else if start < count {
            status = decodeChunk(record, count: count, start: start, kind: kind, parser: parser, into: &sink)
        }
        return status
    }

    /// The transport has ended cleanly: is the answer complete, or was it cut?
    ///
    /// Gemini's format ends so, and OpenAI's relatives are let off their marker when the model told why it stopped and
    /// no tool call is open. Everything else without its marker was cut.
    public mutating func finish(into sink: inout some ChatEventSink) -> DecodeStatus {
        guard case .open = status else { return status }
        status = isFinishedLeniently ? complete(into: &sink) : .failed(cut)
        return status
    }

    private var cut: ProviderError {
        ProviderError(
            kind: .truncated,
            message: answer.isBegun ? "the answer ended before its terminal marker" : "the response was empty")
    }

    private var answer: AnswerBuilder { decoder.answer }

    private var isFinishedLeniently: Bool {
        switch type.format {
        case .openAI, .gemini: answer.isFinishedLeniently
        case .anthropic, .ollama: false
        }
    }

    /// The last that is told of the answer.
    private func complete(into sink: inout some ChatEventSink) -> DecodeStatus {
        var answer = answer
        return answer.complete(into: &sink)
    }
}

extension ResponseDecoder {
    private mutating func decodeChunk(
        _ record: RawSpan, count: Int, start: Int, kind: RecordKind, parser: JSONParser,
        into sink: inout some ChatEventSink
    ) -> DecodeStatus {
        if RecordBytes.has("[DONE]", in: record, at: start, count: count) { return done(into: &sink) }
        if kind == .error { return .failed(error(in: record, count: count, parser: parser)) }
        do throws(JSONScanError) {
            parser.said = ChunkMemo.Said()
            switch try decoder.scan(record, count: count, type: type, parser: parser, into: &sink) {
            case .open:
                lastRecord = parser.said.isUsageAlone ? .usage : .piece
                if kind == .data { memo.learn(record, count: count, said: parser.said, isPure: answer.tools.isEmpty) }
                return .open
            case .complete:
                sawTerminal = true
                lastRecord = parser.said.isWhole ? .body : .piece
                return complete(into: &sink)
            case .failed(let error): return .failed(error)
            case .error: return .failed(error(in: record, count: count, parser: parser))
            case .unknown:
                lastRecord = .piece
                return unknown(record, count: count, parser: parser)
            }
        } catch .malformed where kind == .tail {
            // What came last was cut in the middle. It counts as not sent.
            return .open
        } catch {
            return .failed(Self.unreadable(error, record: record, count: count, start: start))
        }
    }

    /// Only OpenAI's format has this marker; a proxy may add it to Gemini's.
    private mutating func done(into sink: inout some ChatEventSink) -> DecodeStatus {
        switch type.format {
        case .anthropic, .ollama: return .open
        case .gemini where answer.finish == nil: return .open
        case .openAI where !answer.isBegun:
            return .failed(ProviderError(kind: .invalidResponse, message: "the answer has no choices"))
        default:
            sawTerminal = true
            return complete(into: &sink)
        }
    }

    private func unknown(_ record: RawSpan, count: Int, parser: JSONParser) -> DecodeStatus {
        let body = ErrorBody(record, count: count, parser: parser)
        return body.isError ? .failed(ErrorClassifier.classify(type: type, status: nil, body: body)) : .open
    }

    private func error(in record: RawSpan, count: Int, parser: JSONParser) -> ProviderError {
        let body = ErrorBody(record, count: count, parser: parser)
        return ErrorClassifier.classify(type: type, status: nil, body: body)
    }
}

extension ResponseDecoder {
    /// A whole body: a completion, an error, or nothing of the format's.
    private mutating func decodeBody(
        _ record: RawSpan, count: Int, start: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) -> DecodeStatus {
        lastRecord = .body
        guard start < count else {
            return .failed(ProviderError(kind: .truncated, message: "the response was empty"))
        }
        do throws(JSONScanError) {
            switch try decoder.scan(record, count: count, type: type, parser: parser, into: &sink) {
            case .failed(let error): return .failed(error)
            case .error: return .failed(error(in: record, count: count, parser: parser))
            case .unknown:
                if case .failed(let error) = unknown(record, count: count, parser: parser) { return .failed(error) }
                return .failed(notAnAnswer)
            case .open where !isWholeBody: return .failed(notAnAnswer)
            case .open, .complete:
                sawTerminal = true
                return complete(into: &sink)
            }
        } catch {
            return .failed(Self.unreadable(error, record: record, count: count, start: start))
        }
    }

    /// A body is complete as such only in the formats whose bodies carry no terminal marker.
    private var isWholeBody: Bool {
        switch type.format {
        case .openAI: answer.isBegun
        // A stream that came as an array still has to say why it ended.
        case .gemini: answer.isBegun && (!streaming || answer.finish != nil)
        case .anthropic, .ollama: false
        }
    }

    private var notAnAnswer: ProviderError {
        if answer.isBegun, type.format == .ollama || type.format == .gemini { return cut }
        return ProviderError(kind: .invalidResponse, message: "the response holds no answer")
    }

    private static func unreadable(
        _ error: JSONScanError, record: RawSpan, count: Int, start: Int
    ) -> ProviderError {
        let message =
            switch error {
            case .malformed where record[start] == UInt8(ascii: "<"): "an HTML page instead of an answer"
            case .malformed: "the response is not JSON, or was cut"
            case .tooDeep: "the response's JSON is nested too deeply"
            case .noMemory: "no memory for the response"
            }
        return ProviderError(kind: .invalidResponse, message: message)
    }
}
