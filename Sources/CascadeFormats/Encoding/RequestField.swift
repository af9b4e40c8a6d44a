/// The fields of a request that some format cannot express, by the names they are reported under.
///
/// Not reported, because nothing the caller asked for is lost: the label of a JSON schema, reasoning text of earlier
/// turns (a format that needs none is sent none), `tool_choice` and `parallel_tool_calls` of a request without tools,
/// and a level or number moved to the nearest that the format knows.
public enum RequestField: String, Sendable, Hashable, CaseIterable {
    case temperature
    case topP = "top_p"
    case presencePenalty = "presence_penalty"
    case frequencyPenalty = "frequency_penalty"
    case stop
    case seed
    case toolStrict = "tools.strict"
    case toolChoice = "tool_choice"
    case parallelToolCalls = "parallel_tool_calls"
    case responseFormat = "response_format"
    /// JSON is asked for, but not the schema.
    case responseSchema = "response_format.schema"
    case reasoningEffort = "reasoning_effort"
    case user
    case messageName = "messages.name"
    /// An image in a turn that can hold none.
    case image = "messages.image"
    /// An image given by its address.
    case imageURL = "messages.image_url"
    case imageDetail = "messages.image_detail"
    case audio = "messages.audio"
    /// That a tool failed; its text is still sent.
    case toolError = "messages.is_error"
}

/// Collects what is left out of one body; refuses at the first such field when the settings are strict.
struct FieldReport {
    let type: ProviderType
    let strict: Bool
    private var dropped: Set<RequestField> = []

    init(options: EncodingOptions) {
        self.type = options.type
        self.strict = options.strict
    }

    mutating func drop(_ field: RequestField) throws(EncodingError) {
        guard !strict else { throw .unsupported(field.rawValue, by: type) }
        dropped.insert(field)
    }

    /// In the order of ``RequestField``, so that equal requests report equally.
    var names: [String] {
        dropped.isEmpty ? [] : RequestField.allCases.filter(dropped.contains).map(\.rawValue)
    }
}
