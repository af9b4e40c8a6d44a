internal import Cascade

/// A function that the model may call, in OpenAI's shape.
struct BatchTool: Decodable {
    private struct Function: Decodable {
        var name: String
        var description: String?
        var parameters: JSONValue?
        var strict: Bool?
    }

    private enum CodingKeys: String, CodingKey {
        case function
    }

    let tool: Tool

    init(from decoder: any Decoder) throws {
        let function = try decoder.container(keyedBy: CodingKeys.self).decode(Function.self, forKey: .function)
        tool = Tool(
            name: function.name, description: function.description,
            parameters: function.parameters.map { JSONText($0.description) }, strict: function.strict)
    }
}

/// `"auto"`, `"none"`, `"required"`, or the function that must be called.
struct BatchToolChoice: Decodable {
    private struct Named: Decodable {
        struct Function: Decodable {
            var name: String
        }

        var function: Function
    }

    let choice: ToolChoice

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard let word = try? value.decode(String.self) else {
            choice = .function(try value.decode(Named.self).function.name)
            return
        }
        switch word {
        case "auto": choice = .auto
        case "none": choice = .none
        case "required": choice = .required
        default:
            throw DecodingError.dataCorruptedError(
                in: value, debugDescription: "expected one of auto, none, required, or a function")
        }
    }
}

/// The form of the answer, in OpenAI's shape.
struct BatchResponseFormat: Decodable {
    private struct Schema: Decodable {
        var name: String
        var schema: JSONValue
        var strict: Bool?
    }

    private enum CodingKeys: String, CodingKey {
        case type
        case jsonSchema = "json_schema"
    }

    let format: ResponseFormat

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        switch try fields.decode(String.self, forKey: .type) {
        case "text": format = .text
        case "json_object": format = .json
        case "json_schema":
            let schema = try fields.decode(Schema.self, forKey: .jsonSchema)
            format = .jsonSchema(
                name: schema.name, schema: JSONText(schema.schema.description), strict: schema.strict ?? false)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: fields, debugDescription: "expected one of text, json_object, json_schema")
        }
    }
}

/// One text or a list of texts.
struct BatchStop: Decodable {
    let texts: [String]

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        texts = try (try? value.decode(String.self)).map { [$0] } ?? value.decode([String].self)
    }
}

/// How much the model reasons, by its name.
struct BatchReasoningEffort: Decodable {
    let effort: ReasoningEffort

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard let effort = ReasoningEffort(rawValue: try value.decode(String.self)) else {
            let known = ReasoningEffort.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "expected one of \(known)")
        }
        self.effort = effort
    }
}
