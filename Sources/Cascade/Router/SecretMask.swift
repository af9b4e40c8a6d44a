/// Takes a provider's credentials out of texts: providers quote keys back in their error messages.
struct SecretMask: Sendable {
    static let mark = "[redacted]"
    // Shorter texts are no credentials, and would be found in words that mean something.
    private static let shortest = 6

    private let secrets: [String]

    init(_ configuration: ProviderConfiguration) {
        var secrets: Set<String> = []
        if let key = configuration.apiKey?.reveal() { secrets.insert(key) }
        for value in configuration.headers.values {
            // "Bearer abc" may come back as "abc".
            secrets.formUnion(value.reveal().split(separator: " ").map(String.init))
        }
        // The longest first, for one may be a part of another.
        self.secrets = secrets.filter { $0.utf8.count >= Self.shortest }.sorted { ($1.count, $1) < ($0.count, $0) }
    }

    var isEmpty: Bool { secrets.isEmpty }

    func apply(_ text: String) -> String {
        var text = text
        for secret in secrets {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: Self.mark)
            text = withoutBeginning(of: secret, atEndOf: text)
        }
        return text
    }

    /// A message that was shortened may end within the secret.
    private func withoutBeginning(of secret: String, atEndOf text: String) -> String {
        guard text.hasSuffix("…") else { return text }
        let body = text.dropLast()
        var length = min(secret.count - 1, body.count)
        while length >= Self.shortest / 2 {
            if body.hasSuffix(secret.prefix(length)) { return body.dropLast(length) + Self.mark + "…" }
            length -= 1
        }
        return text
    }
}
