/// The input items of a client's request, and the messages that they become.
struct ResponsesItems {
    var messages: [ChatMessage] = []
    private var count = 0
    private var item = Item()
    /// Of the assistant's turn that follows.
    private var reasoning: String?

    private struct Item {
        var type: String?
        var role: String?
        var content: [ContentPart] = []
        var thoughts = ""
        var summary = ""
        var callID: String?
        var name: String?
        var arguments: String?
        var hasOutput = false
        var partCount = 0
        var part = Part()
    }

    private struct Part {
        var type: String?
        var text: String?
        var image: String?
        var detail: String?
    }

    private var path: String { "input[\(count)]" }

    mutating func take(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        switch tag {
        case .item where hit.isEnd:
            try endItem()
            item = Item()
            count += 1
        case .item:
            guard hit.isObject else { throw .expected("an object", at: path) }
        case .itemType: item.type = try hit.text("\(path).type")
        case .role: item.role = try hit.text("\(path).role")
        case .content, .output: try takeContent(hit, tag)
        case .summaryText: item.summary += try hit.text("\(path).summary") ?? ""
        case .callID: item.callID = try hit.text("\(path).call_id")
        case .name: item.name = try hit.text("\(path).name")
        case .arguments: item.arguments = try hit.text("\(path).arguments")
        default: try takePart(hit, tag)
        }
    }

    private mutating func takeContent(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        if tag == .output { item.hasOutput = item.hasOutput || !hit.isNull }
        if hit.isString {
            item.content = [.text(hit.string)]
        } else if !(hit.isArray || hit.isEnd || hit.isNull) {
            throw .expected("a string or an array", at: tag == .output ? "\(path).output" : "\(path).content")
        }
    }

    private mutating func takePart(_ hit: JSONHit, _ tag: ResponsesTag) throws(ClientRequestError) {
        let path = "\(path).content[\(item.partCount)]"
        switch tag {
        case .part where hit.isEnd:
            try endPart(at: path)
            item.part = Part()
            item.partCount += 1
        case .part:
            guard hit.isObject else { throw .expected("an object", at: path) }
        case .partType: item.part.type = try hit.text("\(path).type")
        case .partText, .refusal: item.part.text = try hit.text("\(path).text") ?? item.part.text
        case .image: item.part.image = try hit.text("\(path).image_url")
        default: item.part.detail = try hit.text("\(path).detail")
        }
    }

    private mutating func endPart(at path: String) throws(ClientRequestError) {
        switch item.part.type {
        case "input_text"?, "output_text"?, "text"?, "refusal"?:
            guard let text = item.part.text else { throw .expected("a string", at: "\(path).text") }
            item.content.append(.text(text))
        case "reasoning_text"?: item.thoughts += item.part.text ?? ""
        case "input_image"?:
            guard let address = item.part.image, let source = ImageSource(ofClient: address) else {
                throw .expected("a base64 data URI or an http address", at: "\(path).image_url")
            }
            item.content.append(.image(source, detail: item.part.detail.flatMap(ImageDetail.init)))
        default: throw .expected("one of input_text, input_image, output_text, refusal", at: "\(path).type")
        }
    }

    private mutating func endItem() throws(ClientRequestError) {
        switch item.type {
        case nil, "message"?: try endMessage()
        case "reasoning"?: reasoning = item.thoughts.isEmpty ? item.summary : item.thoughts
        case "function_call"?: try endCall()
        case "function_call_output"?:
            guard let id = item.callID, item.hasOutput else {
                throw ClientRequestError("\(path) needs a call_id and an output", parameter: path)
            }
            messages.append(ChatMessage(role: .tool, content: item.content, toolCallID: id))
        case "item_reference"?:
            throw ClientRequestError(
                "\(path) refers to a stored item, and this gateway stores nothing; send the item itself",
                parameter: path)
        default:
            throw .expected("message, function_call, function_call_output or reasoning", at: "\(path).type")
        }
    }

    private mutating func endMessage() throws(ClientRequestError) {
        let roles: [ChatMessage.Role] = [.user, .assistant, .system, .developer]
        guard let role = item.role.flatMap(ChatMessage.Role.init), roles.contains(role) else {
            throw .expected("one of \(roles.map(\.rawValue).joined(separator: ", "))", at: "\(path).role")
        }
        messages.append(
            ChatMessage(role: role, content: item.content, reasoning: role == .assistant ? reasoning : nil))
        reasoning = nil
    }

    /// A call belongs to the assistant's turn before it, if there is one.
    private mutating func endCall() throws(ClientRequestError) {
        guard let id = item.callID, let name = item.name, let arguments = item.arguments else {
            throw ClientRequestError("\(path) needs a call_id, a name and arguments", parameter: path)
        }
        if messages.last?.role != .assistant || reasoning != nil {
            messages.append(ChatMessage(role: .assistant, content: [], reasoning: reasoning))
            reasoning = nil
        }
        messages[messages.count - 1].toolCalls.append(ToolCall(id: id, name: name, arguments: arguments))
    }
}
