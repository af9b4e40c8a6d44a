/// What a provider answered to a request for embeddings.
public struct EmbeddingAnswer: Sendable, Hashable {
    /// One vector for each text, in the texts' order.
    public var embeddings: [[Float]]
    public var usage: Usage?
}

/// Reads answers to requests for embeddings: OpenAI's, whose numbers may be base64, and Ollama's.
public enum EmbeddingDecoder {
    private enum Tag: UInt16 {
        case error = 1
        case data, item, index, vector, vectors
        case promptTokens, totalTokens
    }

    private static let plan = JSONPlan<Tag>([
        JSONNode("error", .error),
        JSONNode("data", .data, [JSONNode("*", .item, [JSONNode("index", .index), JSONNode("embedding", .vector)])]),
        JSONNode("usage", nil, [JSONNode("prompt_tokens", .promptTokens), JSONNode("total_tokens", .totalTokens)]),
        JSONNode("embeddings", .vectors, [JSONNode("*", .vector)]),
        JSONNode("prompt_eval_count", .promptTokens),
    ])

    /// Reads a whole body.
    ///
    /// - Parameters:
    ///   - type: Whose answer it is.
    ///   - body: `count` bytes of payload, and at least 64 readable bytes after them.
    ///   - count: How many bytes are payload.
    ///   - expected: How many vectors there have to be. An answer with others is none.
    public static func decode(
        type: ProviderType, _ body: RawSpan, count: Int, expected: Int
    ) throws(ProviderError) -> EmbeddingAnswer {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        let hits: JSONHits<Tag>
        do throws(JSONScanError) {
            hits = try parser.scan(body, count: count, plan: plan)
        } catch {
            throw .invalid(count == 0 ? "the response was empty" : "the response is not JSON, or was cut")
        }
        var reader = Reader()
        for position in 0..<hits.count {
            guard let tag = hits.tag(position) else { continue }
            if tag == .error, hits[position].isFilled {
                throw ErrorClassifier.classify(
                    type: type, status: nil, body: ErrorBody(body, count: count, parser: parser))
            }
            try reader.take(hits[position], tag, parser: parser)
        }
        return try reader.answer(expected: expected)
    }

    private struct Reader {
        private var vectors: [(index: Int, vector: [Float])] = []
        private var isItem = false
        private var index: Int?
        private var vector: [Float]?
        private var prompt: Int?
        private var total: Int?

        mutating func take(_ hit: JSONHit, _ tag: Tag, parser: JSONParser) throws(ProviderError) {
            switch tag {
            case .item where hit.isEnd:
                if let vector { vectors.append((index ?? vectors.count, vector)) }
                isItem = false
            case .item: (isItem, index, vector) = (hit.isObject, nil, nil)
            case .index: index = hit.count
            case .vector:
                let numbers = try Self.numbers(hit, parser: parser)
                if isItem { vector = numbers } else { vectors.append((vectors.count, numbers)) }
            case .promptTokens: prompt = hit.count ?? prompt
            case .totalTokens: total = hit.count ?? total
            case .error, .data, .vectors: break
            }
        }

        private static func numbers(_ hit: JSONHit, parser: JSONParser) throws(ProviderError) -> [Float] {
            var numbers: [Float]?
            if hit.isArray {
                parser.withBytes(hit) { numbers = FloatList.parse($0) }
            } else if hit.isString {
                var held: UInt16 = 0
                parser.withText(hit, held: &held) { numbers = FloatList.decode(base64: $0) }
            }
            guard let numbers, !numbers.isEmpty else { throw .invalid("the response holds a vector of no numbers") }
            return numbers
        }

        consuming func answer(expected: Int) throws(ProviderError) -> EmbeddingAnswer {
            guard !vectors.isEmpty else { throw .invalid("the response holds no embedding") }
            vectors.sort { $0.index < $1.index }
            guard vectors.map(\.index).elementsEqual(0..<expected) else {
                throw .invalid("the response has \(vectors.count) embeddings where \(expected) were asked for")
            }
            let usage = (prompt ?? total).map { Usage(promptTokens: $0, completionTokens: 0, totalTokens: total) }
            return EmbeddingAnswer(embeddings: vectors.map(\.vector), usage: usage)
        }
    }
}

extension ProviderError {
    fileprivate static func invalid(_ message: String) -> ProviderError {
        ProviderError(kind: .invalidResponse, message: message)
    }
}
