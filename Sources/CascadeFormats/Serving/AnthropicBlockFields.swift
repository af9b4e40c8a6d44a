/// One content block of a client's message while it is being read.
struct AnthropicBlockFields {
    /// What a block says.
    enum Meaning {
        case part(ContentPart)
        case call(ToolCall)
        case result(of: String, [ContentPart], isError: Bool)
        case reasoning(String, isSigned: Bool)
        /// Something that only providers of this format know.
        case onlyHere(ClientRequestError)
        /// Nothing that another format could be told.
        case nothing
    }

    private var type: String?
    private var text: String?
    private var id: String?
    private var name: String?
    private var input: String?
    private var thinking: String?
    private var isSigned = false
    private var source = AnthropicSourceFields()
    private var resultOf: String?
    private var result: [ContentPart] = []
    private var isError = false
    private var unknownResult: ClientRequestError?
    private var resultBlock = ResultBlock()

    private struct ResultBlock {
        var type: String?
        var text: String?
        var source = AnthropicSourceFields()
    }

    mutating func take(_ hit: JSONHit, _ tag: AnthropicRequestTag, at path: String) throws(ClientRequestError) {
        switch tag {
        case .blockType: type = try hit.text("\(path).type")
        case .blockText: text = try hit.text("\(path).text")
        case .blockID: id = try hit.text("\(path).id")
        case .blockName: name = try hit.text("\(path).name")
        case .blockInput:
            guard hit.isObject else { throw .expected("an object", at: "\(path).input") }
            input = hit.string
        case .thinking: thinking = try hit.text("\(path).thinking")
        case .signature: isSigned = hit.isText
        case .sourceType: source.type = try hit.text("\(path).source.type")
        case .sourceMediaType: source.mediaType = try hit.text("\(path).source.media_type")
        case .sourceData: source.data = try hit.text("\(path).source.data")
        case .sourceURL: source.url = try hit.text("\(path).source.url")
        case .resultOf: resultOf = try hit.text("\(path).tool_use_id")
        case .resultIsError: isError = try hit.truth("\(path).is_error") ?? false
        default: try takeResult(hit, tag, at: path)
        }
    }

    private mutating func takeResult(
        _ hit: JSONHit, _ tag: AnthropicRequestTag, at path: String
    ) throws(ClientRequestError) {
        let place = "\(path).content[\(result.count)]"
        switch tag {
        case .resultContent where hit.isString: result = [.text(hit.string)]
        case .resultContent:
            guard hit.isArray || hit.isEnd || hit.isNull || hit.isObject else {
                throw .expected("a string or an array", at: "\(path).content")
            }
        case .resultBlock where hit.isEnd:
            let block = resultBlock
            resultBlock = ResultBlock()
            switch try Self.part(type: block.type, text: block.text, source: block.source, at: place) {
            case .part(let part): result.append(part)
            case .onlyHere(let problem): unknownResult = problem
            default: return
            }
        case .resultBlock:
            guard hit.isObject else { throw .expected("an object", at: place) }
        case .resultBlockType: resultBlock.type = try hit.text("\(place).type")
        case .resultText: resultBlock.text = try hit.text("\(place).text")
        case .resultSourceType: resultBlock.source.type = try hit.text("\(place).source.type")
        case .resultSourceMediaType: resultBlock.source.mediaType = try hit.text("\(place).source.media_type")
        case .resultSourceData: resultBlock.source.data = try hit.text("\(place).source.data")
        case .resultSourceURL: resultBlock.source.url = try hit.text("\(place).source.url")
        default: return
        }
    }

    consuming func meaning(at path: String) throws(ClientRequestError) -> Meaning {
        switch type {
        case "tool_use"?:
            guard let id, let name, let input else {
                throw ClientRequestError("\(path) needs an id, a name and an input", parameter: path)
            }
            return .call(ToolCall(id: id, name: name, arguments: input))
        case "tool_result"?:
            guard let resultOf else { throw .expected("a string", at: "\(path).tool_use_id") }
            return unknownResult.map { .onlyHere($0) } ?? .result(of: resultOf, result, isError: isError)
        case "thinking"?: return thinking.map { .reasoning($0, isSigned: isSigned) } ?? .nothing
        // Only its maker can read it.
        case "redacted_thinking"?: return .nothing
        default: return try Self.part(type: type, text: text, source: source, at: path)
        }
    }

    private static func part(
        type: String?, text: String?, source: AnthropicSourceFields, at path: String
    ) throws(ClientRequestError) -> Meaning {
        switch type {
        case "text"?:
            guard let text else { throw .expected("a string", at: "\(path).text") }
            return .part(.text(text))
        case "image"? where source.type == "file": return .onlyHere(.onlyHere("an image of a file", at: path))
        case "image"?: return .part(.image(try source.image(at: "\(path).source")))
        case "document"? where source.type == "text":
            guard let data = source.data else { throw .expected("a string", at: "\(path).source.data") }
            return .part(.text(data))
        case let type?:
            return .onlyHere(.onlyHere("a block of type \(type.prefix(40))", at: path))
        case nil: throw .expected("a string", at: "\(path).type")
        }
    }
}

/// Where an image or a document comes from.
struct AnthropicSourceFields {
    var type: String?
    var mediaType: String?
    var data: String?
    var url: String?

    func image(at path: String) throws(ClientRequestError) -> ImageSource {
        switch type {
        case "base64"?:
            guard let mediaType, let data else {
                throw ClientRequestError("\(path) needs media_type and data", parameter: path)
            }
            return .base64(data, mediaType: mediaType)
        case "url"?:
            guard let url, ImageSource.isWebAddress(url) else {
                throw .expected("an http address", at: "\(path).url")
            }
            return .url(url)
        default: throw .expected("base64 or url", at: "\(path).type")
        }
    }
}
