internal import Cascade

/// A message in OpenAI's shape.
struct BatchMessage: Decodable {
    private enum CodingKeys: String, CodingKey {
        case role, content, name, reasoning
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }

    let message: ChatMessage

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let name = try fields.decode(String.self, forKey: .role)
        guard let role = ChatMessage.Role(rawValue: name) else {
            let known = ChatMessage.Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .role, in: fields, debugDescription: "expected one of \(known)")
        }
        var content: [ContentPart] = []
        if let text = try? fields.decode(String.self, forKey: .content) {
            content = [.text(text)]
        } else if try fields.contains(.content) && !fields.decodeNil(forKey: .content) {
            content = try fields.decode([BatchPart].self, forKey: .content).map(\.part)
        }
        message = ChatMessage(
            role: role, content: content, name: try fields.decodeIfPresent(String.self, forKey: .name),
            toolCalls: try fields.decodeIfPresent([BatchToolCall].self, forKey: .toolCalls)?.map(\.call) ?? [],
            toolCallID: try fields.decodeIfPresent(String.self, forKey: .toolCallID),
            reasoning: try fields.decodeIfPresent(String.self, forKey: .reasoning))
    }
}

/// A part of a message: text, image or audio.
private struct BatchPart: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, text
        case imageURL = "image_url"
        case inputAudio = "input_audio"
    }

    private struct Image: Decodable {
        var url: String
        var detail: String?
    }

    private struct Audio: Decodable {
        var data: String
        var format: String
    }

    let part: ContentPart

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        switch try fields.decode(String.self, forKey: .type) {
        case "text": part = .text(try fields.decode(String.self, forKey: .text))
        case "image_url":
            let image = try fields.decode(Image.self, forKey: .imageURL)
            do {
                part = .image(try RequestOptions.source(image.url), detail: image.detail.flatMap(ImageDetail.init))
            } catch {
                throw DecodingError.dataCorruptedError(
                    forKey: .imageURL, in: fields, debugDescription: error.message ?? "not an image")
            }
        case "input_audio":
            let audio = try fields.decode(Audio.self, forKey: .inputAudio)
            part = .audio(.base64(audio.data, format: audio.format))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: fields, debugDescription: "expected one of text, image_url, input_audio")
        }
    }
}

/// A call that an earlier answer made.
private struct BatchToolCall: Decodable {
    private struct Function: Decodable {
        var name: String
        var arguments: String
    }

    private enum CodingKeys: String, CodingKey {
        case id, function
    }

    let call: ToolCall

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let function = try fields.decode(Function.self, forKey: .function)
        call = ToolCall(
            id: try fields.decode(String.self, forKey: .id), name: function.name, arguments: function.arguments)
    }
}
