/// Rules for header fields that a configuration adds to requests, from a file or in code.
enum HeaderField {
    /// Fields that belong to the router: another value would break the framing of requests or responses.
    private static let own: Set<String> = [
        "accept-encoding", "connection", "content-length", "content-type", "expect", "te", "transfer-encoding",
        "upgrade",
    ]

    /// Why a field of this name cannot be sent, in words that do not show it; `nil` if it can.
    static func problem(name: String) -> String? {
        if name.isEmpty || !name.utf8.allSatisfy(isTokenByte) {
            return "expected the name of a header field, found another text"
        }
        let lowercased = name.lowercased()
        return own.contains(lowercased) ? "the header field \(lowercased) is the router's own to set" : nil
    }

    /// Whether the value stays within its line.
    static func isClean(value: String) -> Bool {
        value.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
    }

    /// RFC 9110, section 5.6.2: what a field's name is made of.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
