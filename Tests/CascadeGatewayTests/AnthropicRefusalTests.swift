import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// What `POST /v1/messages` does not answer, and how it says so.
    @Suite struct AnthropicRefusals {
        @Test(
            "Each failure of the cascade has its status and type, whole or streamed",
            arguments: [
                (Fault.status(500), 502, "api_error"), (.rateLimit(retryAfter: .seconds(7)), 429, "rate_limit_error"),
                (.status(400), 400, "invalid_request_error"), (.status(401), 502, "api_error"),
                (.noAnswer, 504, "timeout_error"), (.refuse, 502, "api_error"),
            ])
        func failure(_ fault: Fault, status: Int, type: String) async throws {
            let fixture = try await GatewayFixture(Script(fault: fault)) { $0.cascade.deadline = .milliseconds(300) }
            for isStreamed in [false, true] {
                let reply = try fixture.message(anthropicQuestion(stream: isStreamed))
                #expect(reply.status == status)
                #expect(reply.json["type"] as? String == "error")
                #expect(reply.error["type"] as? String == type)
                #expect(reply.error["message"] as? String != "")
                #expect(reply.json["request_id"] as? String == reply.header("request-id"))
                #expect(!reply.body.contains(GatewayFixture.plantedKey))
                if status == 429 { #expect(reply.header("retry-after").flatMap { Int($0) } ?? 0 >= 6) }
                if status == 502 || status == 504 { #expect(reply.header("x-should-retry") == "false") }
            }
            await fixture.end()
        }

        @Test("A router at its limit is Anthropic's 529")
        func overloaded() async throws {
            var tuning = Tuning()
            tuning.maxConcurrentRequests = 1
            let fixture = try await GatewayFixture(Script(fault: .stall(afterChunks: 2)), tuning: tuning) {
                $0.cascade.deadline = .milliseconds(300)
            }
            var first: HTTPClient? = try fixture.client()
            first?.send(HTTPClient.post(GatewayFixture.messagesPath, anthropicQuestion(stream: true)))
            _ = try first?.read(until: "from ")
            let reply = try fixture.message(anthropicQuestion())
            #expect(reply.status == 529)
            #expect(reply.error["type"] as? String == "overloaded_error")
            #expect(reply.header("retry-after") == "1")
            first = nil
            await fixture.end()
        }

        private static func user(_ content: String) -> String { turn("user", content) }

        private static func turn(_ role: String, _ content: String) -> String {
            #"{"model":"cascade","max_tokens":1,"messages":[{"role":"\#(role)","content":\#(content)}]}"#
        }

        /// Bodies, and what the complaint about each names.
        private static let malformedBodies: [(String, String)] = [
            (#"{"model":"cascade","mess"#, "JSON"),
            ("", "JSON"),
            ("[]", "messages"),
            (#"{"model":"cascade","max_tokens":1}"#, "messages"),
            (#"{"model":"cascade","messages":[],"max_tokens":1}"#, "messages"),
            (#"{"model":"cascade","messages":[{"role":"user","content":"hi"}]}"#, "max_tokens"),
            (#"{"max_tokens":1,"messages":[{"role":"user","content":"hi"}]}"#, "model"),
            (#"{"model":"cascade","max_tokens":1,"messages":["hi"]}"#, "messages[0]"),
            (#"{"model":"cascade","max_tokens":1,"messages":[{"content":"hi"}]}"#, "messages[0].role"),
            (user(#"[{"type":"image","source":{"type":"url","url":"/etc/passwd"}}]"#), "content[0].source.url"),
            (user(#"[{"type":"tool_use","id":"a","name":"b","input":{}}]"#), "assistant"),
            (turn("assistant", #"[{"type":"tool_use","id":"a","name":"b","input":"no"}]"#), "content[0].input"),
            (anthropicQuestion(#","temperature":1.5"#), "temperature"),
            (anthropicQuestion(#","max_tokens":0"#), "max_tokens"),
            (anthropicQuestion(#","stream":1"#), "stream"),
            (anthropicQuestion(#","model":"p0-model""#), "model"),
            (anthropicQuestion(#","tools":[{}]"#), "tools[0]"),
            (anthropicQuestion(#","tool_choice":{"type":"must"}"#), "tool_choice"),
            (anthropicQuestion(#","system":7"#), "system"),
            (anthropicQuestion() + "x", "JSON"),
        ]

        @Test("A body that is no request is refused with what is wrong with it", arguments: malformedBodies)
        func malformed(_ body: String, place: String) async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.message(body)
            #expect(reply.status == 400, "\(reply.body)")
            #expect(reply.error["type"] as? String == "invalid_request_error")
            #expect((reply.error["message"] as? String)?.contains(place) == true, "\(reply.body)")
            #expect(fixture.providers[0].counters.requests == 0)
            await fixture.end()
        }

        @Test("Unknown models and methods, and bodies that are too large, are told as Anthropic tells them")
        func unknown() async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.maxBodyBytes = 1_000 })
            let model = try fixture.message(anthropicQuestion(model: "nobody's"))
            #expect(model.status == 404)
            #expect(model.error["type"] as? String == "not_found_error")
            let method = try fixture.client().get(GatewayFixture.messagesPath)
            #expect(method.status == 405)
            #expect(method.error["type"] as? String == "invalid_request_error")
            let large = try fixture.message(String(repeating: " ", count: 1_500) + anthropicQuestion())
            #expect(large.status == 413)
            #expect(large.error["type"] as? String == "request_too_large")
            await fixture.end()
        }

        @Test("A cut upstream is the error event, and no message_stop", arguments: [Format.openai, .anthropic])
        func cut(_ format: Format) async throws {
            let fixture = try await GatewayFixture(Script(format: format, fault: .truncate(afterChunks: 3)))
            let reply = try fixture.message(anthropicQuestion(stream: true))
            #expect(reply.status == 200)
            #expect(reply.ending == .complete)
            #expect(reply.deltas("text") == "Light from our ")
            let last = try #require(reply.namedEvents.last)
            #expect(last.name == "error")
            #expect((last.data["error"] as? [String: Any])?["type"] as? String == "api_error")
            #expect(!reply.eventNames.contains("message_stop"))
            await fixture.end()
        }

        @Test("A client that goes away cancels the upstream", arguments: [true, false])
        func clientLeaves(isStreamed: Bool) async throws {
            let fixture = try await GatewayFixture(Script(fault: .stall(afterChunks: isStreamed ? 2 : 0)))
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(GatewayFixture.messagesPath, anthropicQuestion(stream: isStreamed)))
            #expect(await fixture.providers[0].waitForRequests(1))
            if isStreamed { _ = try client?.read(until: "from ") }
            client = nil
            #expect(await fixture.providers[0].waitForPeerClose() != nil)
            await fixture.end()
            #expect(fixture.router.metrics.cancelled == 1)
        }
    }
}
