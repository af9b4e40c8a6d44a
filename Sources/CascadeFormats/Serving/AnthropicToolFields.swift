/// One tool of a client's request while it is being read.
struct AnthropicToolFields {
    private var type: String?
    private var name: String?
    private var description: String?
    private var schema: JSONText?
    private var strict: Bool?

    mutating func take(_ hit: JSONHit, _ tag: AnthropicRequestTag, at path: String) throws(ClientRequestError) {
        switch tag {
        case .toolType: type = try hit.text("\(path).type")
        case .toolName: name = try hit.text("\(path).name")
        case .toolDescription: description = try hit.text("\(path).description")
        case .toolSchema: schema = try hit.json("\(path).input_schema")
        default: strict = try hit.truth("\(path).strict")
        }
    }

    /// What only providers of this format know.
    func onlyHere(at path: String) -> ClientRequestError? {
        guard let type, type != "custom" else { return nil }
        return .onlyHere("a tool of type \(type.prefix(40))", at: path)
    }

    consuming func tool(at path: String) throws(ClientRequestError) -> Tool {
        guard let name, !name.isEmpty else { throw .expected("a string", at: "\(path).name") }
        return Tool(name: name, description: description, parameters: schema, strict: strict)
    }
}

/// Which tools may be called, while it is being read.
struct AnthropicToolChoiceFields {
    private var type: String?
    private var name: String?
    private(set) var onlyOne: Bool?

    mutating func take(_ hit: JSONHit, _ tag: AnthropicRequestTag) throws(ClientRequestError) {
        switch tag {
        case .toolChoiceType: type = try hit.text("tool_choice.type")
        case .toolChoiceName: name = try hit.text("tool_choice.name")
        case .onlyOneTool: onlyOne = try hit.truth("tool_choice.disable_parallel_tool_use")
        default:
            guard hit.isObject || hit.isEnd || hit.isNull else { throw .expected("an object", at: "tool_choice") }
        }
    }

    func choice() throws(ClientRequestError) -> ToolChoice? {
        switch type {
        case nil: return nil
        case "auto"?: return .auto
        case "any"?: return .required
        case "none"?: return ToolChoice.none
        case "tool"?:
            guard let name else { throw .expected("a string", at: "tool_choice.name") }
            return .function(name)
        default: throw .expected("one of auto, any, tool, none", at: "tool_choice.type")
        }
    }
}
