/// Makes a provider's words fit to be shown and logged: short, one line, no markup, no secret.
enum ErrorMessage {
    /// The longest message, in characters.
    static let longest = 300

    static func make(_ body: ErrorBody, status: Int?) -> String {
        if body.isHTML { return status.map { "an HTML page (\($0))" } ?? "an HTML page" }
        let message = body.message.map(clean) ?? ""
        if message.isEmpty { return status.map { "status \($0) without a message" } ?? "an error without a message" }
        return message.hasPrefix("<") ? "an HTML page" : message
    }

    /// One line without control characters and keys, cut at ``longest``.
    static func clean(_ text: String) -> String {
        var words: [Substring] = []
        var length = 0
        // Far more than is kept, so that a huge text costs little.
        let line = String(String.UnicodeScalarView(text.unicodeScalars.prefix(4 * longest).map(visible)))
        for word in line.split(separator: " ") where length <= longest {
            words.append(word)
            length += word.count + 1
        }
        let cleaned = Redaction.redact(words)
        return cleaned.count <= longest ? cleaned : String(cleaned.prefix(longest - 1)) + "…"
    }

    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: " "
        default: scalar
        }
    }
}
