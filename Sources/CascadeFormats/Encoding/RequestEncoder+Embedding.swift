extension RequestEncoder {
    /// The address of a request for embeddings; `nil` when the type's format has none.
    public static func embeddingURL(base: String, type: ProviderType) -> String? {
        switch type.format {
        case .openAI: join(base, "/embeddings", type: type)
        case .ollama: join(base, "/api/embed", type: type)
        case .anthropic, .gemini: nil
        }
    }

    /// Encodes all but the model.
    public static func encodeTail(
        _ request: EmbeddingRequest, options: EncodingOptions, into arena: RequestArena
    ) throws(EncodingError) -> EncodedBody {
        guard !request.input.isEmpty else { throw .invalidRequest("input", "must not be empty") }
        if let dimensions = request.dimensions, dimensions < 1 {
            throw .invalidRequest("dimensions", "must be at least 1")
        }
        let capacity = request.estimatedBytes
        let (bytes, dropped) = try write(options, into: arena, capacity: capacity) { out throws(EncodingError) in
            try out.json.member("input", request.input)
            switch options.type.format {
            case .openAI: try writeOpenAIFields(of: request, options.type, to: &out)
            case .ollama:
                try out.json.member("dimensions", request.dimensions)
                if request.user != nil { try out.report.drop(.user) }
            case .anthropic, .gemini: throw .unsupported("input", by: options.type)
            }
            try out.json.endObject()
        }
        return EncodedBody(tail: bytes, droppedFields: dropped)
    }

    private static func writeOpenAIFields(
        of request: EmbeddingRequest, _ type: ProviderType, to out: inout EncodingOutput
    ) throws(EncodingError) {
        // Left out where it says what is usual anyway: not every server knows it.
        if request.numberFormat == .base64 { try out.json.member("encoding_format", literal: #""base64""#) }
        let name: StaticString = type == .mistral ? "output_dimension" : "dimensions"
        try out.json.member(name, request.dimensions)
        guard let user = request.user else { return }
        if OpenAIDialect(type).body.user {
            try out.json.member("user", user)
        } else {
            try out.report.drop(.user)
        }
    }

    /// Encodes what is spliced before the tail of a request for embeddings.
    public static func encodeEmbeddingHead(
        model: String, options: EncodingOptions, into arena: RequestArena
    ) throws(EncodingError) -> EncodedHead {
        guard !model.isEmpty else { throw .invalidRequest("model", "must not be empty") }
        let capacity = model.utf8.count + 64
        let (bytes, dropped) = try write(options, into: arena, capacity: capacity) { out throws(EncodingError) in
            try out.json.beginObject()
            try out.json.member("model", model)
            try out.json.endHead()
        }
        return EncodedHead(bytes: bytes, droppedFields: dropped)
    }
}
