internal import CascadeFormats

/// What a failed response says. Failures are rare, but come many at once.
enum ErrorSuite {
    static var all: [MicroBenchmark] { [throttled, gemini, page, seconds, date, resets, nothing] }

    private static let throttled = classifying(
        "errors/429 of openai", .openai, 429,
        #"{"error":{"message":"Rate limit reached for gpt-4o-mini in organization org-x on requests per min (RPM): "#
            + #"Limit 3, Used 3, Requested 1. Please try again in 20s.","type":"requests","param":null,"#
            + #""code":"rate_limit_exceeded"}}"#,
        kind: .rateLimited, allowing: 3)

    private static let gemini = classifying(
        "errors/429 of gemini", .gemini, 429,
        #"[{"error":{"code":429,"message":"You exceeded your current quota. Please retry in 46.1s.","#
            + #""status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","#
            + #""violations":[{"quotaId":"RequestsPerMinute"}]},"#
            + #"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"46s"}]}}]"#,
        kind: .rateLimited, allowing: 5)

    private static let page = classifying(
        "errors/502 of a proxy", .openai, 502,
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>"
            + "\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
        kind: .serverError, allowing: 2)

    private static func classifying(
        _ name: String, _ type: ProviderType, _ status: Int, _ body: String, kind: ProviderError.Kind,
        allowing allowedMallocs: Double
    ) -> MicroBenchmark {
        let text = PaddedText(body)
        let head = head(status, [("x-request-id", "req_0a1b2c3d4e5f60718293")])
        return MicroBenchmark(name, allowing: allowedMallocs, prepare: {}) { _ in
            let error = ErrorClassifier.classify(
                type: type, head: head, body: text.bytes.span.bytes, count: text.count)
            try expect(error.kind == kind, kind.rawValue)
        }
    }

    /// The fields that such responses bring along, and then some.
    private static func head(_ status: Int, _ fields: [(name: String, value: String)]) -> ResponseHead {
        ResponseHead(
            status: status,
            fields: [
                ("date", "Sun, 06 Nov 2026 08:49:37 GMT"), ("content-type", "application/json"),
                ("content-length", "312"), ("server", "cloudflare"), ("cf-ray", "8c1a2b3c4d5e6f70-ZRH"),
            ] + fields)
    }

    private static let seconds = retryAfter("seconds", [("retry-after", "20")], allowing: 0)
    private static let date = retryAfter("a date", [("retry-after", "Sun, 06 Nov 2026 08:50:07 GMT")], allowing: 0)
    private static let resets = retryAfter(
        "the limits' resets",
        [
            ("x-ratelimit-limit-requests", "3"), ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "20s"), ("x-ratelimit-limit-tokens", "60000"),
            ("x-ratelimit-remaining-tokens", "59900"), ("x-ratelimit-reset-tokens", "100ms"),
        ], allowing: 2)
    private static let nothing = retryAfter("nothing of it", [], isSaid: false, allowing: 0)

    private static func retryAfter(
        _ name: String, _ fields: [(name: String, value: String)], isSaid: Bool = true, allowing allowedMallocs: Double
    ) -> MicroBenchmark {
        let head = head(429, fields)
        return MicroBenchmark("retry-after/\(name)", allowing: allowedMallocs, prepare: {}) { _ in
            try expect((RetryAfter.parse(head: head) != nil) == isSaid, isSaid ? "a pause" : "no pause")
        }
    }
}
