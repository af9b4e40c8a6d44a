public struct BaselineReply: Sendable {
    public var content: String
    public var provider: String
    /// HTTP exchanges it took, failed ones included.
    public var attempts: Int
    /// From the call until the first byte of the answer's body was here. The caller sees it only with all the rest.
    public var firstByte: Duration
}

public enum BaselineError: Error, CustomStringConvertible {
    /// The exchange itself failed; libcurl's words.
    case transport(String)
    case status(Int, body: String)
    /// The response is not what the format promises.
    case malformed(String)
    /// Every provider's failure, in order.
    case allFailed([String])

    public var description: String {
        switch self {
        case .transport(let message): return message
        case .status(let status, let body): return "status " + String(status) + ": " + body
        case .malformed(let message): return message
        case .allFailed(let failures): return "all providers failed: " + failures.joined(separator: "; ")
        }
    }
}
