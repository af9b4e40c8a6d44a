import Cascade
import CascadeTesting
import Testing

extension FaultMatrix {
    @Suite("Streams that go wrong")
    struct StreamRowTests {
        private static let hello = #"data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}"# + "\n\n"

        // MARK: Errors within

        /// An error as it comes within a stream, and what it stands for.
        struct Trouble: Sendable, CustomTestStringConvertible {
            var format = Format.openai
            var event: String
            var kind: FailureClass
            var reason: String
            var status: Int? = 200
            var testDescription: String { format.rawValue + " " + event.prefix(80) }
        }

        static let troubles: [Trouble] = [
            Trouble(
                event: #"data: {"error":{"message":"try again in 9s","code":429}}"# + "\n\n", kind: .throttle,
                reason: "rate_limited", status: 429),
            Trouble(
                event: #"data: {"error":{"message":"down","code":502},"choices":[{"finish_reason":"error"}]}"# + "\n\n",
                kind: .transient, reason: "server_error", status: 502),
            Trouble(
                event: "event: error\ndata: {\"error\":{\"message\":\"no\"}}\n\n", kind: .transient,
                reason: "server_error"),
            Trouble(
                event: "error: {\"code\":400,\"message\":\"the request exceeds the available context size\"}\n\n",
                kind: .request, reason: "context_length", status: 400),
            Trouble(
                format: .anthropic,
                event: "event: error\ndata: "
                    + #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"# + "\n\n",
                kind: .transient, reason: "overloaded", status: 529),
            Trouble(
                format: .ollama, event: #"{"error":"an error was encountered while running the model"}"# + "\n",
                kind: .transient, reason: "server_error"),
            Trouble(
                format: .gemini,
                event: #"data: {"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"# + "\r\n\r\n",
                kind: .transient, reason: "overloaded", status: 503),
        ]

        private func response(_ trouble: Trouble, after events: Int) -> Raw {
            let recorded = RecordedStream.of(trouble.format)
            let before = recorded.events.prefix(events).map { String(decoding: $0.bytes, as: UTF8.self) }
            return Wire.stream(type: recorded.contentType, before + [trouble.event])
        }

        @Test(
            "F-02: an error that comes before the first token is that error, and nobody sees it",
            arguments: troubles.filter { $0.kind != .request })
        func errorBeforeTheFirstToken(trouble: Trouble) async throws {
            let early = response(trouble, after: trouble.format == .gemini ? 0 : 1)
            try await withBed(Script(format: trouble.format, raw: early), Script(text: "other")) { bed in
                let end = await bed.ask(streaming: true)
                #expect(end.reply?.content == "other" && end.told.text == "other")
                let report = try #require(end.attempts.first)
                #expect(report.failureClass == trouble.kind && report.reason == trouble.reason, "\(report)")
                #expect(report.status == trouble.status, "\(report)")
                #expect(bed.countedFailures == (trouble.kind.countsForBreaker ? 1 : 0))
                #expect((bed.pause != nil) == (trouble.kind == .throttle))
            }
        }

        @Test("F-02 F-05: one that comes after it is a cut that says so, and counts as one", arguments: troubles)
        func errorAfterTheFirstToken(trouble: Trouble) async throws {
            let late = response(trouble, after: trouble.format == .gemini ? 1 : 2)
            try await withBed(Script(format: trouble.format, raw: late), Script(text: "never")) { bed in
                let end = await bed.ask(streaming: true)
                #expect(end.error?.code == .streamCut && end.told.text == "Say \"é")
                #expect(end.error?.delivered?.content == end.told.text && !end.told.hasFinish)
                let report = try #require(end.attempts.last)
                #expect(report.outcome == .cut && report.reason == trouble.reason, "\(report)")
                #expect(report.status == trouble.status, "\(report)")
                #expect(bed[1].counters.requests == 0 && bed.router.metrics["p0"].cuts == 1)
            }
        }

        @Test("F-07: without its marker a stream with its reason is whole, but never with a call that is open")
        func lenientEnd() async throws {
            let finish = #"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
            let call =
                #"data: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}}]}"#
            try await withBed(Script(raw: Wire.stream([Self.hello, finish]))) { bed in
                #expect(await bed.ask(streaming: true).reply?.content == "hello")
                bed[0].setScript(Script(raw: Wire.stream([Self.hello])))
                #expect(await bed.ask(streaming: true).error?.code == .streamCut)
                bed[0].setScript(Script(raw: Wire.stream([Self.hello, call + "\n\n", finish])))
                let end = await bed.ask(streaming: true)
                #expect(end.error?.code == .streamCut && end.error?.delivered?.toolCallCount == 1)
                #expect(bed.router.metrics["p0"].cuts == 2)
            }
        }

        // MARK: Time

        /// Patient but in one respect, so that a busy machine does not let another end come first.
        private func impatient(_ reason: String) -> (inout CascadeConfiguration) -> Void {
            { configuration in
                func limit(_ name: String) -> Duration { name == reason ? .milliseconds(120) : .seconds(20) }
                configuration.providers[0].timeouts.responseHeaders = limit("head_timeout")
                configuration.providers[0].timeouts.firstToken = limit("first_token_timeout")
                configuration.providers[0].timeouts.idle = limit("idle_timeout")
                configuration.providers[0].timeouts.progress = limit("progress_timeout")
            }
        }

        /// Something every few milliseconds, for a while.
        private static func drip(_ beginning: String, _ drop: String, count: Int = 200) -> Raw {
            var response = Raw(beginning, ending: .hold)
            for _ in 0..<count { response.append(drop, after: .milliseconds(5)) }
            return response
        }

        private static let head = Wire.head(fields: Wire.chunked)
        private static let comment = Wire.chunk(": keep-alive\n\n")

        @Test(
            "F-17: who does not begin in time is let go, closed, and counted",
            arguments: [
                (Raw(ending: .hold), "head_timeout"), (Raw("HTTP/1.1 200 OK\r\n", ending: .hold), "head_timeout"),
                (Raw(head, ending: .hold), "idle_timeout"), (drip(head, comment), "first_token_timeout"),
            ])
        func late(response: Raw, reason: String) async throws {
            try await withBed(Script(raw: response), Script(text: "other"), configure: impatient(reason)) { bed in
                let end = await bed.ask(streaming: true)
                #expect(end.reply?.content == "other" && end.attempts.first?.reason == reason, "\(end.attempts)")
                #expect(end.attempts.first?.failureClass == .timeout && bed.countedFailures == 1)
                #expect(await bed[0].waitForPeerClose() != nil)
            }
        }

        @Test(
            "F-18 F-19: silence after a token is a cut, and so is a drip that says nothing",
            arguments: [
                (Raw(head + Wire.chunk(hello), ending: .hold), "idle_timeout"),
                (drip(head + Wire.chunk(hello), comment), "progress_timeout"),
                (drip(head + Wire.chunk(hello), Wire.chunk("d")), "progress_timeout"),
            ])
        func stall(response: Raw, reason: String) async throws {
            try await withBed(Script(raw: response), Script(text: "never"), configure: impatient(reason)) { bed in
                let end = await bed.ask(streaming: true)
                #expect(end.error?.code == .streamCut && end.error?.delivered?.content == "hello")
                #expect(end.attempts.last?.reason == reason && bed[1].counters.requests == 0, "\(end.attempts)")
                #expect(await bed[0].waitForPeerClose() != nil)
            }
        }

        @Test("F-19b: blank lines before a whole answer keep it waiting, and are no part of it")
        func blankLines() async throws {
            let body = #"{"choices":[{"message":{"content":"own"},"finish_reason":"stop"}]}"#
            var response = Raw(Wire.head(type: "application/json", fields: Wire.chunked))
            for _ in 0..<5 { response.append(Wire.chunk("\n\r\n"), after: .milliseconds(10)) }
            response.append(Wire.chunk(body) + Wire.lastChunk)
            try await withBed(Script(raw: response)) { bed in
                for streaming in [false, true] { #expect(await bed.ask(streaming: streaming).reply?.content == "own") }
            }
        }

        @Test("F-19b: and without end they are no answer")
        func blankLinesOnly() async throws {
            let response = Self.drip(Wire.head(type: "application/json", fields: Wire.chunked), Wire.chunk("\n"))
            let configure = impatient("first_token_timeout")
            try await withBed(
                Script(raw: response), Script(text: "other"),
                configure: {
                    configure(&$0)
                    $0.providers[0].timeouts.progress = .milliseconds(120)
                }
            ) { bed in
                let end = await bed.ask(streaming: false)
                #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .timeout)
                #expect(await bed[0].waitForPeerClose() != nil)
            }
        }

        // MARK: Uploads

        @Test("F-27: an answer that comes before the request has gone out is read, and the rest stays here")
        func earlyAnswer() async throws {
            let request = ChatRequest(String(repeating: "long ", count: 4 << 20))
            var response = Wire.response("413 Too Large", #"{"error":{"message":"too large"}}"#)
            response.ending = .hold
            var early = Script(raw: response)
            early.answersEarly = true
            try await withBed(early, Script(text: "never")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(request, streaming: streaming)
                    #expect(end.error?.code == .invalidRequest && end.attempts.map(\.status) == [413])
                }
                #expect(bed[1].counters.requests == 0 && bed.countedFailures == 0)
            }
        }
    }
}
