extension LoopbackPlanBuilder {
    /// Appends the head of a response and sets the framing of its body.
    ///
    /// - Parameter length: the value of `Content-Length`; nil: transfer chunks.
    mutating func head(status: Int = 200, contentType: String, fields: String = "", length: Int?) {
        framing = length == nil ? .chunked : .identity
        let field = length.map { "Content-Length: \($0)" } ?? "Transfer-Encoding: chunked"
        raw(
            """
            HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: \(contentType)\r\n\
            x-request-id: req_loopback\r\nrequest-id: req_loopback\r\n\(fields)\(field)\r\n\r\n
            """)
    }

    /// Appends a whole response.
    mutating func response(status: Int = 200, contentType: String, fields: String = "", _ body: String) {
        head(status: status, contentType: contentType, fields: fields, length: body.utf8.count)
        raw(body)
    }

    mutating func response(_ problem: LoopbackProblem) {
        let hasBody = problem.status != 204 && problem.status != 304
        response(
            status: problem.status, contentType: "application/json", fields: problem.fields,
            hasBody ? problem.json : "")
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Status"
        }
    }
}
