import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    @Suite struct Refusals {
        @Test(
            "Each failure of the cascade has its status, whole or streamed",
            arguments: [
                (Fault.status(500), 502, "all_providers_failed"),
                (.rateLimit(retryAfter: .seconds(7)), 429, "rate_limited"),
                (.status(400), 400, "invalid_request"), (.status(401), 502, "all_providers_failed"),
                (.noAnswer, 504, "deadline_exceeded"), (.refuse, 502, "all_providers_failed"),
            ])
        func failure(_ fault: Fault, status: Int, code: String) async throws {
            let fixture = try await GatewayFixture(Script(fault: fault)) { $0.cascade.deadline = .milliseconds(300) }
            for isStreamed in [false, true] {
                let reply = try fixture.post(question(stream: isStreamed))
                #expect(reply.status == status)
                #expect(reply.error["code"] as? String == code)
                #expect(reply.error["message"] as? String != "")
                #expect(reply.header("x-cascade-provider") == "p0" || fixture.providers[0].counters.requests < 2)
                #expect(!reply.body.contains(GatewayFixture.plantedKey))
                if status == 429 { #expect(reply.header("retry-after").flatMap { Int($0) } ?? 0 >= 6) }
                if status == 502 { #expect(reply.header("x-should-retry") == "false") }
            }
            await fixture.end()
        }

        @Test(
            "A body that is no request is refused with what is wrong with it",
            arguments: [
                (#"{"model":"cascade","mess"#, nil), ("", nil), ("[]", "messages"), ("7", "messages"),
                (#"{"model":"cascade"}"#, "messages"), (#"{"messages":[]}"#, "messages"),
                (#"{"messages":"hi"}"#, "messages"), (#"{"messages":["hi"]}"#, "messages[0]"),
                (#"{"messages":[{"content":"hi"}]}"#, "messages[0].role"),
                (#"{"messages":[{"role":"user","content":7}]}"#, "messages[0].content"),
                (#"{"messages":[{"role":"user","content":[7]}]}"#, "messages[0].content[0]"),
                (
                    #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"/etc/passwd"}}]}]}"#,
                    "messages[0].content[0].image_url.url"
                ),
                (question(#","temperature":"hot""#), "temperature"), (question(#","temperature":3"#), "temperature"),
                (question(#","max_tokens":0"#), "max_tokens"), (question(#","n":0"#), "n"),
                (question(#","stream":"yes""#), "stream"), (question(#","model":"p0-model""#), "model"),
                (question(#","tools":[{"type":"function"}]"#), "tools[0].function.name"),
                (question(#","logprobs":1"#), "logprobs"), (question() + "x", nil),
            ] as [(String, String?)])
        func malformed(_ body: String, parameter: String?) async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.post(body)
            #expect(reply.status == 400, "\(reply.body)")
            #expect(reply.error["type"] as? String == "invalid_request_error")
            #expect(reply.error["param"] as? String == parameter, "\(reply.body)")
            #expect(fixture.providers[0].counters.requests == 0)
            await fixture.end()
        }

        @Test("Bytes that are no text, and nesting without end, are refused")
        func hostileBodies() async throws {
            let fixture = try await GatewayFixture(Script())
            var bytes = Data(question().utf8)
            bytes[bytes.firstIndex(of: UInt8(ascii: "w"))!] = 0xFF
            let client = try fixture.client()
            client.send("POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\nContent-Length: \(bytes.count)\r\n\r\n")
            client.send(bytes)
            #expect(client.read().status == 400)
            let deep = String(repeating: "[", count: 100_000)
            #expect(try fixture.post(question(",\"tools\":\(deep)")).status == 400)
            await fixture.end()
        }

        @Test("A body that is too large is refused with 413, and its connection serves on", arguments: [true, false])
        func largeBody(isChunked: Bool) async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            let body = Data(repeating: UInt8(ascii: "x"), count: 50_000_000)
            let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
            client.send("POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\n\(length)\r\n\r\n")
            if isChunked { client.send(String(body.count, radix: 16) + "\r\n") }
            client.send(body)
            if isChunked { client.send("\r\n0\r\n\r\n") }
            let reply = client.read()
            #expect(reply.status == 413)
            #expect(reply.error["code"] as? String == "request_too_large")
            #expect(client.post(GatewayFixture.path, question()).status == 200)
            await fixture.end()
        }

        @Test("Who asks before sending too large a body is told before")
        func expectation() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            client.send(
                "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 50000000\r\n\r\n")
            #expect(client.read().status == 413)
            #expect(client.waitForEnd() == .closed)
            await fixture.end()
        }

        @Test("Unknown models, addresses and methods are told apart")
        func unknown() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            let model = client.post(
                GatewayFixture.path, #"{"model":"nobody's","messages":[{"role":"user","content":"hi"}]}"#)
            #expect(model.status == 404)
            #expect(model.error["code"] as? String == "model_not_found")
            #expect(client.post("/v1/nothing", "{}").status == 404)
            #expect(client.get(GatewayFixture.path).status == 405)
            #expect(client.post("/v1/models", "{}").status == 405)
            await fixture.end()
        }

        @Test("A request whose end two servers would see in two places is refused, and its connection closed")
        func twoLengths() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            client.send(
                "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: t\r\n\r\n")
            #expect(client.read().status == 400)
            #expect(client.waitForEnd() != .silent)
            await fixture.end()
        }

        @Test(
            "What is no HTTP ends the connection, and no other one",
            arguments: [
                "\u{1}\u{2}\u{3}\r\n\r\n", "POST \(GatewayFixture.path) HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET / HTTP/1.1\r\n" + String(repeating: "A: \(String(repeating: "a", count: 900))\r\n", count: 90)
                    + "\r\n",
            ])
        func noHTTP(_ bytes: String) async throws {
            let fixture = try await GatewayFixture(Script())
            let other = try fixture.client()
            let client = try fixture.client()
            client.send(bytes)
            #expect(client.waitForEnd() != .silent)
            #expect(other.post(GatewayFixture.path, question()).status == 200)
            await fixture.end()
        }

        @Test("Nothing but loopback is served unless that is asked for")
        func hosts() async throws {
            for host in ["0.0.0.0", "::", "192.0.2.1", "localhost", ""] {
                await #expect(throws: GatewayError.self) {
                    _ = try await GatewayFixture(Script(), gateway: { $0.host = host })
                }
            }
            let any = try await GatewayFixture(
                Script(),
                gateway: {
                    $0.host = "0.0.0.0"
                    $0.allowsAnyHost = true
                })
            #expect(try any.post(question()).status == 200)
            await any.end()
        }

        @Test("A port that is taken is an error that says so")
        func takenPort() async throws {
            let fixture = try await GatewayFixture(Script())
            let port = fixture.gateway.port
            await #expect(throws: GatewayError.self) {
                _ = try await GatewayFixture(Script(), gateway: { $0.port = port })
            }
            await fixture.end()
        }
    }
}
