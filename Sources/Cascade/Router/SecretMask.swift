#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Takes a provider's credentials out of texts: providers quote keys back in their error messages.
///
/// A secret is found as it is, in base64, and with any of its bytes escaped as in a URL (`%2F`) or in JSON (`\/`).
struct SecretMask: Sendable {
    static let mark = "[redacted]"
    // Shorter texts are no credentials, and would be found in words that mean something.
    private static let shortest = 6

    private let secrets: [[UInt8]]

    init(_ configuration: ProviderConfiguration) {
        var secrets: Set<String> = []
        if let key = configuration.apiKey?.reveal() { secrets.insert(key) }
        for value in configuration.headers.values {
            // "Bearer abc" may come back as "abc".
            secrets.formUnion(value.reveal().split(whereSeparator: \.isWhitespace).map(String.init))
        }
        secrets = secrets.filter { $0.utf8.count >= Self.shortest }
        secrets.formUnion(secrets.flatMap(Self.inBase64))
        // The longest first, for one may be a part of another.
        self.secrets = secrets.sorted { ($1.utf8.count, $1) < ($0.utf8.count, $0) }.map { Array($0.utf8) }
    }

    /// In both alphabets. The padding may be there or not, and says nothing.
    private static func inBase64(_ secret: String) -> [String] {
        let text = Data(secret.utf8).base64EncodedString().prefix { $0 != "=" }
        return [String(text), String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })]
    }

    var isEmpty: Bool { secrets.isEmpty }

    func apply(_ text: String) -> String {
        // A message that was shortened may end within a secret.
        let isCut = text.hasSuffix("…")
        var bytes = Array((isCut ? text.dropLast() : text[...]).utf8)
        for secret in secrets {
            bytes = Self.masking(secret, in: bytes, isCut: isCut)
        }
        return String(decoding: bytes, as: UTF8.self) + (isCut ? "…" : "")
    }

    private static func masking(_ secret: [UInt8], in text: [UInt8], isCut: Bool) -> [UInt8] {
        var masked: [UInt8] = []
        var position = 0
        while position < text.count {
            let end =
                end(of: secret, from: position, in: text, isCut: isCut, spelling: .plain)
                ?? end(of: secret, from: position, in: text, isCut: isCut, spelling: .escaped)
            if end == nil { masked.append(text[position]) } else { masked.append(contentsOf: mark.utf8) }
            position = end ?? position + 1
        }
        return masked
    }

    /// Where the secret ends that begins at `start`; `nil` if there is none.
    private static func end(
        of secret: [UInt8], from start: Int, in text: [UInt8], isCut: Bool, spelling: WrittenByte.Spelling
    ) -> Int? {
        var position = start
        for index in secret.indices {
            guard let written = WrittenByte(at: position, of: text, spelling) else {
                return isCut && index >= shortest / 2 ? text.count : nil
            }
            guard written.value == secret[index] else { return nil }
            position += written.length
        }
        return position
    }
}

// The bytes of a secret are no better shown than its text.
extension SecretMask: CustomStringConvertible, CustomReflectable {
    var description: String { "<\(secrets.count) secrets>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// One byte of a secret as a text writes it.
private struct WrittenByte {
    enum Spelling {
        /// As it is, which also finds a secret that holds a "%" or a backslash itself.
        case plain
        /// In whatever way URLs and JSON have for it, or as it is.
        case escaped
    }

    var value: UInt8
    var length: Int

    /// `nil` where the text ends before the byte does.
    init?(at position: Int, of text: [UInt8], _ spelling: Spelling) {
        let rest = text[position...]
        guard let first = rest.first else { return nil }
        (value, length) = (first, 1)
        guard spelling == .escaped else { return }
        switch first {
        case UInt8(ascii: "%"):
            guard rest.count >= 3 else { return nil }
            if let escaped = UInt8(hexadecimal: rest.dropFirst().prefix(2)) { (value, length) = (escaped, 3) }
        case UInt8(ascii: "\\"):
            guard let next = rest.dropFirst().first else { return nil }
            (value, length) = (next, 2)
            guard next == UInt8(ascii: "u") else { return }
            guard rest.count >= 6 else { return nil }
            if let escaped = UInt8(hexadecimal: rest.dropFirst(2).prefix(4)) { (value, length) = (escaped, 6) }
        default: break
        }
    }
}

extension UInt8 {
    fileprivate init?(hexadecimal digits: ArraySlice<UInt8>) {
        // The initializer would take a sign too.
        guard digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-") else { return nil }
        self.init(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
