import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// `POST /v1/messages`.
    @Suite struct Anthropic {
        @Test("A whole answer of any format reaches the client as a message", arguments: Format.allCases)
        func whole(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.message(anthropicQuestion(), fields: "x-request-id: mine\r\n")
            #expect(reply.status == 200, "\(reply.body)")
            #expect(reply.json["type"] as? String == "message")
            #expect(reply.json["role"] as? String == "assistant")
            #expect((reply.json["id"] as? String)?.hasPrefix("msg_") == true)
            #expect(reply.blocks.map { $0["type"] as? String } == ["text"])
            #expect(reply.blocks.first?["text"] as? String == script.expectedText)
            #expect(reply.json["stop_reason"] as? String == "end_turn")
            #expect(reply.usage("input_tokens") == Script.promptTokens)
            #expect(reply.usage("output_tokens") == script.completionTokens)
            #expect(reply.header("x-cascade-provider") == "p0")
            #expect(reply.header("x-cascade-model") == "p0-model")
            #expect(reply.header("x-cascade-attempts") == "1")
            #expect(reply.header("x-request-id") == "mine")
            #expect(reply.header("request-id") == "mine")
            await fixture.end()
        }

        @Test(
            "A streamed answer of any format reaches the client as its events, in their order",
            arguments: Format.allCases)
        func streamed(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.message(anthropicQuestion(stream: true))
            #expect(reply.status == 200)
            #expect(reply.header("content-type") == "text/event-stream; charset=utf-8")
            #expect(reply.header("x-cascade-provider") == "p0")
            #expect(
                reply.eventNames.filter { $0 != "ping" } == [
                    "message_start", "content_block_start", "content_block_delta", "content_block_stop",
                    "message_delta", "message_stop",
                ])
            #expect(reply.deltas("text") == script.expectedText)
            #expect(reply.namedEvents.allSatisfy { $0.data["type"] as? String == $0.name })
            #expect(reply.namedEvents.filter { $0.data["index"] != nil }.allSatisfy { $0.data["index"] as? Int == 0 })
            let start = try #require(reply.namedEvents.first?.data["message"] as? [String: Any])
            #expect(start["role"] as? String == "assistant")
            #expect((start["content"] as? [Any])?.isEmpty == true)
            let end = try #require(reply.namedEvents.first { $0.name == "message_delta" }?.data)
            #expect((end["delta"] as? [String: Any])?["stop_reason"] as? String == "end_turn")
            #expect((end["usage"] as? [String: Any])?["output_tokens"] as? Int == script.completionTokens)
            await fixture.end()
        }

        @Test("A tool call reaches the client whole and as a block of its own", arguments: Format.allCases)
        func toolCall(_ format: Format) async throws {
            var script = Script(format: format)
            script.toolCall = LoopbackProvider.ToolCall(name: "weather", arguments: #"{"city":"Oslo \"N\""}"#)
            let fixture = try await GatewayFixture(script)
            let tools = #","tools":[{"name":"weather","input_schema":{"type":"object"}}]"#
            let whole = try fixture.message(anthropicQuestion(tools))
            #expect(whole.blocks.map { $0["type"] as? String } == ["text", "tool_use"])
            #expect(whole.blocks.last?["name"] as? String == "weather")
            #expect((whole.blocks.last?["input"] as? [String: Any])?["city"] as? String == #"Oslo "N""#)
            #expect(whole.json["stop_reason"] as? String == "tool_use")

            let streamed = try fixture.message(anthropicQuestion(tools, stream: true))
            let starts = streamed.namedEvents.filter { $0.name == "content_block_start" }.map(\.data)
            #expect(starts.map { $0["index"] as? Int } == [0, 1])
            let block = try #require(starts.last?["content_block"] as? [String: Any])
            #expect(block["type"] as? String == "tool_use")
            #expect(block["name"] as? String == "weather")
            #expect((block["id"] as? String)?.isEmpty == false)
            let input = try JSONSerialization.jsonObject(with: Data(streamed.deltas("partial_json").utf8))
            #expect((input as? [String: Any])?["city"] as? String == #"Oslo "N""#)
            #expect(streamed.deltas("stop_reason") == "tool_use")
            let stops = streamed.namedEvents.filter { $0.name == "content_block_stop" }
            #expect(stops.map { $0.data["index"] as? Int } == [0, 1])
            await fixture.end()
        }

        @Test("Reasoning is a block of its own before the text", arguments: [Format.openai, .anthropic, .ollama])
        func reasoning(_ format: Format) async throws {
            var script = Script(format: format)
            script.reasoning = "Let me think."
            let fixture = try await GatewayFixture(script)
            let whole = try fixture.message(anthropicQuestion())
            #expect(whole.blocks.map { $0["type"] as? String } == ["thinking", "text"])
            #expect(whole.blocks.first?["thinking"] as? String == "Let me think.")
            let streamed = try fixture.message(anthropicQuestion(stream: true))
            #expect(streamed.deltas("thinking") == "Let me think.")
            #expect(streamed.deltas("text") == script.expectedText)
            await fixture.end()
        }

        @Test(
            "The reason of an answer's end has the format's name",
            arguments: [(LoopbackProvider.Finish.length, "max_tokens"), (.contentFilter, "refusal")])
        func stopReasons(_ finish: LoopbackProvider.Finish, name: String) async throws {
            var script = Script()
            script.finish = finish
            let fixture = try await GatewayFixture(script)
            #expect(try fixture.message(anthropicQuestion()).json["stop_reason"] as? String == name)
            #expect(try fixture.message(anthropicQuestion(stream: true)).deltas("stop_reason") == name)
            await fixture.end()
        }

        @Test("What a client asks for reaches a provider of another format")
        func request() async throws {
            let fixture = try await GatewayFixture(Script()) { configuration in
                configuration.providers[0].models = [
                    ModelConfiguration(name: "m", capabilities: ["text", "vision", "tools", "json"])
                ]
            }
            let body = #"""
                {"model":"m","max_tokens":77,"temperature":0.25,"top_p":0.5,"stop_sequences":["x","y"],
                 "system":[{"type":"text","text":"be \u00e9xact"}],"metadata":{"user_id":"u"},
                 "thinking":{"type":"enabled","budget_tokens":1024},
                 "messages":[
                  {"role":"user","content":[{"type":"text","text":"see"},
                   {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
                  {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},
                   {"type":"text","text":"calling"},{"type":"tool_use","id":"c1","name":"f","input":{"a":[1,"{"]}}]},
                  {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1",
                   "content":[{"type":"text","text":"result"}]},{"type":"text","text":"and?"}]}],
                 "tools":[{"name":"f","description":"d","input_schema":{"type":"object",
                   "properties":{"a":{"type":"string"}}}}],
                 "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}}
                """#
            let reply = try fixture.message(body)
            #expect(reply.status == 200, "\(reply.body)")
            let sent = try fixture.sent()
            #expect(sent["model"] as? String == "m")
            #expect((sent["max_completion_tokens"] ?? sent["max_tokens"]) as? Int == 77)
            #expect(sent["temperature"] as? Double == 0.25)
            #expect(sent["stop"] as? [String] == ["x", "y"])
            #expect(sent["user"] as? String == "u")
            #expect(sent["reasoning_effort"] as? String == "low")
            #expect(sent["parallel_tool_calls"] as? Bool == false)
            let messages = try #require(sent["messages"] as? [[String: Any]])
            #expect(messages.map { $0["role"] as? String } == ["system", "user", "assistant", "tool", "user"])
            #expect(messages[0]["content"] as? String == "be éxact")
            let parts = try #require(messages[1]["content"] as? [[String: Any]])
            #expect((parts[1]["image_url"] as? [String: Any])?["url"] as? String == "data:image/png;base64,AAAA")
            let call = (messages[2]["tool_calls"] as? [[String: Any]])?.first?["function"] as? [String: Any]
            #expect(call?["arguments"] as? String == #"{"a":[1,"{"]}"#)
            #expect(messages[3]["tool_call_id"] as? String == "c1")
            #expect(messages[3]["content"] as? String == "result")
            #expect(messages[4]["content"] as? String == "and?")
            let choice = (sent["tool_choice"] as? [String: Any])?["function"] as? [String: Any]
            #expect(choice?["name"] as? String == "f")
            await fixture.end()
        }

        @Test("The next provider answers, and the header says so")
        func fallback() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script(format: .anthropic))
            for isStreamed in [false, true] {
                let reply = try fixture.message(anthropicQuestion(stream: isStreamed))
                #expect(reply.status == 200)
                #expect(reply.header("x-cascade-provider") == "p1")
                #expect(reply.header("x-cascade-attempts") == "2")
            }
            await fixture.end()
        }

        @Test("A comment keeps a client waiting; the message begins after it")
        func heartbeats() async throws {
            var script = Script(format: .gemini)
            script.firstDelay = .milliseconds(300)
            let fixture = try await GatewayFixture(
                script,
                gateway: {
                    $0.holdBeforeHeartbeat = .milliseconds(30)
                    $0.heartbeat = .milliseconds(30)
                })
            let reply = try fixture.message(anthropicQuestion(stream: true))
            #expect(reply.events.first == ": waiting")
            #expect(reply.namedEvents.first?.name == "message_start")
            #expect(reply.deltas("text") == script.expectedText)
            #expect(reply.eventNames.last == "message_stop")
            await fixture.end()
        }
    }
}
