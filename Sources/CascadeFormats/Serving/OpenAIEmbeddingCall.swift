/// A client's request for embeddings, read from OpenAI's format.
package struct OpenAIEmbeddingCall: Sendable {
    package var request: EmbeddingRequest

    private enum Tag: UInt16 {
        case model = 1
        case input, text, numberFormat, dimensions, user

        static let plan = JSONPlan<Tag>([
            JSONNode("model", .model), JSONNode("input", .input, [JSONNode("*", .text)]),
            JSONNode("encoding_format", .numberFormat), JSONNode("dimensions", .dimensions), JSONNode("user", .user),
        ])
    }

    /// Reads the first `count` bytes of `text`, which ``OpenAIChatCall/padding`` must follow.
    ///
    /// Input in numbers of tokens is refused: they are one model's own, and formats without them get the text alone.
    package init(_ text: Span<UInt8>, count: Int) throws(ClientRequestError) {
        var request = EmbeddingRequest([], model: "")
        try ClientText.scan(text, count: count, plan: Tag.plan) { (hit, tag) throws(ClientRequestError) in
            switch tag {
            case .model?:
                guard request.model.isEmpty else { throw .twice("model") }
                request.model = try hit.requiredText("model")
            case .input? where hit.isString: request.input.append(hit.string)
            case .input?:
                guard hit.isArray || hit.isEnd else { throw .expected("a string or an array of strings", at: "input") }
            case .text?: request.input.append(try hit.input("input[\(request.input.count)]"))
            case .numberFormat?: request.numberFormat = try hit.numberFormat("encoding_format")
            case .dimensions?: request.dimensions = try hit.integer("dimensions", from: 1)
            case .user?: request.user = try hit.text("user")
            case nil: return
            }
        }
        guard !request.model.isEmpty else { throw ClientRequestError("model is missing", parameter: "model") }
        guard !request.input.isEmpty else { throw ClientRequestError("input is missing or empty", parameter: "input") }
        self.request = request
    }
}

extension JSONHit {
    fileprivate func input(_ path: String) throws(ClientRequestError) -> String {
        guard isNumber || isArray else { return try requiredText(path) }
        throw ClientRequestError(
            "\(path) must be a string: numbers of tokens are not supported", parameter: path)
    }

    fileprivate func numberFormat(_ path: String) throws(ClientRequestError) -> EmbeddingRequest.NumberFormat {
        guard let name = try text(path) else { return .float }
        guard let format = EmbeddingRequest.NumberFormat(rawValue: name) else {
            throw .expected("float or base64", at: path)
        }
        return format
    }
}

/// Writes embeddings for clients that speak OpenAI's format.
package enum OpenAIEmbeddingWriter {
    /// `{"object":"list","data":[…],"model":…,"usage":{…}}`; 0 tokens where the provider told of none, as the format has
    /// no answer without.
    package static func answer(
        _ embeddings: [[Float]], model: String, usage: Usage?, numberFormat: EmbeddingRequest.NumberFormat
    ) -> [UInt8] {
        var json = JSONBytes()
        json.raw(#"{"object":"list","data":["#)
        for (index, embedding) in embeddings.enumerated() {
            json.raw(index == 0 ? #"{"object":"embedding","index":"# : #",{"object":"embedding","index":"#)
            json.number(index)
            json.raw(#","embedding":"#)
            switch numberFormat {
            case .float: json.numbers(embedding)
            case .base64:
                json.raw("\"")
                json.raw(FloatList.base64(embedding))
                json.raw("\"")
            }
            json.raw("}")
        }
        json.raw(#"],"model":"#)
        json.string(model)
        json.raw(#","usage":{"prompt_tokens":"#)
        json.number(usage?.promptTokens ?? 0)
        json.raw(#","total_tokens":"#)
        json.number(usage?.totalTokens ?? 0)
        json.raw("}}")
        return json.bytes
    }
}

extension JSONBytes {
    /// The shortest text of each number that reads back as the same. All are finite.
    fileprivate mutating func numbers(_ numbers: [Float]) {
        raw("[")
        for (index, number) in numbers.enumerated() {
            if index > 0 { raw(",") }
            raw(Array(number.description.utf8))
        }
        raw("]")
    }
}
