internal import Cascade
internal import CascadeFormats

/// An error as OpenAI's clients know it.
struct ErrorAnswer {
    enum Kind: String {
        case invalidRequest = "invalid_request_error"
        case rateLimit = "rate_limit_error"
        case server = "server_error"
    }

    var status: Int
    var type: Kind
    var code: String?
    var message: String
    var parameter: String?
    var fields: [(name: String, value: String)] = []

    init(status: Int, type: Kind, code: String?, message: String, parameter: String? = nil) {
        self.status = status
        self.type = type
        self.code = code
        self.message = message
        self.parameter = parameter
    }

    static var shuttingDown: ErrorAnswer {
        ErrorAnswer(status: 503, type: .server, code: "shutdown", message: "the gateway is shutting down")
    }

    init(_ error: ClientRequestError) {
        self.init(
            status: 400, type: .invalidRequest, code: nil, message: error.message, parameter: error.parameter)
    }

    init(_ error: CascadeError) {
        let (status, type) = Self.status(of: error)
        self.init(status: status, type: type, code: error.code.rawValue, message: error.message)
        if let retryAfter = error.retryAfter, status == 429 || status == 503 {
            fields.append(("retry-after", "\(retryAfter.wholeSeconds)"))
        }
        switch error.code {
        // Every provider has been tried, as often as the configuration says: a client's own tries would multiply that.
        case .allProvidersFailed, .deadlineExceeded: fields.append(("x-should-retry", "false"))
        default: break
        }
    }

    private static func status(of error: CascadeError) -> (Int, Kind) {
        switch error.code {
        case .invalidRequest, .contextLengthExceeded, .contentFiltered: (400, .invalidRequest)
        // Providers are there, and none can do what the request needs.
        case .noCandidate: error.skipped.isEmpty ? (503, .server) : (400, .invalidRequest)
        case .rateLimited: (429, .rateLimit)
        case .allProvidersFailed, .streamCut: (502, .server)
        case .deadlineExceeded: (504, .server)
        case .cancelled, .overloaded, .shutdown, .local: (503, .server)
        case .invalidConfiguration: (500, .server)
        }
    }

    /// `{"error":{"message":…,"type":…,"param":…,"code":…}}`
    var body: [UInt8] {
        var json = JSONBytes()
        json.raw(#"{"error":"#)
        json.raw(object)
        json.raw("}")
        return json.bytes
    }

    /// `{"message":…,"type":…,"param":…,"code":…}`
    var object: [UInt8] {
        var json = JSONBytes()
        json.raw(#"{"message":"#)
        json.string(message)
        json.raw(#","type":"#)
        json.string(type.rawValue)
        json.raw(#","param":"#)
        if let parameter { json.string(parameter) } else { json.raw("null") }
        json.raw(#","code":"#)
        if let code { json.string(code) } else { json.raw("null") }
        json.raw("}")
        return json.bytes
    }

    /// The same as the last event of a stream that had begun.
    var event: [UInt8] { Array("data: ".utf8) + body + Array("\n\n".utf8) }
}

extension Duration {
    /// As a `Retry-After` has it: never early.
    var wholeSeconds: Int64 { max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0)) }
}

extension Exchange {
    /// Answers with an error, in the format of the address; within the stream where one has begun.
    func refuse(_ error: ErrorAnswer, _ cascade: AnswerFields = AnswerFields()) {
        unhold()
        if isOpen {
            breakOff(isAnthropic ? error.anthropicEvent(requestID: requestID) : error.event, cascade)
        } else if isAnthropic {
            answerJSON(
                status: error.anthropicStatus, error.anthropicBody(requestID: requestID), cascade,
                fields: error.fields)
        } else {
            let body = path.hasPrefix(RouterAPI.prefix) ? RouterAPI.detail(error.message) : error.body
            answerJSON(status: error.status, body, cascade, fields: error.fields)
        }
    }
}
