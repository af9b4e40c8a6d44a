import Cascade
import CascadeTesting
import Testing

extension FaultMatrix {
    @Suite("Statuses and the bodies that come with them")
    struct StatusTests {
        private static func failed(
            _ status: String, _ kind: FailureClass, _ reason: String, fields: String = "", pause: Duration? = nil,
            format: Format = .openai, _ body: String = #"{"error":{"message":"no"}}"#
        ) -> Spoiled {
            Spoiled(
                name: "\(format.rawValue) \(status) \(fields.prefix { !$0.isNewline }) \(body.prefix(60))",
                format: format, response: Wire.response(status, fields: fields, body), kind: kind, reason: reason,
                status: Int(status.prefix(3)), pause: pause)
        }

        private static func limited(
            _ fields: String, _ pause: Duration, format: Format = .openai, _ body: String = #"{"error":{}}"#
        ) -> Spoiled {
            failed(
                "429 Too Many Requests", .throttle, "rate_limited", fields: fields, pause: pause, format: format, body)
        }

        private static let date = "Date: Mon, 23 Nov 2026 10:00:00 GMT\r\n"

        static let limits: [Spoiled] = [
            limited("Retry-After: 7\r\n", .seconds(7)),
            limited("Retry-After: 2.5\r\n", .milliseconds(2_500)),
            limited("retry-after-ms: 1500\r\nRetry-After: 9\r\n", .milliseconds(1_500)),
            limited("x-ms-retry-after-ms: 2500\r\n", .milliseconds(2_500)),
            limited("Retry-After: Mon, 23 Nov 2026 10:00:30 GMT\r\n" + date, .seconds(30)),
            limited("Retry-After: Mon, 23 Nov 2026 09:00:00 GMT\r\n" + date, .seconds(1)),
            limited("x-ratelimit-reset-requests: 6m0s\r\n", .seconds(360)),
            limited(
                "", .seconds(12), format: .gemini,
                #"{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12s"}]}}"#
            ),
            limited("Retry-After: 0\r\n", .seconds(1)),
            limited("Retry-After: 99999999999999999999\r\n", .seconds(6 * 3_600)),
            limited("", .seconds(1)),
            limited("Retry-After: -5\r\n", .seconds(1)),
            limited("Retry-After: soon\r\n", .seconds(1)),
            limited("Retry-After: NaN\r\n", .seconds(1)),
        ]

        @Test("F-09: a rate limit is a pause of that model, as long as any of the forms asks for", arguments: limits)
        func rateLimit(spoiled: Spoiled) async throws {
            // A limit that names no time doubles from the second on: see there.
            guard spoiled.pause != .seconds(1) else { return try await firstPause(spoiled) }
            try await expectFallsOver(spoiled)
            try await firstPause(spoiled)
        }

        /// It ends neither sooner nor later, and nobody asks meanwhile.
        private func firstPause(_ spoiled: Spoiled) async throws {
            let script = Script(format: spoiled.format, raw: spoiled.response)
            try await withBed(script, Script(text: "other")) { bed in
                let pause = try #require(spoiled.pause)
                #expect(await bed.ask(streaming: true).attempts.map(\.failureClass) == [.throttle, nil])
                #expect(bed.pause == pause && bed.countedFailures == 0)
                bed.clock.advance(by: pause - .milliseconds(1))
                #expect(await bed.ask(streaming: false).attempts.map(\.provider) == ["p1"])
                bed.clock.advance(by: .milliseconds(1))
                #expect(await bed.ask(streaming: false).attempts.map(\.provider) == ["p0", "p1"])
                #expect(bed[0].counters.requests == 2)
            }
        }

        static let money: [Spoiled] = [
            failed(
                "429 Too Many Requests", .quota, "quota_exhausted", pause: .seconds(600),
                #"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#),
            failed("402 Payment Required", .quota, "quota_exhausted", pause: .seconds(600)),
            failed(
                "400 Bad Request", .quota, "quota_exhausted", pause: .seconds(600), format: .anthropic,
                #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#
            ),
            failed(
                "429 Too Many Requests", .quota, "quota_exhausted", pause: .seconds(600), format: .gemini,
                #"{"error":{"code":429,"message":"Quota exceeded, limit: 0","status":"RESOURCE_EXHAUSTED"}}"#),
            failed(
                "403 Forbidden", .quota, "quota_exhausted", pause: .seconds(600),
                #"{"error":{"message":"limit","code":"enforced_spend_limit_reached"}}"#),
        ]

        @Test("F-09b: no money left pauses the credential for minutes, and speaks against nobody", arguments: money)
        func quota(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        static let failing: [Spoiled] =
            [500, 502, 504, 507, 520, 522, 524].map { failed("\($0) Error", .transient, "server_error") }
            + [498, 503, 529].map { failed("\($0) Busy", .transient, "overloaded") }
            + [
                failed("424 Failed Dependency", .transient, "server_error"),
                failed(
                    "529 Overloaded", .transient, "overloaded", format: .anthropic,
                    #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#),
                failed("503 Busy", .transient, "overloaded", fields: "Retry-After: 20\r\n", pause: .seconds(20)),
            ]

        @Test("F-10: a server's failure lets the next provider answer, and counts", arguments: failing)
        func serverError(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        @Test("F-10: what no server of that kind can do is the caller's to know", arguments: [501, 505])
        func notImplemented(status: Int) async throws {
            try await expectRefused(.invalidRequest, Wire.response("\(status) No", #"{"error":{"message":"no"}}"#))
        }

        static let passing: [Spoiled] = [
            failed("408 Request Timeout", .transient, "request_timeout"),
            failed("409 Conflict", .transient, "conflict"),
            failed("425 Too Early", .transient, "conflict"),
            failed("499 Client Closed Request", .transient, "server_error"),
        ]

        @Test("F-11: a refusal that passes: the next provider is asked", arguments: passing)
        func passingRefusal(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        @Test("F-11: and with nobody else, the same one once more", arguments: passing)
        func passingRefusalAlone(spoiled: Spoiled) async throws {
            try await withBed(
                Script(text: "good"), configure: { $0.cascade.maxAttemptsPerProvider = 2 },
                tune: { $0.clock = SystemClock() }
            ) { bed in
                bed[0].push(next: [Script(raw: spoiled.response)])
                #expect(await bed.ask(streaming: false).attempts.map(\.outcome) == [.failed, .answered])
                bed[0].push(next: [Script(raw: spoiled.response), Script(raw: spoiled.response)])
                #expect(await bed.ask(streaming: true).error?.attempts.count == 2)
                #expect(bed[0].counters.requests == 4)
            }
        }

        private static let page = """
            <!DOCTYPE html><html><head><title>Just a moment...</title></head>\
            <body><script>steal("you")</script></body></html>
            """

        private static func page(_ status: String, _ kind: FailureClass, _ reason: String, pause: Duration? = nil)
            -> Spoiled
        {
            Spoiled(
                name: status, response: Wire.response(status, type: "text/html", fields: "cf-ray: 8f\r\n", page),
                kind: kind, reason: reason, status: Int(status.prefix(3)), pause: pause)
        }

        @Test(
            "F-13: a page of HTML goes by its status, and none of it is shown",
            arguments: [
                page("502 Bad Gateway", .transient, "server_error"),
                page("503 Service Unavailable", .transient, "overloaded"),
                page("520 Unknown", .transient, "server_error"), page("524 A Timeout", .transient, "server_error"),
                page("403 Forbidden", .auth, "permission", pause: .seconds(60)),
                page("200 OK", .transient, "invalid_response"),
            ])
        func html(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        @Test(
            "F-14: a refused key or region is left alone with all its models, and the next provider asked",
            arguments: [
                failed("401 Unauthorized", .auth, "authentication", pause: .seconds(60)),
                failed("403 Forbidden", .auth, "permission", pause: .seconds(60)),
                failed(
                    "404 Not Found", .config, "model_not_found", pause: .seconds(60),
                    #"{"error":{"message":"no such model","code":"model_not_found"}}"#),
            ])
        func refusedKey(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        @Test(
            "F-14: a request that this provider cannot take is told to the caller",
            arguments: [400, 405, 413, 415, 422])
        func refusedRequest(status: Int) async throws {
            try await expectRefused(.invalidRequest, Wire.response("\(status) No", #"{"error":{"message":"no"}}"#))
        }

        @Test(
            "F-12: a request that is too long is told so, by whatever words",
            arguments: [
                (Format.openai, 400, #"{"error":{"message":"too long","code":"context_length_exceeded"}}"#),
                (.openai, 400, #"{"error":{"message":"This model's maximum context length is 4 tokens"}}"#),
                (
                    .anthropic, 400,
                    #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}"#
                ),
                (
                    .gemini, 400,
                    #"{"error":{"code":400,"message":"The input exceeds the maximum number of tokens allowed","status":"INVALID_ARGUMENT"}}"#
                ),
                (.openai, 413, #"{"error":{"message":"`inputs` tokens + `max_new_tokens` must be <= 4"}}"#),
            ])
        func contextLength(format: Format, status: Int, body: String) async throws {
            try await expectRefused(.contextLengthExceeded, Wire.response("\(status) No", body), format: format)
        }

        @Test("F-15: a filter's refusal is final, and nobody's fault")
        func filtered() async throws {
            try await expectRefused(
                .contentFiltered,
                Wire.response("400 Bad Request", #"{"error":{"message":"filtered","code":"content_filter"}}"#))
        }

        @Test(
            "F-15: an answer that a filter ended, or a refusal, is an answer that says so",
            arguments: [
                (Format.openai, #"{"choices":[{"message":{"content":"a"},"finish_reason":"content_filter"}]}"#, "a"),
                (.openai, #"{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}"#, "no"),
                (
                    .anthropic,
                    #"{"type":"message","content":[{"type":"text","text":"a"}],"stop_reason":"refusal"}"#, "a"
                ),
                (.gemini, #"{"promptFeedback":{"blockReason":"SAFETY"}}"#, ""),
            ])
        func filteredAnswer(format: Format, body: String, content: String) async throws {
            try await withBed(Script(format: format, raw: Wire.json(body)), Script(text: "never")) { bed in
                for streaming in [false, true] {
                    let reply = await bed.ask(streaming: streaming).reply
                    #expect(reply?.finishReason == .contentFilter && reply?.content == content)
                }
                #expect(bed[1].counters.requests == 0 && bed.countedFailures == 0)
            }
        }

        @Test("F-21: a redirect is never followed, and its target is named", arguments: [301, 302, 303, 307, 308])
        func redirect(status: Int) async throws {
            let trap = try LoopbackProvider()
            let target = "http://127.0.0.1:\(trap.port)/v1/chat/completions"
            let response = Wire.response("\(status) Moved", fields: "Location: \(target)\r\n", "")
            try await withBed(Script(raw: response), Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .config)
                    #expect(
                        end.attempts.first?.message?.contains("redirected to http://127.0.0.1:\(trap.port)") == true)
                }
                #expect(trap.counters.connectionsAccepted == 0 && bed.countedFailures == 0)
            }
            trap.stop()
        }
    }
}
