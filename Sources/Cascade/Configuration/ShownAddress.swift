/// An address that shows no more than its scheme, host and port when it is turned into text.
///
/// A configuration made in code may hold one with a password or a key in it. No router will use it, but the
/// configuration can still be printed.
struct ShownAddress: Sendable, Hashable {
    let text: String
}

extension ShownAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String {
        guard let schemeEnd = text.firstRange(of: "://") else { return "<redacted>" }
        // A password may hold any of the characters that end a host.
        guard !text.contains("@") else { return "<redacted>" }
        let authority = text[schemeEnd.upperBound...].prefix { !"/?#".contains($0) }
        return String(text[..<schemeEnd.upperBound] + authority)
    }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
