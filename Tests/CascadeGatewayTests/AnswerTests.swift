import Cascade
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    @Suite struct Answers {
        @Test("A whole answer of any format reaches the client in OpenAI's", arguments: Format.allCases)
        func whole(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.post(question())
            #expect(reply.status == 200)
            #expect(reply.message["content"] as? String == script.expectedText)
            #expect(reply.json["object"] as? String == "chat.completion")
            #expect((reply.json["usage"] as? [String: Any])?["completion_tokens"] as? Int == script.completionTokens)
            #expect(reply.header("x-cascade-provider") == "p0")
            #expect(reply.header("x-cascade-model") == "p0-model")
            #expect(reply.header("x-cascade-attempts") == "1")
            #expect(reply.header("x-cascade-overhead-us").flatMap { Int($0) } != nil)
            await fixture.end()
        }

        @Test("A streamed answer of any format reaches the client in OpenAI's chunks", arguments: Format.allCases)
        func streamed(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.post(question(stream: true))
            #expect(reply.status == 200)
            #expect(reply.header("content-type") == "text/event-stream; charset=utf-8")
            #expect(reply.text == script.expectedText)
            #expect(reply.events.last == "[DONE]")
            #expect(reply.header("x-cascade-provider") == "p0")
            let first = (reply.objects.first?["choices"] as? [[String: Any]])?.first?["delta"] as? [String: Any]
            #expect(first?["role"] as? String == "assistant")
            let last = (reply.objects.last?["choices"] as? [[String: Any]])?.first
            #expect(last?["finish_reason"] as? String == "stop")
            #expect(!reply.objects.contains { $0["usage"] != nil })
            await fixture.end()
        }

        @Test("The head of a stream leaves together with the first piece")
        func corked() async throws {
            let fixture = try await GatewayFixture(Script(chunks: 1))
            // The first answer of a connection brings TCP_NODELAY with it, which pushes what waits.
            let client = try fixture.client()
            #expect(client.post(GatewayFixture.path, question(stream: true)).status == 200)
            for _ in 0..<20 {
                client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
                let first = client.readOnce()
                #expect(first.hasPrefix("HTTP/1.1 200 ") && first.contains("data: "))
                let whole = client.read()
                #expect(whole.events.last == "[DONE]" && whole.ending == .complete)
            }
            await fixture.end()
        }

        @Test("Tokens used end a stream whose client asked for them")
        func usage() async throws {
            let script = Script()
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.post(question(#","stream_options":{"include_usage":true}"#, stream: true))
            let usage = try #require(reply.objects.last?["usage"] as? [String: Any])
            #expect(usage["completion_tokens"] as? Int == script.completionTokens)
            #expect((reply.objects.last?["choices"] as? [Any])?.isEmpty == true)
            await fixture.end()
        }

        @Test("A tool call reaches the client whole and in chunks", arguments: Format.allCases)
        func toolCall(_ format: Format) async throws {
            var script = Script(format: format)
            script.toolCall = LoopbackProvider.ToolCall(name: "weather", arguments: #"{"city":"Oslo \"N\""}"#)
            let fixture = try await GatewayFixture(script)
            let tools = #","tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]"#
            let whole = try fixture.post(question(tools))
            let call = try #require((whole.message["tool_calls"] as? [[String: Any]])?.first)
            let function = try #require(call["function"] as? [String: Any])
            #expect(function["name"] as? String == "weather")
            #expect(try city(function["arguments"]) == #"Oslo "N""#)
            #expect(call["id"] as? String != nil)

            let streamed = try fixture.post(question(tools, stream: true))
            let deltas = streamed.objects.compactMap { object in
                let choice = (object["choices"] as? [[String: Any]])?.first
                return ((choice?["delta"] as? [String: Any])?["tool_calls"] as? [[String: Any]])?.first
            }
            #expect(deltas.first?["id"] as? String != nil)
            let arguments = deltas.compactMap { ($0["function"] as? [String: Any])?["arguments"] as? String }.joined()
            #expect(try city(arguments) == #"Oslo "N""#)
            let last = (streamed.objects.last?["choices"] as? [[String: Any]])?.first
            #expect(last?["finish_reason"] as? String == "tool_calls")
            await fixture.end()
        }

        private func city(_ arguments: Any?) throws -> String? {
            let text = try #require(arguments as? String)
            return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?["city"] as? String
        }

        @Test("What a client asks for reaches a provider of its own format")
        func request() async throws {
            let fixture = try await GatewayFixture(Script()) { configuration in
                configuration.providers[0].models = [
                    ModelConfiguration(name: "m", capabilities: ["text", "vision", "audio", "tools", "json"])
                ]
            }
            let body = #"""
                {"model":"m","temperature":0.25,"max_completion_tokens":77,"top_p":0.5,"seed":3,"stop":["x","y"],
                 "user":"u","parallel_tool_calls":false,"unknown_member":{"a":[1]},
                 "messages":[{"role":"system","content":"be \u00e9xact"},
                  {"role":"user","content":[{"type":"text","text":"see"},
                   {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}}]},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
                   "function":{"name":"f","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"result"}],
                 "tools":[{"type":"function","function":{"name":"f","description":"d",
                   "parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}],
                 "tool_choice":{"type":"function","function":{"name":"f"}},
                 "response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,
                   "schema":{"type":"object"}}}}
                """#
            let reply = try fixture.post(body)
            #expect(reply.status == 200, "\(reply.body)")
            let sent = try fixture.sent()
            #expect(sent["model"] as? String == "m")
            #expect(sent["temperature"] as? Double == 0.25)
            #expect((sent["max_completion_tokens"] ?? sent["max_tokens"]) as? Int == 77)
            #expect(sent["stop"] as? [String] == ["x", "y"])
            #expect(sent["parallel_tool_calls"] as? Bool == false)
            let messages = try #require(sent["messages"] as? [[String: Any]])
            #expect(messages.map { $0["role"] as? String } == ["system", "user", "assistant", "tool"])
            #expect(messages[0]["content"] as? String == "be éxact")
            let parts = try #require(messages[1]["content"] as? [[String: Any]])
            #expect((parts[1]["image_url"] as? [String: Any])?["url"] as? String == "data:image/png;base64,AAAA")
            #expect(messages[3]["tool_call_id"] as? String == "c1")
            let tool = (sent["tools"] as? [[String: Any]])?.first?["function"] as? [String: Any]
            let properties = (tool?["parameters"] as? [String: Any])?["properties"] as? [String: Any]
            #expect(properties?["a"] != nil)
            let schema = (sent["response_format"] as? [String: Any])?["json_schema"] as? [String: Any]
            #expect(schema?["name"] as? String == "s")
            await fixture.end()
        }

        @Test("The next provider answers, and the header says so")
        func fallback() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script(format: .anthropic))
            for isStreamed in [false, true] {
                let reply = try fixture.post(question(stream: isStreamed))
                #expect(reply.status == 200)
                #expect(reply.header("x-cascade-provider") == "p1")
                #expect(reply.header("x-cascade-attempts") == "2")
            }
            await fixture.end()
        }

        @Test("A client's own identifier comes back if it is fit to be shown; else one is made")
        func requestID() async throws {
            let fixture = try await GatewayFixture(Script())
            #expect(try fixture.post(question(), fields: "X-Request-ID: mine-1\r\n").header("x-request-id") == "mine-1")
            let made = try fixture.post(question(), fields: "X-Request-ID: not mine\r\n").header("x-request-id")
            #expect(made?.contains(" ") == false)
            #expect(try made != fixture.post(question()).header("x-request-id"))
            await fixture.end()
        }

        @Test("The models that can be asked for are listed, and each can be looked up")
        func models() async throws {
            let fixture = try await GatewayFixture(Script(), Script()) { $0.aliases = ["fast": ["p1-model"]] }
            let client = try fixture.client()
            let list = client.get("/v1/models").json["data"] as? [[String: Any]]
            #expect(list?.map { $0["id"] as? String } == ["p0-model", "p1-model", "fast", "cascade"])
            #expect(client.get("/v1/models/fast").json["id"] as? String == "fast")
            #expect(client.get("/v1/models/other").status == 404)
            await fixture.end()
        }

        @Test("Readiness is lost when every circuit is open; health is not")
        func readiness() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500))) {
                $0.cascade.circuitBreaker.failureThreshold = 1
            }
            let client = try fixture.client()
            #expect(client.get("/readyz").status == 200)
            #expect(client.post(GatewayFixture.path, question()).status == 502)
            #expect(client.get("/readyz").status == 503)
            #expect(client.get("/healthz").status == 200)
            await fixture.end()
        }
    }
}
