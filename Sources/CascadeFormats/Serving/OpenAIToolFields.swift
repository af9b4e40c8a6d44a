/// One tool of a client's request while it is being read.
struct OpenAIToolFields {
    private var type: String?
    private var name: String?
    private var description: String?
    private var parameters: JSONText?
    private var strict: Bool?

    mutating func take(_ hit: JSONHit, _ tag: OpenAIRequestTag, at path: String) throws(ClientRequestError) {
        switch tag {
        case .toolType: type = try hit.text("\(path).type")
        case .toolFunction:
            guard hit.isObject || hit.isEnd else { throw .expected("an object", at: "\(path).function") }
        case .toolName: name = try hit.text("\(path).function.name")
        case .toolDescription: description = try hit.text("\(path).function.description")
        case .toolParameters: parameters = try hit.json("\(path).function.parameters")
        default: strict = try hit.truth("\(path).function.strict")
        }
    }

    /// What only providers of this format know.
    func onlyHere(at path: String) -> ClientRequestError? {
        guard let type, type != "function" else { return nil }
        return .onlyHere("a tool of type \(type.prefix(40))", at: path)
    }

    consuming func tool(at path: String) throws(ClientRequestError) -> Tool {
        guard let name, !name.isEmpty else { throw .expected("a string", at: "\(path).function.name") }
        return Tool(name: name, description: description, parameters: parameters, strict: strict)
    }
}

/// The schema of the answer while it is being read.
struct OpenAISchemaFields {
    private var name: String?
    private var schema: JSONText?
    private var strict: Bool?

    private static let path = "response_format.json_schema"

    mutating func take(_ hit: JSONHit, _ tag: OpenAIRequestTag) throws(ClientRequestError) {
        switch tag {
        case .schemaName: name = try hit.text("\(Self.path).name")
        case .schemaText: schema = try hit.json("\(Self.path).schema")
        case .schemaStrict: strict = try hit.truth("\(Self.path).strict")
        default:
            guard hit.isObject || hit.isEnd || hit.isNull else { throw .expected("an object", at: Self.path) }
        }
    }

    consuming func format() throws(ClientRequestError) -> ResponseFormat {
        guard let name, let schema else {
            throw ClientRequestError("\(Self.path) needs a name and a schema", parameter: Self.path)
        }
        return .jsonSchema(name: name, schema: schema, strict: strict ?? false)
    }
}
