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

    /// One line without control characters and keys, cut at ``longest``. What was cut ends with "…", so that whoever
    /// knows the secrets can tell where the beginning of one may stand.
    static func clean(_ text: String) -> String {
        if text.utf8.count <= longest, MessageLine.holds(text) { return text }
        // Far more than is kept, so that a huge text costs little.
        let kept = text.unicodeScalars.prefix(4 * longest)
        let isCut = kept.endIndex < text.unicodeScalars.endIndex
        let line = MessageLine(kept, capacity: min(text.utf8.count, 4 * longest) + 1).text
        let cleaned = isCut ? line + "…" : line
        return cleaned.count <= longest ? cleaned : String(cleaned.prefix(longest - 1)) + "…"
    }

    /// A `Location` without what is between a person and the server: no user, no query, no fragment.
    static func address(_ location: String) -> String {
        let bare = location.prefix { $0 != "?" && $0 != "#" }
        guard let start = bare.firstRange(of: "//")?.upperBound else { return withoutUser(bare[...]) }
        let authority = bare[start...].prefix { $0 != "/" && $0 != "\\" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return withoutUser(bare[..<start] + host + bare[authority.endIndex...])
    }

    /// An "@" in what seems to be the path may be that of a password with a slash in it.
    private static func withoutUser(_ address: Substring) -> String {
        address.contains("@") ? "another address" : clean(String(address))
    }
}
