import Cascade
import CascadeTesting
import Testing

extension FaultMatrix {
    @Suite("Bodies and events that are no answer")
    struct BodyTests {
        private static func in200(
            _ body: String, _ kind: FailureClass = .transient, _ reason: String = "invalid_response",
            status: Int? = 200, pause: Duration? = nil, format: Format = .openai
        ) -> Spoiled {
            Spoiled(
                name: "\(format.rawValue) \(body.prefix(80))", format: format, response: Wire.json(body), kind: kind,
                reason: reason, status: status, pause: pause)
        }

        static let bodies: [Spoiled] = [
            in200(
                #"{"error":{"message":"try again in 7s","code":429}}"#, .throttle, "rate_limited", status: 429,
                pause: .seconds(7)),
            in200(#"{"error":{"message":"down","code":502}}"#, .transient, "server_error", status: 502),
            in200(
                #"{"error":{"message":"who?","code":401}}"#, .auth, "authentication", status: 401, pause: .seconds(60)),
            in200(#"{"error":"broken"}"#, .transient, "server_error"),
            in200(
                #"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#, .transient, "overloaded",
                status: 529, format: .anthropic),
            in200(#"{"error":"llama runner process has terminated"}"#, .transient, "server_error", format: .ollama),
            in200(
                #"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#, .transient, "overloaded",
                status: 503, format: .gemini),
            in200("{}"), in200("[]"), in200("[1]"),
            in200(#"{"id":"c","object":"chat.completion"}"#),
            in200(#"{"choices":[]}"#), in200(#"{"choices":null,"usage":{"prompt_tokens":1}}"#),
            in200(#"{"choices":[{"message":{"content":"ha"#),
            in200(#"{"choices":[{"message":null,"finish_reason":"stop"}]}"#),
            in200(#"{"object":"text_completion","choices":[{"text":"lost","finish_reason":"stop"}]}"#),
            in200("", .transient, "truncated"),
            in200(#"{"id":"m","type":"message"}"#, format: .anthropic),
            in200(#"{"candidates":[]}"#, format: .gemini),
            in200(#"{"model":"m","response":"lost","done":true}"#, format: .ollama),
        ]

        /// Whether it reads as an empty stream or as a body that is no answer depends on what was asked for.
        @Test(
            "F-01: a 200 of something else altogether is no answer", arguments: ["null", #""text""#, "ok", "<p>", "\0"])
        func noJSON(body: String) async throws {
            try await withBed(Script(raw: Wire.json(body)), Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.map(\.failureClass) == [.transient, nil])
                }
                #expect(bed.countedFailures == 2)
            }
        }

        @Test("F-01 F-08: a 200 that holds no answer is a failure, of the kind that its body names", arguments: bodies)
        func noAnswer(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }
    }
}
