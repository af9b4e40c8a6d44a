/// Removes what looks like a credential.
enum Redaction {
    private static let mark = "[redacted]"
    /// How keys begin: OpenAI, Anthropic and their imitators, xAI, Groq, Google, Fireworks, Hugging Face, AWS.
    private static let prefixes = ["sk-", "sk_", "pk-", "xai-", "gsk_", "AIza", "fw_", "hf_", "AKIA", "ya29."]
    private static let names = ["key", "token", "secret", "password"]
    private static let quotes = "\"'`()[]{}<>.,:;"

    /// Joins the words by spaces, without the credentials among them.
    static func redact(_ words: [Substring]) -> String {
        var result: [String] = []
        var isAfterBearer = false
        for word in words {
            result.append(isAfterBearer ? mark : redact(word))
            isAfterBearer = isAfterBearer ? false : isBearer(word)
        }
        return result.joined(separator: " ")
    }

    private static func isBearer(_ word: Substring) -> Bool {
        let bare = word.lowercased().filter { !quotes.contains($0) }
        return bare == "bearer" || bare == "authorizationbearer"
    }

    private static func redact(_ word: Substring) -> String {
        let core = word.drop { quotes.contains($0) }
        if prefixes.contains(where: { core.hasPrefix($0) && core.count > $0.count + 3 }) { return mark }
        var result = ""
        var rest = word
        // What follows "key=" in an address, or stands in the middle of a word behind quotes and colons.
        while let position = secret(in: rest) {
            result += rest[..<position] + mark
            rest = rest[position...].drop { !"&\"'`,;)}]".contains($0) }
        }
        return result + rest
    }

    /// Where the next credential within a word begins.
    private static func secret(in word: Substring) -> Substring.Index? {
        var index = word.startIndex
        while index < word.endIndex {
            let rest = word[index...]
            if index > word.startIndex, !isWordCharacter(word[word.index(before: index)]),
                prefixes.contains(where: { rest.hasPrefix($0) && rest.count > $0.count + 3 })
            {
                return index
            }
            if word[index] == "=", isSecretName(word[..<index]), word.index(after: index) < word.endIndex,
                !rest.dropFirst().hasPrefix(mark)
            {
                return word.index(after: index)
            }
            index = word.index(after: index)
        }
        return nil
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "-" || character == "_"
    }

    private static func isSecretName(_ text: Substring) -> Bool {
        let lower = text.lowercased()
        return names.contains { lower.hasSuffix($0) }
    }
}
