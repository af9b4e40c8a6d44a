import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// Client and provider speak the same format.
    @Suite struct Forwarding {
        /// An answer with a body of these bytes.
        private static func raw(_ body: String, type: String, format: Format) -> Script {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            return Script(format: format, raw: .init(head + body))
        }

        private static func stream(_ body: String, format: Format) -> Script {
            raw(body, type: "text/event-stream", format: format)
        }

        private func sent(_ fixture: GatewayFixture, _ index: Int = 0) throws -> String {
            String(decoding: try #require(fixture.providers[0].log.last).body, as: UTF8.self)
        }

        @Test("Members that nobody here knows reach a provider of OpenAI's format as they stand")
        func unknownMembers() async throws {
            let fixture = try await GatewayFixture(Script())
            let rest =
                #""guided_json": {"a": [1e2, "\u0041"]} , "top_k":5, "n":2,"#
                + #""messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"v"}}],"x":null}]}"#
            for isStreamed in [false, true] {
                let reply = try fixture.post(#"{"model":"cascade", "stream":\#(isStreamed), "# + rest)
                #expect(reply.status == 200, "\(reply.body)")
                let options = isStreamed ? #""stream_options":{"include_usage":true},"# : ""
                #expect(
                    try sent(fixture) == #"{"model":"p0-model","stream":\#(isStreamed),"# + options + "  " + rest)
            }
            await fixture.end()
        }

        @Test("Members that nobody here knows reach a provider of Anthropic's format as they stand")
        func unknownAnthropicMembers() async throws {
            let fixture = try await GatewayFixture(Script(format: .anthropic))
            let rest =
                #""max_tokens":9,"top_k":5,"tools":[{"type":"web_search_20250305","name":"web_search"}],"#
                + #""system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"#
                + #""messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}]}"#
            let reply = try fixture.message(
                #"{"stream":true,"model":"cascade","# + rest, fields: "anthropic-beta: one-1, two-2\r\n")
            #expect(reply.status == 200, "\(reply.body)")
            #expect(fixture.providers[0].log[0].header("anthropic-beta") == "one-1, two-2")
            #expect(try sent(fixture) == #"{"model":"p0-model","stream":true,"# + rest)
            await fixture.end()
        }

        @Test("What only the client's format knows is not asked of another, and refused where there is no other")
        func onlyHere() async throws {
            let mixed = try await GatewayFixture(Script(format: .anthropic), Script())
            let reply = try mixed.post(question(#","logprobs":true"#))
            #expect(reply.status == 200, "\(reply.body)")
            #expect(reply.header("x-cascade-provider") == "p1")
            #expect(mixed.providers[0].counters.requests == 0)
            await mixed.end()
            let other = try await GatewayFixture(Script(format: .anthropic))
            let refused = try other.post(question(#","logprobs":true"#))
            #expect(refused.status == 400)
            #expect(refused.error["param"] as? String == "logprobs")
            await other.end()
        }

        @Test("A provider of another format that takes over is asked in its own")
        func failover() async throws {
            let fixture = try await GatewayFixture(
                Script(fault: .status(500)), Script(format: .anthropic), Script(format: .gemini))
            let reply = try fixture.post(question(#","unknown":1,"max_tokens":20"#, stream: true))
            #expect(reply.text == Script().expectedText)
            #expect(reply.header("x-cascade-provider") == "p1")
            #expect(reply.events.last == "[DONE]")
            let body = String(decoding: fixture.providers[1].log[0].body, as: UTF8.self)
            #expect(body.contains(#""max_tokens":20"#))
            #expect(!body.contains("unknown"))
            await fixture.end()
        }

        @Test("A whole answer reaches the client byte by byte", arguments: [Format.openai, .anthropic])
        func wholeAnswer(_ format: Format) async throws {
            let openAI = #"""
                {"id" : "x", "choices":[{"index":0,"message":{"role":"assistant","content":"h\u0069","odd":[1.50]},
                 "finish_reason":"stop","logprobs":{"content":[]}}], "usage":{"prompt_tokens":1,"completion_tokens":2,
                 "total_tokens":3}, "service_tier":"flex"}

                """#
            let anthropic = #"""
                {"id":"msg_x","type":"message","role":"assistant","model":"m","odd":1e3,"content":[
                 {"type":"text","text":"h\u0069","citations":null}],"stop_reason":"stop_sequence","stop_sequence":"!",
                 "usage":{"input_tokens":1,"output_tokens":2}}
                """#
            let body = format == .openai ? openAI : anthropic
            let fixture = try await GatewayFixture(Self.raw(body, type: "application/json", format: format))
            let reply =
                format == .openai ? try fixture.post(question()) : try fixture.message(anthropicQuestion())
            #expect(reply.status == 200)
            #expect(reply.body == body)
            #expect(reply.header("x-cascade-provider") == "p0")
            await fixture.end()
        }

        private static let chunks = [
            #"{"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
            #"{ "choices":[{"index":0,"delta":{"content":"h\u0069"},"odd":1.50}],"usage":null, "obfuscation":"x" }"#,
            #"{"choices":[{"index":1,"delta":{"content":"second"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":" you"}}]}"#,
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
            #"{"choices":[{"index":0,"delta":{"content":",\"usage\":null"}}]}"#,
        ]
        private static let usage = #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#

        @Test(
            "OpenAI's chunks reach the client as they came, usage only if it was asked for", arguments: [true, false])
        func chunks(asksForUsage: Bool) async throws {
            let all = Self.chunks + [Self.usage, "[DONE]"]
            let script = Self.stream(
                ": hello\n\n" + all.map { "data: \($0)\n\n" }.joined(), format: .openai)
            let fixture = try await GatewayFixture(script)
            let options = asksForUsage ? #","stream_options":{"include_usage":true}"# : ""
            let reply = try fixture.post(question(options, stream: true))
            // The provider is asked for usage in any case.
            let unasked = all.filter { $0 != Self.usage }.map { $0.replacing(#"],"usage":null"#, with: "]") }
            #expect(reply.events == (asksForUsage ? all : unasked))
            await eventually { fixture.router.metrics.answered == 1 }
            #expect(fixture.router.metrics.providers.first?.completionTokens == 2)
            await fixture.end()
        }

        private static let events = [
            (
                "message_start",
                #"{"type":"message_start","message":{"id":"a","model":"m","odd":1.50,"usage":{"input_tokens":4}}}"#
            ),
            ("ping", #"{"type": "ping"}"#),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
            ),
            (
                "content_block_delta",
                #"{"index":0,"type":"content_block_delta","delta":{"type":"text_delta","text":"h\u0069"}}"#
            ),
            ("new_kind", #"{"type":"new_kind","odd":{}}"#),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{}}}"#
            ),
            ("content_block_stop", #"{"type":"content_block_stop","index":0}"#),
            (
                "message_delta",
                #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#
            ),
            ("message_stop", #"{"type":"message_stop","odd":0}"#),
        ]

        @Test("Anthropic's events reach the client as they came")
        func events() async throws {
            let all = Self.events.map { "event: \($0.0)\ndata: \($0.1)\n\n" }
            let fixture = try await GatewayFixture(Self.stream(all.joined(), format: .anthropic))
            let reply = try fixture.message(anthropicQuestion(stream: true))
            #expect(reply.body == all.joined())
            await fixture.end()
        }

        @Test("An event of several lines stays one")
        func lines() async throws {
            let text = "data: {\"choices\":\ndata: [{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n"
            let fixture = try await GatewayFixture(Self.stream(text, format: .openai))
            #expect(try fixture.post(question(stream: true)).body == text)
            await fixture.end()
        }

        @Test(
            "A stream that breaks off ends with an error and no marker of the end, wherever it breaks",
            arguments: 0..<9)
        func cut(at index: Int) async throws {
            let before = Self.events.prefix(index).map { "event: \($0.0)\ndata: \($0.1)\n\n" }.joined()
            let half = "event: \(Self.events[index].0)\ndata: " + Self.events[index].1.dropLast(3)
            let fixture = try await GatewayFixture(Self.stream(before + half, format: .anthropic))
            let reply = try fixture.message(anthropicQuestion(stream: true))
            #expect(!reply.body.contains("message_stop"))
            if index > 3 {
                #expect(reply.status == 200)
                #expect(reply.body.hasPrefix(before))
                #expect(reply.namedEvents.last?.name == "error")
            } else {
                // Nothing of it has reached the client.
                #expect(reply.status == 502)
                #expect(reply.json["type"] as? String == "error")
            }
            await fixture.end()
        }

        @Test("A whole body for an answer to a stream's request is cut into events")
        func bodyForStream() async throws {
            let body = #"{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]}"#
            let fixture = try await GatewayFixture(Self.raw(body, type: "application/json", format: .openai))
            let reply = try fixture.post(question(stream: true))
            #expect(reply.text == "hi")
            #expect(reply.events.last == "[DONE]")
            await fixture.end()
        }

        @Test("An answer that says a lot of nothing first is passed on all the same")
        func longSilence() async throws {
            let nothing =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}],\"pad\":\"\(String(repeating: "x", count: 900))\"}\n\n"
            let text =
                String(repeating: nothing, count: 200)
                + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
            let fixture = try await GatewayFixture(Self.stream(text, format: .openai))
            let reply = try fixture.post(question(stream: true))
            #expect(reply.text == "hi")
            #expect(reply.events.last == "[DONE]")
            await fixture.end()
        }
    }
}
