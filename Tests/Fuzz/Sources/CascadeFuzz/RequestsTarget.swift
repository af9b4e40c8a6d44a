internal import CFuzzTargets
internal import CascadeFormats

/// A body that a client sends, as it is read and then put into a provider's format. The first byte chooses the reader,
/// the second the provider, and whether it is asked for a stream.
func fuzzRequests(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    var input = Input(bytes, length)
    let (reader, choice) = (Reader(rawValue: input.byte() % UInt8(Reader.allCases.count))!, Int(input.byte()))
    let text = input.bytes
    guard let read = reader.read(text, padding: 0) else { return 0 }
    require(reader.read(text, padding: UInt8(ascii: "\""))?.isLike(read) == true, "what follows a body does not matter")
    let type = ProviderType.allCases[choice % ProviderType.allCases.count]
    for request in read.requests { check(request, as: type, streaming: choice & 0x80 != 0) }
    return 0
}

private enum Reader: UInt8, CaseIterable {
    case chat, messages, responses, embeddings, completion, control

    struct Read {
        /// As it is for providers of any format, and as it came.
        var requests: [ChatRequest] = []
        var embedding: EmbeddingRequest?

        /// Bodies that came are equal to themselves alone.
        func isLike(_ other: Read) -> Bool {
            embedding == other.embedding && requests.map(\.inAnyFormat) == other.requests.map(\.inAnyFormat)
        }
    }

    /// - Returns: `nil` for what is refused.
    func read(_ text: [UInt8], padding: UInt8) -> Read? {
        let padded = text + [UInt8](repeating: padding, count: OpenAIChatCall.padding)
        do throws(ClientRequestError) {
            return try read(padded.span, text.count)
        } catch {
            require(!error.message.isEmpty && error.message.utf8.count < 1_000, "a complaint is short")
            return nil
        }
    }

    private func read(_ text: Span<UInt8>, _ count: Int) throws(ClientRequestError) -> Read {
        switch self {
        case .chat:
            Self.both(
                try OpenAIChatCall(text, count: count, keepsBody: true).request,
                try? OpenAIChatCall(text, count: count, keepsBody: false).request)
        case .messages:
            Self.both(
                try AnthropicCall(text, count: count, keepsBody: true).request,
                try? AnthropicCall(text, count: count, keepsBody: false).request)
        case .responses: Read(requests: [try ResponsesCall(text, count: count).request])
        case .embeddings: Read(embedding: try OpenAIEmbeddingCall(text, count: count).request)
        case .completion: Read(requests: [try RouterCompletionCall(text, count: count).request])
        case .control: try Self.control(text, count)
        }
    }

    private static func control(_ text: Span<UInt8>, _ count: Int) throws(ClientRequestError) -> Read {
        require(try RouterControlCall(text, count: count).action.utf8.count <= count, "an action is of the text")
        return Read()
    }

    private static func both(_ own: ChatRequest, _ any: ChatRequest?) -> Read {
        require(any != nil || own.clientBody?.onlyHere != nil, "only what asks for more is refused by other formats")
        require(any == nil || any == own.inAnyFormat, "a body that is kept changes nothing of what is read")
        return Read(requests: [own] + (any.map { [$0] } ?? []))
    }
}

extension ChatRequest {
    fileprivate var inAnyFormat: ChatRequest {
        var request = self
        request.clientBody = nil
        return request
    }
}

/// What a provider is sent is one JSON object with the model that was chosen for it.
private func check(_ request: ChatRequest, as type: ProviderType, streaming: Bool) {
    var options = EncodingOptions(type: type)
    options.passesThrough = RequestEncoder.passesThrough(request, model: "chosen", options: options)
    guard let arena = try? RequestArena(blockBytes: 8 << 10, maxBytes: 1 << 20) else {
        return require(false, "there is memory for an arena")
    }
    do throws(EncodingError) {
        let tail = try RequestEncoder.encodeTail(request, options: options, into: arena)
        let head = try RequestEncoder.encodeHead(
            model: "chosen", streaming: streaming, options: options, request: request, into: arena)
        // The arena holds the head, and it or the request the tail.
        let body = withExtendedLifetime((arena, request)) {
            Array(head.bytes.unsafeBytes) + Array(tail.tail.unsafeBytes)
        }
        let count = fuzz_members(body, body.count, "model", "chosen")
        require(count == (type.format == .gemini ? 0 : 1), "a provider is sent an object, with the model chosen for it")
    } catch {
        require(!error.message.isEmpty, "what a format cannot express is said")
    }
}
