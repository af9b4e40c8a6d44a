import Cascade
import CascadeTesting
import Foundation
import Testing

extension FaultMatrix {
    @Suite("Connections that fail, and heads that are none")
    struct ConnectionTests {
        private static func spoiled(
            _ name: String, _ response: Raw, _ kind: FailureClass, _ reason: String, status: Int? = nil
        ) -> Spoiled {
            Spoiled(name: name, response: response, kind: kind, reason: reason, status: status)
        }

        @Test(
            "F-03: gone before the first byte, on a connection of its own: maybe worked on, so the next provider is asked",
            arguments: [
                spoiled("FIN", Raw(ending: .close), .ambiguous, "no_response"),
                spoiled("RST", Raw(ending: .reset), .ambiguous, "reset"),
                spoiled("half a close", Raw(ending: .halfClose), .ambiguous, "no_response"),
            ])
        func noAnswer(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        @Test("F-03 F-45 F-49: alone, it is asked once more and no oftener, and nobody repeats it unseen")
        func noAnswerAlone() async throws {
            try await withBed(
                Script(raw: Raw(ending: .close)), configure: { $0.cascade.maxAttemptsPerProvider = 2 },
                tune: { $0.clock = SystemClock() }
            ) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.error?.code == .allProvidersFailed)
                    #expect(end.attempts.map(\.failureClass) == [.ambiguous, .ambiguous])
                }
                // One verdict a request, however often it was tried.
                #expect(bed[0].counters.requests == 4 && bed.countedFailures == 2)
            }
        }

        private static let head = Wire.head(fields: Wire.chunked)
        private static let begun =
            head + Wire.chunk(#"data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}"# + "\n\n")

        @Test(
            "F-04 F-06 F-08: cut after the head and before the first token, however cleanly, nobody sees it",
            arguments: [
                spoiled("RST", Raw(begun, ending: .reset), .transient, "reset", status: 200),
                spoiled("FIN", Raw(begun, ending: .close), .transient, "cut", status: 200),
                spoiled("within a chunk", Raw(begun + "20\r\ndata", ending: .close), .transient, "cut", status: 200),
                spoiled("within a size", Raw(begun + "2", ending: .close), .transient, "cut", status: 200),
                spoiled(
                    "a last chunk", Raw(begun + Wire.lastChunk), .transient, "truncated", status: 200),
                spoiled(
                    "no framing", Raw(Wire.head() + "data: {\"choices\":[]}\n\n", ending: .close), .transient,
                    "truncated", status: 200),
            ])
        func cutBeforeTheFirstToken(spoiled: Spoiled) async throws {
            try await withBed(Script(raw: spoiled.response), Script(text: "other")) { bed in
                let end = await bed.ask(streaming: true)
                #expect(end.reply?.content == "other" && end.told.text == "other")
                let report = try #require(end.attempts.first)
                #expect(report.failureClass == spoiled.kind && report.reason == spoiled.reason, "\(report)")
                #expect(report.status == spoiled.status && bed.countedFailures == 1, "\(report)")
            }
        }

        @Test(
            "F-08: a head cut short, and a body short of its length, are no answers",
            arguments: [
                spoiled("head, FIN", Raw("HTTP/1.1 200 OK\r\nContent-Ty", ending: .close), .transient, "cut"),
                spoiled("head, RST", Raw("HTTP/1.1 200 OK\r\nContent-Ty", ending: .reset), .ambiguous, "reset"),
                spoiled(
                    "body",
                    Raw(Wire.head(type: "application/json", fields: "Content-Length: 99\r\n") + "{}", ending: .close),
                    .transient, "cut", status: 200),
            ])
        func cutHead(spoiled: Spoiled) async throws {
            try await withBed(Script(raw: spoiled.response), Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other")
                    #expect(end.attempts.first?.failureClass == spoiled.kind, "\(end.attempts)")
                    #expect(end.attempts.first?.reason == spoiled.reason, "\(end.attempts)")
                }
            }
        }

        @Test("F-06: whole by its marker, an answer is whole though its connection dies in the last chunk")
        func cutAfterTheMarker() async throws {
            let events = Wire.openAIEvents(deltas: [#"{"content":"hello"}"#])
            let body = Self.head + events.map(Wire.chunk).joined()
            for ending in [Raw.Ending.close, .reset] {
                try await withBed(Script(raw: Raw(body, ending: ending))) { bed in
                    #expect(await bed.ask(streaming: true).reply?.content == "hello")
                    #expect(await bed.ask(streaming: true).reply?.content == "hello")
                    #expect(bed.router.metrics["p0"].cuts == 0)
                    // What was not read to its end does not serve again.
                    #expect(bed[0].log.map(\.connection) == [1, 2])
                }
            }
        }

        @Test("F-20: where nothing was sent the next provider is asked at once, and the kind of it is told")
        func noConnection() async throws {
            let cases: [(String, FailureClass, String)] = [
                ("http://nobody.invalid/v1", .connect, "resolve"),
                ("https://127.0.0.1:1/v1", .connect, "connect"),
            ]
            for (url, kind, reason) in cases {
                try await withBed(
                    Script(text: "never"), Script(text: "other"), configure: { $0.providers[0].baseURL = url }
                ) { bed in
                    let end = await bed.ask(streaming: true)
                    #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == kind)
                    #expect(end.attempts.first?.reason == reason && bed.countedFailures == 1, "\(end.attempts)")
                    #expect(bed[0].counters.requests == 0)
                }
            }
        }

        @Test("F-20: a connection that is neither made nor refused is waited for no longer than it may be")
        func noConnectionInTime() async throws {
            let hole = BlackHole()
            try await withBed(
                Script(text: "never"), Script(text: "other"),
                configure: {
                    $0.providers[0].baseURL = "http://127.0.0.1:\(hole.port)/v1"
                    $0.providers[0].timeouts.connect = .milliseconds(100)
                }
            ) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.first?.reason == "connect_timeout")
                    #expect(end.attempts.first?.failureClass == .timeout)
                }
                #expect(bed.countedFailures == 2)
            }
        }

        @Test("F-20: a server without TLS is no connection, and is sent no key")
        func noTLS() async throws {
            try await withBed(
                Script(text: "never"), Script(text: "other"),
                configure: { configuration in
                    let plain = configuration.providers[0].baseURL ?? ""
                    configuration.providers[0].baseURL = plain.replacing("http://", with: "https://")
                }
            ) { bed in
                let end = await bed.ask(streaming: true)
                #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .connect)
                #expect(
                    end.attempts.first?.reason == "tls" && !bed[0].log.contains { $0.header("authorization") != nil })
            }
        }

        @Test(
            "F-28: what is not HTTP/1.1 is no answer",
            arguments: [
                spoiled("HTTP/0.9", Raw("hello", ending: .close), .transient, "protocol_error"),
                spoiled("TLS", Raw([22, 3, 1, 0, 1, 0], ending: .close), .transient, "protocol_error"),
                spoiled(
                    "1xx without end",
                    Raw(String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 5_000), ending: .hold), .transient,
                    "too_large"),
                spoiled(
                    "a size that is none", Raw(head + "zz\r\ndata: 1\n\n\r\n", ending: .close), .transient,
                    "protocol_error", status: 200),
                spoiled(
                    "a size without end", Raw(head + String(repeating: "f", count: 99) + "\r\n", ending: .close),
                    .transient, "protocol_error", status: 200),
            ])
        func noHTTP(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        @Test("F-28: a second response on the heels of the first is nobody's answer")
        func smuggled() async throws {
            let own = Wire.json(#"{"choices":[{"message":{"content":"own"},"finish_reason":"stop"}]}"#)
            let twice = Raw(own.text + own.text.replacing("own", with: "not"))
            try await withBed(Script(raw: twice)) { bed in
                for _ in 0..<4 { #expect(await bed.ask(streaming: false).reply?.content == "own") }
                #expect(bed[0].counters.requests == 4)
            }
        }

        @Test("F-28: a hint before the head is not the head, and two lengths that agree are one")
        func oddButSound() async throws {
            let body = #"{"choices":[{"message":{"content":"own"},"finish_reason":"stop"}]}"#
            let length = "Content-Length: \(body.utf8.count)\r\n"
            let response = Raw(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                    + Wire.head(type: "application/json", fields: length + length) + body)
            try await withBed(Script(raw: response)) { bed in
                for streaming in [false, true] { #expect(await bed.ask(streaming: streaming).reply?.content == "own") }
            }
        }

        @Test(
            "F-29: header fields without end are a failure that is noticed early",
            arguments: [
                spoiled(
                    "many", Raw(bomb((0..<300).map { "X-\($0): a\r\n" }.joined()), ending: .hold), .transient,
                    "too_large"),
                spoiled(
                    "long", Raw(bomb("X: \(String(repeating: "a", count: 90_000))\r\n"), ending: .hold), .transient,
                    "too_large"),
                spoiled(
                    "endless line", Raw(bomb("X: \(String(repeating: "a", count: 300_000))"), ending: .hold),
                    .transient,
                    "too_large"),
            ])
        func headerBomb(spoiled: Spoiled) async throws {
            try await expectFallsOver(spoiled)
        }

        private static func bomb(_ fields: String) -> String { "HTTP/1.1 200 OK\r\n" + fields }

        @Test("F-29: as many as a provider may well send are none")
        func manyFields() async throws {
            let body = #"{"choices":[{"message":{"content":"own"},"finish_reason":"stop"}]}"#
            let fields = (0..<120).map { "X-Field-\($0): \(String(repeating: "a", count: 200))\r\n" }.joined()
            try await withBed(Script(raw: Wire.response("200 OK", fields: fields, body))) { bed in
                #expect(await bed.ask(streaming: false).reply?.content == "own")
            }
        }
    }
}

extension Raw {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
