import CascadeFormats
import Testing

/// One response that is no success, and what it is.
struct ErrorCase: Sendable, CustomTestStringConvertible {
    var type: ProviderType
    var status: Int
    var body: String
    var kind: ProviderError.Kind
    var code: String?
    var testDescription: String { "\(type.rawValue) \(status) \(body.prefix(60))" }

    init(
        _ type: ProviderType, _ status: Int, _ body: String, _ kind: ProviderError.Kind, code: String? = nil
    ) {
        self.type = type
        self.status = status
        self.body = body
        self.kind = kind
        self.code = code
    }
}

private func openAI(_ message: String, type: String = "invalid_request_error", code: String? = nil) -> String {
    #"{"error":{"message":"\#(message)","type":"\#(type)","param":null,"code":\#(code.map { "\"\($0)\"" } ?? "null")}}"#
}

private func anthropic(_ type: String, _ message: String, details: String = "") -> String {
    #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"\#(details)},"request_id":"req_1"}"#
}

private func gemini(_ code: Int, _ status: String, _ message: String, details: String = "") -> String {
    #"{"error":{"code":\#(code),"message":"\#(message)","status":"\#(status)","details":[\#(details)]}}"#
}

private let codes: [ErrorCase] = [
    .init(.openai, 400, openAI("bad"), .invalidRequest, code: "invalid_request_error"),
    .init(.openai, 400, openAI("bad", code: "unsupported_parameter"), .invalidRequest, code: "unsupported_parameter"),
    .init(.openai, 400, openAI("x", code: "context_length_exceeded"), .contextLength, code: "context_length_exceeded"),
    .init(.openai, 400, openAI("string too long", code: "string_above_max_length"), .invalidRequest),
    .init(.openai, 400, openAI("x", code: "content_policy_violation"), .contentFiltered),
    .init(.openai, 401, openAI("Incorrect API key provided", code: "invalid_api_key"), .authentication),
    .init(.openai, 401, openAI("You didn't provide an API key."), .authentication),
    .init(.openai, 403, openAI("no", code: "unsupported_country_region_territory"), .permission),
    .init(.openai, 403, openAI("no"), .permission),
    .init(.openai, 404, openAI("no model", code: "model_not_found"), .modelNotFound),
    .init(.openai, 429, openAI("slow", type: "requests", code: "rate_limit_exceeded"), .rateLimited),
    .init(
        .openai, 429, openAI("You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota"),
        .quotaExhausted),
    .init(.openai, 429, openAI("x", code: "credit_balance_exhausted"), .quotaExhausted),
    .init(.openai, 429, openAI("x", code: "slow_down"), .rateLimited),
    .init(.openai, 503, openAI("x", code: "slow_down"), .rateLimited),
    .init(.openai, 503, openAI("x", type: "service_unavailable_error", code: "server_is_overloaded"), .overloaded),
    .init(.openai, 500, openAI("oops", type: "server_error"), .serverError),
    .init(.openai, 409, openAI("x"), .conflict),
    .init(.openai, 422, openAI("x"), .invalidRequest),
    .init(.anthropic, 400, anthropic("invalid_request_error", "bad"), .invalidRequest),
    .init(
        .anthropic, 400, anthropic("invalid_request_error", "prompt is too long: 9 > 8 maximum"), .contextLength),
    .init(
        .anthropic, 400, anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 9"),
        .contextLength),
    .init(
        .anthropic, 400, anthropic("invalid_request_error", "Your credit balance is too low to access the API"),
        .quotaExhausted),
    .init(
        .anthropic, 400, anthropic("invalid_request_error", "You have reached your specified spend limit"),
        .quotaExhausted),
    .init(.anthropic, 401, anthropic("authentication_error", "invalid x-api-key"), .authentication),
    .init(.anthropic, 402, anthropic("billing_error", "x"), .quotaExhausted),
    .init(.anthropic, 403, anthropic("permission_error", "x"), .permission),
    .init(.anthropic, 404, anthropic("not_found_error", "model: claude-x"), .modelNotFound),
    .init(.anthropic, 409, anthropic("conflict_error", "x"), .conflict),
    .init(.anthropic, 413, anthropic("request_too_large", "x"), .invalidRequest),
    .init(.anthropic, 429, anthropic("rate_limit_error", "x"), .rateLimited),
    .init(
        .anthropic, 429,
        anthropic("rate_limit_error", "x", details: #","details":{"error_code":"enforced_spend_limit_reached"}"#),
        .quotaExhausted, code: "enforced_spend_limit_reached"),
    .init(
        .anthropic, 429,
        anthropic("rate_limit_error", "x", details: #","details":{"error_code":"ramp_limit_exceeded"}"#),
        .rateLimited),
    .init(.anthropic, 500, anthropic("api_error", "x"), .serverError),
    .init(.anthropic, 504, anthropic("timeout_error", "x"), .serverError),
    .init(.anthropic, 529, anthropic("overloaded_error", "Overloaded"), .overloaded),
    .init(.gemini, 400, gemini(400, "INVALID_ARGUMENT", "bad"), .invalidRequest),
    .init(
        .gemini, 400, gemini(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        .authentication),
    .init(
        .gemini, 400, gemini(400, "INVALID_ARGUMENT", "x", details: #"{"@type":"t","reason":"API_KEY_INVALID"}"#),
        .authentication, code: "API_KEY_INVALID"),
    .init(
        .gemini, 400,
        gemini(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)."),
        .contextLength),
    .init(.gemini, 403, gemini(403, "PERMISSION_DENIED", "x"), .permission),
    .init(.gemini, 404, gemini(404, "NOT_FOUND", "models/x is not found"), .modelNotFound),
    .init(.gemini, 429, gemini(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota"), .rateLimited),
    .init(.gemini, 429, gemini(429, "RESOURCE_EXHAUSTED", "Quota exceeded for metric x, limit: 0"), .quotaExhausted),
    .init(.gemini, 500, gemini(500, "INTERNAL", "x"), .serverError),
    .init(.gemini, 503, "[" + gemini(503, "UNAVAILABLE", "The model is overloaded.") + "]", .overloaded),
    .init(.gemini, 504, gemini(504, "DEADLINE_EXCEEDED", "x"), .serverError),
    .init(.ollama, 400, #"{"error":"\"phi\" does not support tools"}"#, .invalidRequest),
    .init(.ollama, 401, #"{"error":"unauthorized","signin_url":"u"}"#, .authentication),
    .init(.ollama, 404, #"{"error":"model 'x' not found"}"#, .modelNotPulled),
    .init(.ollama, 404, #"{"error":"model \"x\" not found, try pulling it first"}"#, .modelNotPulled),
    .init(.ollama, 404, "404 page not found", .modelNotFound),
    .init(.ollama, 500, #"{"error":"llama runner process has terminated"}"#, .serverError),
    .init(.ollama, 503, #"{"error":"server busy, please try again. maximum pending requests exceeded"}"#, .overloaded),
    .init(.openaiCompatible, 404, openAI("model 'x' not found", type: "not_found_error"), .modelNotFound),
    .init(
        .xai, 400, #"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***yz."}"#,
        .authentication),
    .init(.xai, 429, #"{"code":"Some resource has been exhausted","error":"Too many requests"}"#, .rateLimited),
    .init(.groq, 498, openAI("x", code: "capacity_exceeded"), .overloaded),
    .init(
        .groq, 413, openAI("Request too large on tokens per minute (TPM)", type: "tokens", code: "rate_limit_exceeded"),
        .rateLimited),
    .init(.mistral, 401, #"{"message":"Unauthorized","request_id":"r"}"#, .authentication),
    .init(.mistral, 422, #"{"detail":[{"loc":["body"],"msg":"Field required","type":"missing"}]}"#, .invalidRequest),
    .init(
        .mistral, 400,
        #"{"object":"error","message":"9 tokens, too large for model with 8 maximum context length","code":"3051"}"#,
        .contextLength),
    .init(.deepseek, 402, openAI("Insufficient Balance", type: "unknown_error"), .quotaExhausted),
    .init(.openrouter, 402, #"{"error":{"code":402,"message":"Insufficient credits"}}"#, .quotaExhausted),
    .init(
        .openrouter, 403, #"{"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["x"]}}}"#,
        .contentFiltered),
    .init(.openrouter, 408, #"{"error":{"code":408,"message":"x"}}"#, .requestTimeout),
    .init(.openrouter, 200, #"{"error":{"code":"429","message":"x"}}"#, .rateLimited),
    .init(.openrouter, 200, #"{"error":{"code":503,"message":"No provider"}}"#, .overloaded),
    .init(
        .vllm, 400,
        #"{"object":"error","message":"This model's maximum context length is 8","type":"BadRequestError"}"#,
        .contextLength),
    .init(
        .vllm, 404, #"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","code":404}"#,
        .modelNotFound),
    .init(
        .llamacpp, 400, #"{"error":{"code":400,"message":"m","type":"exceed_context_size_error","n_ctx":8}}"#,
        .contextLength),
    .init(.llamacpp, 503, #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, .overloaded),
    .init(.lmstudio, 400, openAI("No models loaded. Please load one."), .modelNotFound),
    .init(.together, 400, #"{"model":"m","error":"`inputs` tokens + `max_new_tokens` must be <= 8"}"#, .contextLength),
    .init(
        .fireworks, 401, #"{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}"#,
        .authentication),
    .init(.openai, 404, openAI("x", code: "DeploymentNotFound"), .modelNotFound),
    .init(
        .openai, 400,
        #"{"error":{"message":"x","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
        .contentFiltered),
]

private let statuses: [ErrorCase] = [
    (301, .redirect), (307, .redirect), (400, .invalidRequest), (401, .authentication), (402, .quotaExhausted),
    (403, .permission), (404, .modelNotFound), (405, .invalidRequest), (408, .requestTimeout), (409, .conflict),
    (413, .invalidRequest), (415, .invalidRequest), (418, .invalidRequest), (422, .invalidRequest),
    (424, .serverError), (425, .conflict), (429, .rateLimited), (498, .overloaded), (499, .serverError),
    (500, .serverError), (501, .invalidRequest), (502, .serverError), (503, .overloaded), (504, .serverError),
    (505, .invalidRequest), (520, .serverError), (524, .serverError), (529, .overloaded), (599, .serverError),
    (200, .invalidResponse), (204, .invalidResponse),
].flatMap { status, kind in
    ["", "{}", "plain words", "<html>x</html>", "{\"a\":"].map { ErrorCase(.openaiCompatible, status, $0, kind) }
}

@Suite struct DecodingErrorTests {
    @Test(arguments: codes + statuses)
    func `a failed response is told apart by code, words and status`(_ expected: ErrorCase) {
        let error = classify(expected.type, expected.status, expected.body)
        #expect(error.kind == expected.kind)
        if expected.status >= 300 { #expect(error.status == expected.status) }
        if let code = expected.code { #expect(error.code == code) }
        #expect(!error.message.isEmpty)
    }

    @Test(
        "F-12: every spelling of too long a conversation is known",
        arguments: [
            "prompt tokens (9) exceed model maximum (8)", "Input is longer than the model's context length",
            "Current length is 9 while limit is 8", "This prompt has too many tokens",
            "maximum input length is 8 tokens",
            "Input tokens exceed the configured limit of 8", "Input is too long for requested model.",
            "Too many input tokens: 9", "expected maxLength: 8, actual: 9",
            "request (9 tokens) exceeds the available context size (8 tokens)",
        ])
    func tooLong(_ message: String) {
        #expect(classify(.openaiCompatible, 400, openAI(message)).kind == .contextLength)
        #expect(classify(.openaiCompatible, 429, openAI(message)).kind == .rateLimited)
    }

    @Test func `a message is one short line`() {
        #expect(classify(.openai, 400, openAI(#"a\nb\u0000c\u2028d\te"#)).message == "a b c d e")
        let long = classify(.openai, 400, openAI(String(repeating: "word ", count: 200)))
        #expect(long.message.count <= 300)
        #expect(long.message.hasSuffix("…"))
        let endless = classify(.openai, 400, openAI(String(repeating: "é", count: 5000)))
        #expect(endless.message.count == 300)
    }

    @Test(arguments: [200, 403, 502])
    func `HTML is never echoed`(_ status: Int) {
        for page in ["<!DOCTYPE html><title>secret page</title>", "\n <html>secret</html>"] {
            let error = classify(.openai, status, page)
            #expect(error.message == "an HTML page (\(status))" || status == 200)
            #expect(!error.message.contains("secret"))
        }
        #expect(!classify(.openai, status, openAI("<html>secret</html>")).message.contains("secret"))
    }

    @Test(arguments: [
        ("Incorrect API key provided: sk-proj-abc123def. See", "Incorrect API key provided: [redacted] See"),
        ("key 'sk-ant-api03-abcdefg' is bad", "key [redacted] is bad"),
        ("Authorization: Bearer abc.def.ghi failed", "Authorization: Bearer [redacted] failed"),
        ("GET https://h/v1?key=AIzaSyAbCdEf&alt=sse failed", "GET [redacted] failed"),
        ("url=https://h/?api_key=zzz and x", "[redacted] and x"),
        ("(xai-abcdef1234)", "[redacted]"), ("token:gsk_abcdefgh!", "[redacted]"),
        // No part of a key is left, whatever it looks like inside.
        ("bad Pl4nt3d+/Key==AbCd/9876543210 here", "bad [redacted] here"),
        (#"bad Pl4nt3d\"Key=Ab&Cd,token=9876;543210."#, "bad [redacted]"),
        ("Schlüssel „sk-abcdefghij“ ungültig", "Schlüssel [redacted] ungültig"),
        ("无效的sk-abcdefghij 密钥", "[redacted] 密钥"),
        ("authorization: bearer", "authorization: bearer"), ("'Bearer' <abc>", "'Bearer' [redacted]"),
        ("key= is empty", "key= is empty"),
        ("a task-based risk-free answer", "a task-based risk-free answer"),
        ("max_tokens=5 is too few", "max_tokens=5 is too few"),
    ])
    func `keys are removed from messages`(_ message: String, _ expected: String) {
        #expect(classify(.openai, 401, openAI(message)).message == expected)
    }

    @Test func `a code never carries a key`() {
        #expect(classify(.openai, 400, openAI("m", code: "sk-abcdefghij")).code == "[redacted]")
    }

    @Test(arguments: [
        [("X-Request-Id", "req_9")], [("request-id", "req_9")], [("apim-request-id", "req_9")], [("cf-ray", "req_9")],
        [("cf-ray", "ray"), ("Request-ID", "req_9")],
    ])
    func `the request's identifier comes from any of the fields`(_ fields: [(String, String)]) {
        #expect(classify(.openai, 500, "", fields.map { (name: $0.0, value: $0.1) }).requestID == "req_9")
    }

    @Test func `the last of two fields counts, in whatever case they are asked for`() {
        let head = ResponseHead(status: 500, fields: [("Date", "a"), ("dAte", "b"), ("Dates", "c"), ("Dat", "d")])
        #expect(head["date"] == "b" && head["Date"] == "b" && head["dates"] == "c" && head["da"] == nil)
    }

    @Test func `the request's identifier comes from the body when no field has it`() {
        #expect(classify(.anthropic, 500, anthropic("api_error", "x")).requestID == "req_1")
    }

    @Test func `an identifier from the body is one line without keys`() {
        let hostile = #"{"error": {"message": "x"}, "request_id": "req_1\nlevel=error \u007f sk-proj-0123456789"}"#
        #expect(classify(.anthropic, 500, hostile).requestID == "req_1 level=error [redacted]")
    }

    @Test func `a redirect tells where to`() {
        let error = classify(.openai, 308, "<html>", [("Location", "https://h/login?token=abc")])
        #expect(error.kind == .redirect)
        #expect(error.message == "redirected to https://h/login")
    }

    @Test(arguments: [
        ("http://u:pw@h:8/x?a=b@c#d", "http://h:8/x"), ("//u:p@w@h/", "//h/"), ("/elsewhere?key=1", "/elsewhere"),
        ("https://h/a//b", "https://h/a//b"), ("http://u:p/w@h/", "another address"), ("u:pw@h/x", "another address"),
        (#"http://u:p\w@h/"#, "another address"), ("https://h/sk-abcdefghij", "[redacted]"),
    ])
    func `a redirect's address is told without its secrets`(_ location: String, _ shown: String) {
        let error = classify(.openai, 302, "", [("location", location)])
        #expect(error.message == "redirected to " + shown)
    }

    @Test func `what was cut says so, wherever it was cut`() {
        let blanks = String(repeating: " ", count: 1195)
        for body in [openAI("bad \(blanks)Pl4nt3d-key"), "bad \(blanks + blanks)Pl4nt3d-key"] {
            let message = classify(.openai, 401, body).message
            #expect(message.hasPrefix("bad") && message.hasSuffix("…") && !message.contains("key"))
        }
    }

    @Test func `what follows a long key is not lost`() {
        let key = "sk-" + String(repeating: "k", count: 500)
        #expect(classify(.openai, 401, openAI("bad \(key) here")).message == "bad [redacted] here")
    }

    @Test func `a line that is one already stays as it is`() {
        for line in ["plain words", "é", String(repeating: "a", count: 300)] {
            #expect(classify(.openai, 400, openAI(line)).message == line)
        }
        for line in [" a  b ", #"a\u0000b"#, #"\ta\u007fb"#, "\u{200D}a b"] {
            #expect(classify(.openai, 400, openAI(line)).message == "a b")
        }
    }

    @Test func `a status that only the body stands for is told from the response's own`() {
        let event = anthropic("overloaded_error", "x")
        let inStream = decode([Record(event, .error)], as: .anthropic).error
        #expect(inStream?.status == 529 && inStream?.isStatusImplied == true)
        let inBody = decode([Record(gemini(429, "RESOURCE_EXHAUSTED", ""), .body)], as: .gemini).error
        #expect(inBody?.status == 429 && inBody?.isStatusImplied == true)
        #expect(inBody?.message == "an error without a message")
        #expect(classify(.anthropic, 200, event).isStatusImplied)
        let failed = classify(.anthropic, 503, event)
        #expect(failed.status == 503 && !failed.isStatusImplied)
        let unknown = decode([#"{"error":"x"}"#], as: .ollama).error
        #expect(unknown?.status == nil && unknown?.isStatusImplied == false)
    }
}
