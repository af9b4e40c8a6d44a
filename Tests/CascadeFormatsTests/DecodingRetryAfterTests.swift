import CascadeFormats
import Testing

/// Header fields of a response and the wait they ask for, in milliseconds.
struct RetryCase: Sendable, CustomTestStringConvertible {
    var status: Int
    var fields: [String]
    var milliseconds: Int64?

    init(_ status: Int, _ fields: [String], _ milliseconds: Int64?) {
        self.status = status
        self.fields = fields
        self.milliseconds = milliseconds
    }

    var testDescription: String { fields.joined(separator: "; ") }

    var head: ResponseHead {
        ResponseHead(
            status: status,
            fields: fields.map { field in
                let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (name: String(parts[0]), value: String(parts[1]))
            })
    }
}

private let longest: Int64 = 3_155_760_000_000
private let date = "Date=Sun, 06 Nov 1994 08:49:37 GMT"

private let cases: [RetryCase] = [
    .init(429, [], nil),
    .init(429, ["Retry-After=5"], 5000),
    .init(429, ["retry-after= 0 "], 0),
    .init(503, ["retry-after=1.5"], 1500),
    .init(429, ["retry-after=7999"], 7_999_000),
    .init(429, ["retry-after=-1"], nil),
    .init(429, ["retry-after=+1"], nil),
    .init(429, ["retry-after=1e3"], nil),
    .init(429, ["retry-after=0x10"], nil),
    .init(429, ["retry-after=nan"], nil),
    .init(429, ["retry-after=inf"], nil),
    .init(429, ["retry-after=5 s"], nil),
    .init(429, ["retry-after=5."], nil),
    .init(429, ["retry-after=.5"], nil),
    .init(429, ["retry-after="], nil),
    .init(429, ["retry-after=1.2.3"], nil),
    .init(429, ["retry-after=99999999999999999999999999"], longest),
    .init(429, ["retry-after=" + String(repeating: "9", count: 400)], longest),
    .init(429, ["retry-after-ms=250", "retry-after=5"], 250),
    .init(429, ["retry-after-ms=12.5"], 13),
    .init(429, ["retry-after-ms=bad", "retry-after=5"], 5000),
    .init(429, ["x-ms-retry-after-ms=1500"], 1500),
    .init(429, ["retry-after-ms=100", "x-ms-retry-after-ms=1500"], 100),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08:50:07 GMT"], 30_000),
    .init(429, [date, "retry-after=Fri, 06 Nov 2195 08:49:37 GMT"], longest),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=2226-11-23T10:00:00Z"], longest),
    .init(429, [date, "retry-after=Sunday, 06-Nov-94 08:50:07 GMT"], 30_000),
    .init(429, [date, "retry-after=Sun Nov  6 08:50:07 1994"], 30_000),
    .init(429, [date, "retry-after=Mon, 07 Nov 1994 08:49:37 GMT"], 86_400_000),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08:00:00 GMT"], 0),
    .init(429, ["Date=Wed, 28 Feb 2024 23:59:59 GMT", "retry-after=Fri, 01 Mar 2024 00:00:00 GMT"], 86_401_000),
    .init(429, ["Date=Wed, 28 Feb 2100 23:59:59 GMT", "retry-after=Mon, 01 Mar 2100 00:00:00 GMT"], 1000),
    .init(429, [date, "retry-after=Sun, 06 Foo 1994 08:50:07 GMT"], nil),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 25:50:07 GMT"], nil),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08::50:07 GMT"], nil),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08:50:07: GMT"], nil),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08:50 GMT"], nil),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08:50:07 GMT more"], nil),
    .init(429, [date, "retry-after=Sun, 06 Nov 1994 08:50:07"], nil),
    .init(429, [date, "retry-after=tomorrow"], nil),
    // The clock given instead of a date: 1994-11-06 08:49:37.
    .init(429, ["retry-after=Sun, 06 Nov 1994 08:49:47 GMT"], 10_000),
    .init(429, ["x-ratelimit-reset-requests=12ms"], 12),
    .init(429, ["x-ratelimit-reset-requests=1s"], 1000),
    .init(429, ["x-ratelimit-reset-tokens=6m0s"], 360_000),
    .init(429, ["x-ratelimit-reset-tokens=1h2m3s"], 3_723_000),
    .init(429, ["x-ratelimit-reset-tokens=1.5s"], 1500),
    .init(429, ["x-ratelimit-reset-tokens=5x"], nil),
    .init(429, ["x-ratelimit-reset-tokens=1500µs"], 2),
    .init(429, ["x-ratelimit-reset-tokens=5s6"], nil),
    .init(429, ["x-ratelimit-reset-tokens=1..5s"], nil),
    .init(429, ["x-ratelimit-reset-tokens=s"], nil),
    .init(429, ["x-ratelimit-reset-tokens=-5s"], nil),
    .init(200, ["x-ratelimit-reset-tokens=6m0s"], nil),
    .init(500, ["x-ratelimit-reset-tokens=6m0s"], nil),
    .init(429, ["x-ratelimit-reset-requests=2s", "x-ratelimit-reset-tokens=9s"], 9000),
    .init(
        429,
        [
            "x-ratelimit-reset-requests=2s", "x-ratelimit-remaining-requests=0", "x-ratelimit-reset-tokens=9s",
            "x-ratelimit-remaining-tokens=4000",
        ], 2000),
    .init(429, ["x-ratelimit-reset-requests=2s", "x-ratelimit-remaining-requests=7"], nil),
    .init(429, ["X-RateLimit-Reset-Requests=2s", "x-RATElimit-remaining-requests=7"], nil),
    .init(429, ["x-ratelimit-reset-requests=2s", "retry-after=1"], 1000),
    .init(429, ["x-ratelimit-reset=784111787"], 784_111_787_000),
    .init(429, [date, "x-ratelimit-reset=1741305600000"], 957_193_823_000),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994-11-06T08:49:57Z"], 20_000),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994-11-06T09:49:57.25+01:00"], 20_000),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994-11-06"], nil),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994--11-06T08:49:57Z"], nil),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994-11-06T08:49:57Z5"], nil),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994-11-06T08:49:57+9223372036854775807:00"], nil),
    .init(429, [date, "anthropic-ratelimit-tokens-reset=1994-11-06T08:49:57+00:9223372036854775807"], nil),
    .init(
        429,
        [
            date, "anthropic-ratelimit-requests-reset=1994-11-06T08:49:40Z", "anthropic-ratelimit-requests-remaining=0",
            "anthropic-ratelimit-tokens-reset=1994-11-06T08:50:37Z", "anthropic-ratelimit-tokens-remaining=10",
        ], 3000),
]

@Suite struct DecodingRetryAfterTests {
    private let now: Int64 = 784_111_777

    @Test("F-09 F-43: a wait is read from the header fields", arguments: cases)
    func waitOfHeaderFields(_ expected: RetryCase) {
        #expect(
            RetryAfter.parse(head: expected.head, now: now) == expected.milliseconds.map { Duration.milliseconds($0) })
    }

    @Test func `a date needs a clock`() {
        let head = ResponseHead(status: 429, fields: [("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")])
        #expect(RetryAfter.parse(head: head) == nil)
    }

    @Test(
        arguments: [
            ("Please retry in 46.1s.", 46_100), ("Please retry in 1h2m3.5s.", 3_723_500),
            ("try again in 6m0s. Visit", 360_000),
            ("Rate limit reached. Please try again in 20ms.", 20), ("retry in a while", nil), ("retry in -5s", nil),
        ] as [(String, Int64?)])
    func `a wait is read from the message`(_ message: String, _ milliseconds: Int64?) {
        let body = #"{"error":{"code":429,"message":"\#(message)","status":"RESOURCE_EXHAUSTED"}}"#
        #expect(classify(.gemini, 429, body).retryAfter == milliseconds.map { Duration.milliseconds($0) })
    }

    @Test func `Gemini's delay comes before its words, and a header field before both`() {
        let body = """
            {"error":{"code":429,"message":"Please retry in 46.1s.","details":[{"retryDelay":"36000s"}]}}
            """
        #expect(classify(.gemini, 429, body).retryAfter == .seconds(36000))
        #expect(classify(.gemini, 429, body, [("retry-after", "2")]).retryAfter == .seconds(2))
        let inStream = decode([body], as: .gemini)
        #expect(inStream.error?.retryAfter == .seconds(36000))
    }

    @Test(arguments: [("true", true), (" False ", false), ("maybe", nil)] as [(String, Bool?)])
    func `advice on another try is read`(_ value: String, _ advice: Bool?) {
        #expect(RetryAfter.shouldRetry(ResponseHead(status: 500, fields: [("X-Should-Retry", value)])) == advice)
        #expect(RetryAfter.shouldRetry(ResponseHead(status: 500)) == nil)
    }
}
