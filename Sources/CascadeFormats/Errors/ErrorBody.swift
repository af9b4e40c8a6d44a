/// What an error's body says, in any of the shapes that providers, their gateways and their proxies use.
///
/// - `{"error": {"message", "type", "code", "param"}}`: OpenAI and most others; `code` may be a number
/// - `{"error": "text", "code"?}`: xAI, Ollama, older Together
/// - `{"object": "error", "message", "type", "code"}`: Mistral, older vLLM
/// - `{"type": "error", "error": {"type", "message", "details": {"error_code"}}, "request_id"}`: Anthropic
/// - `{"error": {"code", "message", "status", "details": [...]}}`, or that in an array: Gemini
/// - `{"detail": "text"}` or `{"detail": [{"msg"}]}`: FastAPI; `{"fault": {"faultstring"}}`: API gateways
/// - `{"message": "text"}`: AWS and others
struct ErrorBody {
    /// The shape of the body says that it is an error. One that only has a message may be anything.
    private(set) var isError = false
    private(set) var message: String?
    /// The provider's codes from the most to the least precise: a code, a reason, a status word, a type.
    private(set) var codes: [String] = []
    /// A code that is an HTTP status.
    private(set) var status: Int?
    /// Gemini's `RetryInfo`.
    private(set) var retryDelay: Duration?
    private(set) var requestID: String?
    private(set) var isHTML = false

    init(_ body: RawSpan, count: Int, parser: JSONParser) {
        let start = RecordBytes.start(of: body, count: count)
        guard start < count else { return }
        isHTML = body[start] == UInt8(ascii: "<")
        guard let hits = try? parser.scan(body, count: count, plan: ErrorTag.plan) else {
            // A proxy's plain words, perhaps.
            if !isHTML { message = Self.plainText(body, start: start, count: count) }
            return
        }
        read(hits)
    }

    private mutating func read(_ hits: JSONHits<ErrorTag>) {
        var ranked = RankedCodes()
        var weakMessage: String?
        for i in 0..<hits.count {
            let hit = hits[i]
            switch hits.tag(i) {
            case .error where hit.isText, .fault where hit.isText:
                isError = true
                message = message ?? hit.text
            case .error where hit.isObject, .fault where hit.isObject: isError = isError || !hits[i + 1].isEnd
            case .object: isError = isError || hit.equals("error")
            case .message: message = hit.text ?? message
            case .plainMessage, .detail: weakMessage = weakMessage ?? hit.text
            case .code where hit.isNumber: status = Self.status(hit.count) ?? status
            case .code:
                guard let text = hit.text else { break }
                if let number = Int(text) { status = Self.status(number) ?? status } else { ranked.append(text, .code) }
            case .reason: if let text = hit.text { ranked.append(text, .reason) }
            case .type: if let text = hit.text, text != "error" { ranked.append(text, .type) }
            case .retryDelay: retryDelay = hit.text.flatMap { DurationText.parse($0[...]) } ?? retryDelay
            case .requestID: requestID = hit.text.map(ErrorMessage.clean) ?? requestID
            default: break
            }
        }
        if weakMessage != nil, ranked.hasCodeOrType || hasDetail(hits) { isError = true }
        message = message ?? weakMessage
        codes = ranked.codes
    }

    private func hasDetail(_ hits: JSONHits<ErrorTag>) -> Bool {
        (0..<hits.count).contains { hits.tag($0) == .detail }
    }

    private static func status(_ number: Int?) -> Int? {
        number.flatMap { (300...599).contains($0) ? $0 : nil }
    }

    private static func plainText(_ body: RawSpan, start: Int, count: Int) -> String {
        let end = min(count, start + 2048)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - start)
        for i in start..<end {
            bytes.append(body[i])
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return end < count ? text + "…" : text
    }
}

/// Codes in the order of their rank, whatever order they come in; those of one rank stay as they come.
private struct RankedCodes {
    enum Rank {
        case reason
        case code
        case type
    }

    private(set) var codes: [String] = []
    private var reasons = 0
    private var reasonsAndCodes = 0

    var hasCodeOrType: Bool { codes.count > reasons }

    mutating func append(_ code: String, _ rank: Rank) {
        // Two or three is what most errors have: one allocation.
        if codes.isEmpty { codes.reserveCapacity(4) }
        switch rank {
        case .reason:
            codes.insert(code, at: reasons)
            reasons += 1
            reasonsAndCodes += 1
        case .code:
            codes.insert(code, at: reasonsAndCodes)
            reasonsAndCodes += 1
        case .type: codes.append(code)
        }
    }
}

/// What is read of an error's body.
enum ErrorTag: UInt16 {
    case error = 1
    case object, fault, message, plainMessage, detail, code, reason, type, retryDelay, requestID
}

extension ErrorTag {
    private typealias Node = JSONNode<ErrorTag>

    private static let detailNodes: [Node] = [
        Node("retryDelay", .retryDelay), Node("reason", .reason), Node("error_code", .reason),
    ]

    private static let errorNodes: [Node] = [
        Node("message", .message),
        Node("type", .type),
        Node("code", .code),
        Node("status", .code),
        Node("innererror", nil, [Node("code", .reason)]),
        Node("details", nil, detailNodes + [Node("*", nil, detailNodes)]),
    ]

    private static let rootNodes: [Node] = [
        Node("error", .error, errorNodes),
        Node("object", .object),
        Node("message", .plainMessage),
        Node("type", .type),
        Node("code", .code),
        Node("detail", .detail, [Node("*", nil, [Node("msg", .detail)])]),
        Node(
            "fault", .fault,
            [Node("faultstring", .message), Node("detail", nil, [Node("errorcode", .code)])]),
        Node("request_id", .requestID),
        Node("x_groq", nil, [Node("error", .error, errorNodes)]),
        Node("choices", nil, [Node("*", nil, [Node("error", .error, errorNodes)])]),
    ]

    static let plan = JSONPlan<ErrorTag>(rootNodes + [Node("*", nil, rootNodes)])
}
