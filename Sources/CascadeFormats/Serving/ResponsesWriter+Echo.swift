/// What a request said and its answer repeats.
extension ResponsesWriter {
    /// Members, each after a comma.
    static func echo(of call: ResponsesCall) -> [UInt8] {
        let request = call.request
        var json = JSONBytes()
        json.raw(
            #","background":false,"previous_response_id":null,"store":false,"truncation":"disabled","instructions":"#)
        json.optional(call.instructions)
        json.raw(#","max_output_tokens":"#)
        json.optional(request.maxTokens?.description, isQuoted: false)
        json.raw(#","temperature":"#)
        json.optional(request.temperature?.description, isQuoted: false)
        json.raw(#","top_p":"#)
        json.optional(request.topP?.description, isQuoted: false)
        json.raw(#","user":"#)
        json.optional(request.user)
        json.raw(#","metadata":"#)
        json.raw(Array((call.metadata?.text ?? "{}").utf8))
        json.raw(request.parallelToolCalls ?? true ? #","parallel_tool_calls":true"# : #","parallel_tool_calls":false"#)
        json.raw(#","reasoning":{"effort":"#)
        json.optional(request.reasoningEffort?.rawValue)
        json.raw(#","summary":null},"text":{"format":"#)
        write(request.responseFormat, to: &json)
        json.raw(#"},"tool_choice":"#)
        write(request.toolChoice ?? .auto, to: &json)
        json.raw(#","tools":["#)
        for (index, tool) in request.tools.enumerated() {
            if index > 0 { json.raw(",") }
            write(tool, to: &json)
        }
        json.raw("]")
        return json.bytes
    }

    private static func write(_ format: ResponseFormat, to json: inout JSONBytes) {
        switch format {
        case .text: json.raw(#"{"type":"text"}"#)
        case .json: json.raw(#"{"type":"json_object"}"#)
        case .jsonSchema(let name, let schema, let strict):
            json.raw(#"{"type":"json_schema","name":"#)
            json.string(name)
            json.raw(strict ? #","strict":true,"schema":"# : #","strict":false,"schema":"#)
            json.raw(Array(schema.text.utf8))
            json.raw("}")
        }
    }

    private static func write(_ choice: ToolChoice, to json: inout JSONBytes) {
        switch choice {
        case .auto: json.raw("\"auto\"")
        case .none: json.raw("\"none\"")
        case .required: json.raw("\"required\"")
        case .function(let name):
            json.raw(#"{"type":"function","name":"#)
            json.string(name)
            json.raw("}")
        }
    }

    private static func write(_ tool: Tool, to json: inout JSONBytes) {
        json.raw(#"{"type":"function","name":"#)
        json.string(tool.name)
        json.raw(#","description":"#)
        json.optional(tool.description)
        json.raw(#","parameters":"#)
        json.optional(tool.parameters?.text, isQuoted: false)
        json.raw(tool.strict ?? false ? #","strict":true}"# : #","strict":false}"#)
    }
}

extension JSONBytes {
    /// The text, in quotes or as JSON of its own; null where there is none.
    fileprivate mutating func optional(_ text: String?, isQuoted: Bool = true) {
        guard let text else { return raw("null") }
        if isQuoted { string(text) } else { raw(Array(text.utf8)) }
    }
}
