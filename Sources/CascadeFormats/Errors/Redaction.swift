/// Removes what looks like a credential.
///
/// The whole word goes, from blank to blank. Half a key would be worse than a lost address: whoever knows the key, and
/// takes it out exactly, would not find it any more.
enum Redaction {
    private static let mark = "[redacted]"
    /// How keys begin: OpenAI, Anthropic and their imitators, xAI, Groq, Google, Fireworks, Hugging Face, AWS.
    private static let prefixes = ["sk-", "sk_", "pk-", "xai-", "gsk_", "AIza", "fw_", "hf_", "AKIA", "ya29."]
    private static let names = ["key", "token", "secret", "password"]
    private static let quotes = "\"'`()[]{}<>.,:;"

    /// Joins the words by spaces, without the credentials among them.
    static func redact(_ words: [Substring]) -> String {
        var result: [Substring] = []
        var isAfterBearer = false
        for word in words {
            result.append(isAfterBearer || holdsCredential(word) ? mark[...] : word)
            isAfterBearer = isAfterBearer ? false : isBearer(word)
        }
        return result.joined(separator: " ")
    }

    private static func isBearer(_ word: Substring) -> Bool {
        let bare = word.lowercased().filter { !quotes.contains($0) }
        return bare == "bearer" || bare == "authorizationbearer"
    }

    private static func holdsCredential(_ word: Substring) -> Bool {
        var isAfterWordCharacter = false
        for index in word.indices {
            let rest = word[index...]
            if !isAfterWordCharacter, beginsKey(rest) { return true }
            if word[index] == "=", rest.count > 1, isSecretName(word[..<index]) { return true }
            isAfterWordCharacter = isWordCharacter(word[index])
        }
        return false
    }

    private static func beginsKey(_ text: Substring) -> Bool {
        prefixes.contains { text.hasPrefix($0) && text.dropFirst($0.count).count > 3 }
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "-" || character == "_"
    }

    /// Whether the text ends with a name such as `api_key`: what follows "=" is then its value.
    private static func isSecretName(_ text: Substring) -> Bool {
        let lower = text.lowercased()
        return names.contains { lower.hasSuffix($0) }
    }
}
