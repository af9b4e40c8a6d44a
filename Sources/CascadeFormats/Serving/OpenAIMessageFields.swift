/// One message of a client's request while it is being read.
struct OpenAIMessageFields {
    private var role: String?
    private var name: String?
    private var content: [ContentPart] = []
    private var reasoning: String?
    /// An earlier answer's, in place of its content.
    private var refusal: String?
    private var toolCallID: String?
    private var calls: [ToolCall] = []
    private var part = Part()
    private var call = Call()
    private var partCount = 0
    /// What only providers of this format know.
    private(set) var onlyHere: ClientRequestError?

    fileprivate struct Part {
        var type: String?
        var text: String?
        var address: String?
        var detail: String?
        var audio: String?
        var audioFormat: String?
    }

    private struct Call {
        var type: String?
        var id: String?
        var name: String?
        var arguments: String?
    }

    mutating func take(_ hit: JSONHit, _ tag: OpenAIRequestTag, at path: String) throws(ClientRequestError) {
        switch tag {
        case .role: role = try hit.text("\(path).role")
        case .name: name = try hit.text("\(path).name")
        case .reasoning: reasoning = try hit.text("\(path).reasoning_content")
        case .refusal: refusal = try hit.text("\(path).refusal")
        case .toolCallID: toolCallID = try hit.text("\(path).tool_call_id")
        case .content: try takeContent(hit, at: path)
        case .calls:
            guard hit.isArray || hit.isEnd || hit.isNull else { throw .expected("an array", at: "\(path).tool_calls") }
        case .call, .callType, .callID, .callName, .callArguments:
            try takeCall(hit, tag, at: "\(path).tool_calls[\(calls.count)]")
        default: try takePart(hit, tag, at: "\(path).content[\(partCount)]")
        }
    }

    private mutating func takeContent(_ hit: JSONHit, at path: String) throws(ClientRequestError) {
        if hit.isString {
            content = [.text(hit.string)]
        } else if !(hit.isArray || hit.isEnd || hit.isNull) {
            throw .expected("a string or an array", at: "\(path).content")
        }
    }

    private mutating func takePart(_ hit: JSONHit, _ tag: OpenAIRequestTag, at path: String) throws(ClientRequestError)
    {
        switch tag {
        case .part where hit.isEnd:
            if let problem = part.onlyHere(at: path) {
                onlyHere = problem
            } else {
                content.append(try part.content(at: path))
            }
            part = Part()
            partCount += 1
        case .part:
            guard hit.isObject else { throw .expected("an object", at: path) }
        case .partType: part.type = try hit.text("\(path).type")
        case .partText: part.text = try hit.text("\(path).text") ?? part.text
        case .imageURL where hit.isString: part.address = hit.string
        case .imageDetail: part.detail = try hit.text("\(path).image_url.detail")
        case .audioData: part.audio = try hit.text("\(path).input_audio.data")
        case .audioFormat: part.audioFormat = try hit.text("\(path).input_audio.format")
        default: return
        }
    }

    private mutating func takeCall(_ hit: JSONHit, _ tag: OpenAIRequestTag, at path: String) throws(ClientRequestError)
    {
        switch tag {
        case .call where hit.isEnd && call.type != nil && call.type != "function":
            onlyHere = .onlyHere("a call of another type than function", at: path)
            call = Call()
        case .call where hit.isEnd:
            guard let id = call.id, let name = call.name, let arguments = call.arguments else {
                throw ClientRequestError("\(path) needs an id and a function with name and arguments", parameter: path)
            }
            calls.append(ToolCall(id: id, name: name, arguments: arguments))
            call = Call()
        case .call:
            guard hit.isObject else { throw .expected("an object", at: path) }
        case .callType: call.type = try hit.text("\(path).type")
        case .callID: call.id = try hit.text("\(path).id")
        case .callName: call.name = try hit.text("\(path).function.name")
        default: call.arguments = try hit.text("\(path).function.arguments")
        }
    }

    /// The results of the functions of old, which had no identifiers.
    var isOldResult: Bool { role == "function" }

    consuming func message(at path: String) throws(ClientRequestError) -> ChatMessage {
        guard let role = role.flatMap(ChatMessage.Role.init) else {
            let known = ChatMessage.Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw .expected("one of \(known)", at: "\(path).role")
        }
        if content.isEmpty, let refusal, !refusal.isEmpty { content = [.text(refusal)] }
        return ChatMessage(
            role: role, content: content, name: name, toolCalls: calls, toolCallID: toolCallID, reasoning: reasoning)
    }
}

extension OpenAIMessageFields.Part {
    func onlyHere(at path: String) -> ClientRequestError? {
        guard let type, !["text", "refusal", "image_url", "input_audio"].contains(type) else { return nil }
        return .onlyHere("a part of type \(type.prefix(40))", at: path)
    }

    consuming func content(at path: String) throws(ClientRequestError) -> ContentPart {
        switch type {
        case "text"?, "refusal"?:
            guard let text else { throw .expected("a string", at: "\(path).text") }
            return .text(text)
        case "image_url"?: return try image(at: "\(path).image_url")
        case "input_audio"?:
            guard let audio, let audioFormat else {
                throw ClientRequestError("\(path).input_audio needs data and format", parameter: "\(path).input_audio")
            }
            return .audio(.base64(audio, format: audioFormat))
        default: throw .expected("one of text, image_url, input_audio", at: "\(path).type")
        }
    }

    private func image(at path: String) throws(ClientRequestError) -> ContentPart {
        guard let address, let source = ImageSource(ofClient: address) else {
            throw .expected("a base64 data URI or an http address", at: "\(path).url")
        }
        return .image(source, detail: detail.flatMap(ImageDetail.init))
    }
}
