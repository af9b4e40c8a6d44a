/// Writes JSON into an arena, commas included.
///
/// What it has written is a prefix of valid JSON as long as begin and end calls balance and every key is followed by
/// one value. It can start inside an open object, which is how a body is cut into head and tail.
struct JSONWriter {
    private var buffer: ArenaBuffer
    private var needsComma = false

    init(arena: RequestArena, capacity: Int) throws(EncodingError) {
        buffer = try ArenaBuffer(arena: arena, capacity: capacity)
    }

    // MARK: Structure

    mutating func beginObject() throws(EncodingError) {
        try begin(UInt8(ascii: "{"))
    }

    mutating func endObject() throws(EncodingError) {
        try end(UInt8(ascii: "}"))
    }

    mutating func beginArray() throws(EncodingError) {
        try begin(UInt8(ascii: "["))
    }

    mutating func endArray() throws(EncodingError) {
        try end(UInt8(ascii: "]"))
    }

    /// A member's name, which must need no escape.
    mutating func key(_ name: StaticString) throws(EncodingError) {
        try separate()
        try buffer.append(UInt8(ascii: "\""))
        try buffer.append(name)
        try buffer.append("\":" as StaticString)
        needsComma = false
    }

    /// Ends the head of a cut object: its last member is followed by a comma, and the tail's first one needs none.
    mutating func endHead() throws(EncodingError) {
        if needsComma { try buffer.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    // MARK: Values

    mutating func value(_ text: String) throws(EncodingError) {
        try beginString()
        try append(text)
        try endString()
    }

    mutating func value(_ number: Int) throws(EncodingError) {
        try separate()
        try buffer.append(number.description)
        needsComma = true
    }

    /// The shortest text that reads back as the same number. JSON has no infinity and no NaN: both are refused.
    mutating func value(_ number: Double, field: RequestField) throws(EncodingError) {
        guard number.isFinite else { throw .invalidRequest(field.rawValue, "must be a finite number") }
        try separate()
        try buffer.append(number.description)
        needsComma = true
    }

    mutating func value(_ truth: Bool) throws(EncodingError) {
        try separate()
        try buffer.append(truth ? "true" as StaticString : "false")
        needsComma = true
    }

    mutating func null() throws(EncodingError) {
        try separate()
        try buffer.append("null" as StaticString)
        needsComma = true
    }

    /// A text known to be JSON, or to need no escape inside quotes that it brings along.
    mutating func literal(_ json: StaticString) throws(EncodingError) {
        try separate()
        try buffer.append(json)
        needsComma = true
    }

    /// Embeds the caller's JSON verbatim once it is proved to be one object.
    mutating func object(_ text: String, field: @autoclosure () -> String) throws(EncodingError) {
        guard try buffer.isJSON(text, object: true) else {
            throw EncodingError(code: .invalidJSON, field: field(), message: "must be one complete JSON object")
        }
        try separate()
        try buffer.append(text)
        needsComma = true
    }

    /// As ``object(_:field:)``, for a schema: an object, or one of the schemas `true` and `false`.
    mutating func schema(_ json: JSONText, field: @autoclosure () -> String) throws(EncodingError) {
        let isSchema = try buffer.isJSON(json.text, object: true) || json.text == "true" || json.text == "false"
        guard isSchema else {
            throw EncodingError(code: .invalidJSON, field: field(), message: "must be a JSON schema")
        }
        try separate()
        try buffer.append(json.text)
        needsComma = true
    }

    // MARK: Strings in pieces

    mutating func beginString() throws(EncodingError) {
        try separate()
        try buffer.append(UInt8(ascii: "\""))
    }

    mutating func append(_ text: String) throws(EncodingError) {
        try buffer.appendEscaped(text)
    }

    mutating func endString() throws(EncodingError) {
        try buffer.append(UInt8(ascii: "\""))
        needsComma = true
    }

    consuming func finish() -> ArenaBytes {
        buffer.finish()
    }

    private mutating func begin(_ bracket: UInt8) throws(EncodingError) {
        try separate()
        try buffer.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) throws(EncodingError) {
        try buffer.append(bracket)
        needsComma = true
    }

    private mutating func separate() throws(EncodingError) {
        if needsComma { try buffer.append(UInt8(ascii: ",")) }
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, _ text: String) throws(EncodingError) {
        try key(name)
        try value(text)
    }

    mutating func member(_ name: StaticString, literal json: StaticString) throws(EncodingError) {
        try key(name)
        try literal(json)
    }

    mutating func member(_ name: StaticString, _ number: Int?) throws(EncodingError) {
        guard let number else { return }
        try key(name)
        try value(number)
    }

    mutating func member(_ name: StaticString, _ number: Double?, field: RequestField) throws(EncodingError) {
        guard let number else { return }
        try key(name)
        try value(number, field: field)
    }

    mutating func member(_ name: StaticString, _ truth: Bool?) throws(EncodingError) {
        guard let truth else { return }
        try key(name)
        try value(truth)
    }

    mutating func member(_ name: StaticString, _ texts: [String]) throws(EncodingError) {
        guard !texts.isEmpty else { return }
        try key(name)
        try beginArray()
        for text in texts { try value(text) }
        try endArray()
    }
}
