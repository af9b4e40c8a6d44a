/// Reads the lines of `POST /api/pull`. Only the line of success proves that the model is there.
public struct OllamaPullDecoder: ~Copyable, Sendable {
    /// What one line says.
    public enum Line: Sendable, Hashable {
        /// A step under way. Bytes are known while a layer is being fetched.
        case progress(status: String, digest: String?, total: Int?, completed: Int?)
        /// The model has been pulled.
        case success
        /// The pull has failed, or the line is none of Ollama's.
        case failed(ProviderError)
    }

    private enum Tag: UInt16 {
        case error = 1
        case status, digest, total, completed
    }

    private static let plan = JSONPlan<Tag>([
        JSONNode("status", .status), JSONNode("digest", .digest), JSONNode("total", .total),
        JSONNode("completed", .completed), JSONNode("error", .error),
    ])

    private let parser = JSONParserPool.take()

    public init() {}

    deinit {
        JSONParserPool.giveBack(parser)
    }

    /// - Parameters:
    ///   - line: `count` bytes of payload, and at least 64 readable bytes after them.
    ///   - count: How many bytes are payload.
    public func decode(_ line: RawSpan, count: Int) -> Line {
        guard let hits = try? parser.scan(line, count: count, plan: Self.plan) else { return Self.unreadable }
        var status: String?
        var digest: String?
        var total: Int?
        var completed: Int?
        for i in 0..<hits.count {
            switch hits.tag(i) {
            case .error where hits[i].isFilled:
                let body = ErrorBody(line, count: count, parser: parser)
                return .failed(ErrorClassifier.classify(type: .ollama, status: nil, body: body))
            case .status: status = hits[i].text
            case .digest: digest = hits[i].text
            case .total: total = hits[i].count
            case .completed: completed = hits[i].count
            default: break
            }
        }
        guard let status else { return Self.unreadable }
        return status == "success"
            ? .success : .progress(status: status, digest: digest, total: total, completed: completed)
    }

    private static let unreadable = Line.failed(
        ProviderError(kind: .invalidResponse, message: "a line of the pull is not Ollama's"))
}
