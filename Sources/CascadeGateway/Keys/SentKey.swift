#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The key that came with a request.
struct SentKey: Equatable {
    var text: String
    /// A browser sends it along by itself, also where a page of another site asks.
    var isAmbient = false

    /// From `Authorization`, as a bearer's or as a password, else from `x-api-key`.
    init?(authorization: String?, apiKey: String?) {
        if let authorization, let space = authorization.firstIndex(of: " ") {
            let scheme = authorization[..<space].lowercased()
            let rest = authorization[space...].drop { $0 == " " }
            if scheme == "bearer", !rest.isEmpty {
                text = String(rest)
                return
            }
            if scheme == "basic", let password = Self.password(rest) {
                text = password
                isAmbient = true
                return
            }
        }
        guard let apiKey, !apiKey.isEmpty else { return nil }
        text = apiKey
    }

    private static func password(_ base64: Substring) -> String? {
        guard let data = Data(base64Encoded: String(base64)), let colon = data.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        return String(decoding: data[data.index(after: colon)...], as: UTF8.self)
    }
}
