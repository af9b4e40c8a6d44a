internal import Cascade

/// Which request goes where.
struct Routes: Sendable {
    let router: CascadeRouter
    let active: ActiveCount
    let gate: Gate
    let metrics: MetricsPage
    let dashboard: Dashboard

    func serve(_ exchange: Exchange) async {
        guard gate.lets(exchange) else { return }
        if let problem = exchange.problem { return exchange.refuse(Self.refusal(problem)) }
        exchange.activity = dashboard.activity
        switch exchange.path {
        case "/v1/chat/completions":
            if takes(exchange) { await ChatCompletions(router: router, exchange: exchange).serve() }
        case AnthropicMessages.path:
            if takes(exchange) { await AnthropicMessages(router: router, exchange: exchange).serve() }
        case "/v1/responses":
            if takes(exchange) { await Responses(router: router, exchange: exchange).serve() }
        case "/v1/embeddings":
            if takes(exchange) { await Embeddings(router: router, exchange: exchange).serve() }
        case "/v1/models":
            if exchange.allows("GET") { Models(router: router, exchange: exchange).list() }
        case let path where path.hasPrefix("/v1/models/"):
            if exchange.allows("GET") {
                Models(router: router, exchange: exchange).tell(String(path.dropFirst("/v1/models/".count)))
            }
        case let path where path == RouterAPI.prefix || path.hasPrefix(RouterAPI.prefix + "/"):
            await RouterAPI(router: router, exchange: exchange, isRefusing: active.isRefusing).serve()
        case "/healthz":
            if exchange.allows("GET") { exchange.tell(status: "ok", isWell: true) }
        case "/readyz":
            guard exchange.allows("GET") else { return }
            let isReady = router.isReady && !active.isRefusing
            exchange.tell(status: isReady ? "ready" : "not ready", isWell: isReady)
        case "/metrics":
            if exchange.allows("GET") { await metrics.answer(exchange) }
        case let path where Dashboard.owns(path):
            guard exchange.allows("GET") else { return }
            if await !dashboard.serve(exchange) { refuseUnknown(exchange) }
        default:
            refuseUnknown(exchange)
        }
    }

    private func refuseUnknown(_ exchange: Exchange) {
        exchange.refuse(
            ErrorAnswer(
                status: 404, type: .invalidRequest, code: "unknown_url",
                message: "unknown address: \(exchange.method) \(exchange.path.prefix(200))"))
    }

    /// Whether a model may be asked now.
    private func takes(_ exchange: Exchange) -> Bool {
        guard exchange.allows("POST") else { return false }
        if active.isRefusing { exchange.refuse(.shuttingDown) }
        return !active.isRefusing
    }

    private static func refusal(_ problem: Exchange.Problem) -> ErrorAnswer {
        switch problem {
        case .tooLarge:
            ErrorAnswer(
                status: 413, type: .invalidRequest, code: "request_too_large", message: "the body is too large")
        case .framing:
            ErrorAnswer(
                status: 400, type: .invalidRequest, code: "ambiguous_length",
                message: "where the body ends can be read in two ways")
        // Let in all the same: by an operator's address, or by a key of this moment.
        case .unwelcome:
            ErrorAnswer(
                status: 413, type: .invalidRequest, code: "request_too_large",
                message: "a body as large as this needs a key")
        case .noMemory:
            ErrorAnswer(status: 503, type: .server, code: "local", message: "the gateway is out of memory")
        }
    }
}

extension Exchange {
    /// Whether it was asked by this method, or for the head of what `GET` gives; refuses it otherwise.
    func allows(_ allowed: String) -> Bool {
        if method == allowed || (allowed == "GET" && method == "HEAD") { return true }
        var answer = ErrorAnswer(
            status: 405, type: .invalidRequest, code: "method_not_allowed",
            message: "\(path.prefix(200)) takes \(allowed), not \(method.prefix(20))")
        answer.fields = [("allow", allowed == "GET" ? "GET, HEAD" : allowed)]
        refuse(answer)
        return false
    }

    /// The fields that every answer has.
    func fields(_ contentType: String) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        // Those of the cascade, and a few more, will be added.
        fields.reserveCapacity(10)
        fields.append(("content-type", contentType))
        fields.append(("x-request-id", requestID))
        // Where Anthropic's clients look for it.
        if isAnthropic { fields.append(("request-id", requestID)) }
        return fields
    }

    /// - Parameter cascade: `nil` where it is not known who answers.
    func streamHead(_ cascade: AnswerFields? = nil) -> AnswerHead {
        var head = AnswerHead(status: 200, fields: fields("text/event-stream; charset=utf-8"))
        head.fields.append(("cache-control", "no-cache"))
        if let cascade { head.tell(cascade.told(since: receivedAt)) }
        return head
    }

    func answerJSON(
        status: Int = 200, _ body: [UInt8], _ cascade: AnswerFields = AnswerFields(),
        fields: [(name: String, value: String)] = []
    ) {
        var head = AnswerHead(status: status, fields: self.fields("application/json"))
        head.tell(cascade.told(since: receivedAt))
        head.fields += fields
        answer(head, body)
    }

    fileprivate func tell(status: String, isWell: Bool) {
        answerJSON(status: isWell ? 200 : 503, Array("{\"status\":\"\(status)\"}".utf8))
    }
}
