/// The part of a body that every attempt of a request shares: all but what depends on the model or on streaming.
public struct EncodedBody: Sendable {
    /// Ends the JSON object that a head begins.
    public let tail: ArenaBytes
    /// What the format cannot express and was left out; see ``RequestField``.
    public let droppedFields: [String]
}

/// The part of a body that is made for one attempt.
public struct EncodedHead: Sendable {
    /// Begins the JSON object that the tail ends.
    public let bytes: ArenaBytes
    /// What the format, or this model, does not take and was left out; see ``RequestField``.
    public let droppedFields: [String]
}

/// Puts a ``ChatRequest`` into a provider's wire format.
///
/// A body is a head followed by a tail; together they are one JSON object. The tail, with all messages and tools, is
/// encoded once for each ``EncodingOptions/bodyKey``; the head, a few hundred bytes, once for each attempt. Both live
/// in the request's arena. After an error the arena holds what it held before the call.
public enum RequestEncoder {
    /// Encodes all but the model, the stream flag and the fields that only some models take.
    ///
    /// Costs one pass over the request; allocates in the arena about as much as the body is long.
    public static func encodeTail(
        _ request: ChatRequest, options: EncodingOptions, into arena: RequestArena
    ) throws(EncodingError) -> EncodedBody {
        if let body = request.clientBody {
            if options.passesThrough { return EncodedBody(tail: body.tail, droppedFields: []) }
            if let problem = body.onlyHere {
                throw .unsupported(problem.parameter ?? "", by: options.type, because: problem.message)
            }
        }
        try request.checkConsistency()
        let capacity = request.estimatedBytes
        let (bytes, dropped) = try write(options, into: arena, capacity: capacity) { out throws(EncodingError) in
            switch options.type.format {
            case .openAI: try OpenAIEncoder(request, options).writeTail(to: &out)
            case .anthropic: try AnthropicEncoder(request, options).writeTail(to: &out)
            case .ollama: try OllamaEncoder(request, options).writeTail(to: &out)
            case .gemini: try GeminiEncoder(request, options).writeTail(to: &out)
            }
            try out.json.endObject()
        }
        return EncodedBody(tail: bytes, droppedFields: dropped)
    }

    /// Encodes what is spliced before the tail for one attempt.
    ///
    /// - Parameters:
    ///   - model: The name that the provider knows the model by.
    ///   - streaming: Whether the answer is to come in pieces.
    public static func encodeHead(
        model: String, streaming: Bool, options: EncodingOptions, request: ChatRequest, into arena: RequestArena
    ) throws(EncodingError) -> EncodedHead {
        guard !model.isEmpty else { throw .invalidRequest("model", "must not be empty") }
        try request.checkLimits()
        let capacity = model.utf8.count + 256
        let (bytes, dropped) = try write(options, into: arena, capacity: capacity) { out throws(EncodingError) in
            try out.json.beginObject()
            switch options.type.format {
            case .openAI where options.passesThrough:
                try OpenAIEncoder(request, options).writeOwnHead(model: model, streaming: streaming, to: &out)
            case .anthropic where options.passesThrough:
                try out.json.member("model", model)
                try out.json.member("stream", streaming)
            case .openAI:
                try OpenAIEncoder(request, options).writeHead(model: model, streaming: streaming, to: &out)
            case .anthropic:
                try AnthropicEncoder(request, options).writeHead(model: model, streaming: streaming, to: &out)
            case .ollama:
                try OllamaEncoder(request, options).writeHead(model: model, streaming: streaming, to: &out)
            case .gemini:
                try GeminiEncoder(request, options).writeHead(model: model, to: &out)
            }
            try out.json.endHead()
        }
        return EncodedHead(bytes: bytes, droppedFields: dropped)
    }

    /// The body that asks an Ollama server to fetch a model.
    public static func pullBody(
        model: String, streaming: Bool = true, into arena: RequestArena
    ) throws(EncodingError) -> ArenaBytes {
        guard !model.isEmpty else { throw .invalidRequest("model", "must not be empty") }
        let options = EncodingOptions(type: .ollama)
        return try write(options, into: arena, capacity: 128) { out throws(EncodingError) in
            try out.json.beginObject()
            try out.json.member("model", model)
            try out.json.member("stream", streaming)
            try out.json.endObject()
        }.bytes
    }

    static func write(
        _ options: EncodingOptions, into arena: RequestArena, capacity: Int,
        _ body: (inout EncodingOutput) throws(EncodingError) -> Void
    ) throws(EncodingError) -> (bytes: ArenaBytes, dropped: [String]) {
        let mark = arena.mark()
        do throws(EncodingError) {
            var out = EncodingOutput(
                json: try JSONWriter(arena: arena, capacity: capacity), report: FieldReport(options: options))
            try body(&out)
            return (out.json.finish(), out.report.names)
        } catch {
            arena.rewind(to: mark)
            throw error
        }
    }
}

/// Where the encoders of all formats write.
struct EncodingOutput {
    var json: JSONWriter
    var report: FieldReport
}
