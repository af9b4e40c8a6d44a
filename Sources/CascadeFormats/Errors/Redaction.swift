/// Tells what looks like a credential, which is then removed.
///
/// The whole word goes, from blank to blank. Half a key would be worse than a lost address: whoever knows the key, and
/// takes it out exactly, would not find it any more.
enum Redaction {
    static let mark = "[redacted]"
    /// How keys begin: OpenAI, Anthropic and their imitators, xAI, Groq, Google, Fireworks, Hugging Face, AWS.
    private static let prefixes = ["sk-", "sk_", "pk-", "xai-", "gsk_", "AIza", "fw_", "hf_", "AKIA", "ya29."]
    /// A bit for the first letter of each of them: where no key can begin, which is nearly everywhere, nothing else is
    /// looked at. Letters may share a bit.
    private static let beginnings = prefixes.reduce(into: UInt64(0)) { bits, prefix in
        for byte in prefix.utf8.prefix(1) { bits |= bit(byte) }
    }
    private static let names = ["key", "token", "secret", "password"]
    private static let quotes = "\"'`()[]{}<>.,:;"

    /// Whether the next word is a credential.
    static func isBearer(_ word: Span<UInt8>) -> Bool {
        reads(word, "bearer") || reads(word, "authorizationbearer")
    }

    /// Whether the word reads so without its quotes.
    private static func reads(_ word: Span<UInt8>, _ expected: String) -> Bool {
        let expected = expected.utf8Span.span
        var matched = 0
        for index in word.indices where !quotes.utf8.contains(word[index]) {
            guard matched < expected.count, word[index].asciiLowercase == expected[matched] else { return false }
            matched += 1
        }
        return matched == expected.count
    }

    static func holdsCredential(_ word: Span<UInt8>) -> Bool {
        var isAfterWordCharacter = false
        for index in word.indices {
            let byte = word[index]
            let isWordCharacter = isWordCharacter(byte)
            if isWordCharacter, !isAfterWordCharacter, beginsKey(word, at: index) { return true }
            if byte == UInt8(ascii: "="), index + 1 < word.count, isSecretName(word.extracting(..<index)) {
                return true
            }
            isAfterWordCharacter = isWordCharacter
        }
        return false
    }

    private static func beginsKey(_ word: Span<UInt8>, at index: Int) -> Bool {
        guard beginnings & bit(word[index]) != 0 else { return false }
        for prefix in prefixes where word.has(prefix, at: index, anyCase: false) {
            if word.count - index - prefix.utf8.count > 3 { return true }
        }
        return false
    }

    private static func bit(_ byte: UInt8) -> UInt64 { 1 << UInt64(byte & 63) }

    /// Letters beyond ASCII are none of it: rather a word too many is removed than a key behind a typographic quote left.
    private static func isWordCharacter(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Whether the text ends with a name such as `api_key`: what follows "=" is then its value.
    private static func isSecretName(_ text: Span<UInt8>) -> Bool {
        for name in names where name.utf8.count <= text.count {
            if text.has(name, at: text.count - name.utf8.count) { return true }
        }
        return false
    }
}
