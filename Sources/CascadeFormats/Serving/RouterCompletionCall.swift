/// A request for `POST /api/v1/router/complete`: `messages`, `model`, `temperature` (0.7 unless told) and `max_tokens`.
///
/// Messages are OpenAI's, and may also have their pictures in `images`, as base64, data URIs or addresses, and a sound
/// in `audio`, as a data URI or as `{"data", "format"}`. Other members mean nothing.
package struct RouterCompletionCall: Sendable {
    package var request: ChatRequest

    /// Reads the first `count` bytes of `text`, which ``OpenAIChatCall/padding`` must follow.
    package init(_ text: Span<UInt8>, count: Int) throws(ClientRequestError) {
        var reader = RouterCompletionReader()
        try ClientText.scan(text, count: count, plan: OpenAIRequestTag.completionPlan) {
            (hit, tag) throws(ClientRequestError) in
            if let tag { try reader.take(hit, tag) }
        }
        request = try reader.finished()
    }
}

/// A request to do something to a provider: `{"action": …}`.
package struct RouterControlCall: Sendable {
    package var action: String

    /// Reads the first `count` bytes of `text`, which ``OpenAIChatCall/padding`` must follow.
    package init(_ text: Span<UInt8>, count: Int) throws(ClientRequestError) {
        var action: String?
        try ClientText.scan(text, count: count, plan: OpenAIRequestTag.controlPlan) {
            (hit, tag) throws(ClientRequestError) in
            if tag != nil { action = try hit.requiredText("action") }
        }
        guard let action else { throw ClientRequestError("action is missing", parameter: "action") }
        self.action = action
    }
}

private struct RouterCompletionReader {
    private var request = ChatRequest(messages: [])
    private var hasMessages = false
    private var message = OpenAIMessageFields()
    /// The message's own pictures and sound, which follow its content.
    private var media: [ContentPart] = []
    private var imageCount = 0
    private var sound: (data: String?, format: String?)?

    private var messagePath: String { "messages[\(request.messages.count)]" }

    mutating func take(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        switch tag {
        case .model:
            guard request.model == nil else { throw .twice("model") }
            request.model = try hit.text("model").flatMap { $0.isEmpty ? nil : $0 }
        case .temperature: request.temperature = try hit.number("temperature", in: 0...2) ?? 0.7
        case .maxTokens: request.maxTokens = try hit.integer("max_tokens", from: 1)
        case .messages:
            guard hit.isArray || hit.isEnd else { throw .expected("an array", at: "messages") }
            hasMessages = true
        case .message where hit.isEnd: try endMessage()
        case .message:
            guard hit.isObject else { throw .expected("an object", at: messagePath) }
        case .images, .image: try takeImages(hit, tag)
        case .sound, .soundData, .soundFormat: try takeSound(hit, tag)
        default: try message.take(hit, tag, at: messagePath)
        }
    }

    private mutating func takeImages(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        if tag == .images {
            guard hit.isArray || hit.isEnd || hit.isNull else {
                throw .expected("an array", at: "\(messagePath).images")
            }
            return
        }
        let path = "\(messagePath).images[\(imageCount)]"
        guard let source = ImageSource(sent: try hit.requiredText(path)) else {
            throw .expected("base64 of an image, a data URI or an http address", at: path)
        }
        media.append(.image(source))
        imageCount += 1
    }

    private mutating func takeSound(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        let path = "\(messagePath).audio"
        switch tag {
        case .soundData: sound?.data = try hit.text("\(path).data")
        case .soundFormat: sound?.format = try hit.text("\(path).format")
        case .sound where hit.isObject: sound = (nil, nil)
        case .sound where hit.isString:
            guard case .base64(let data, let type)? = ImageSource(dataURI: hit.string), type.hasPrefix("audio/") else {
                throw .expected("a base64 data URI, or an object with data and format", at: path)
            }
            media.append(.audio(.base64(data, format: String(type.dropFirst("audio/".count)))))
        case .sound where hit.isEnd:
            guard case (let data?, let format?)? = sound else {
                throw ClientRequestError("\(path) needs data and format", parameter: path)
            }
            media.append(.audio(.base64(data, format: format)))
        default:
            guard hit.isNull else { throw .expected("a base64 data URI, or an object with data and format", at: path) }
        }
    }

    private mutating func endMessage() throws(ClientRequestError) {
        if let problem = message.onlyHere { throw problem }
        var ended = try message.message(at: messagePath)
        ended.content += media
        request.messages.append(ended)
        message = OpenAIMessageFields()
        (media, imageCount, sound) = ([], 0, nil)
    }

    consuming func finished() throws(ClientRequestError) -> ChatRequest {
        guard hasMessages else { throw ClientRequestError("messages is missing", parameter: "messages") }
        guard !request.messages.isEmpty else { throw ClientRequestError("messages is empty", parameter: "messages") }
        return request
    }
}

extension ImageSource {
    /// A picture as clients of Ollama's format send it, which may be mere base64.
    fileprivate init?(sent text: String) {
        if let source = ImageSource(ofClient: text) {
            self = source
            return
        }
        // The first bytes of each kind of image, in base64.
        let kinds = [("iVBORw0KGgo", "png"), ("/9j/", "jpeg"), ("R0lGOD", "gif"), ("UklGR", "webp"), ("Qk", "bmp")]
        guard let kind = kinds.first(where: { text.hasPrefix($0.0) }) else { return nil }
        self = .base64(text, mediaType: "image/" + kind.1)
    }
}
