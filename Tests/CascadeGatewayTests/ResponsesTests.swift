import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    @Suite struct Responses {
        private static let path = "/v1/responses"

        private func ask(_ more: String = "", stream: Bool = false) -> String {
            #"{"model":"cascade","input":"why?","stream":\#(stream)\#(more)}"#
        }

        /// The events of a stream, whose names are those in their data.
        private func events(_ reply: HTTPClient.Reply) throws -> [[String: Any]] {
            try reply.body.components(separatedBy: "\n\n").filter { !$0.isEmpty && $0 != ": waiting" }.map { frame in
                let lines = frame.components(separatedBy: "\n")
                let data = try #require(lines.last.map { Data($0.dropFirst("data: ".count).utf8) })
                let event = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
                #expect(lines.first == "event: \(event["type"] as? String ?? "")")
                return event
            }
        }

        private func types(_ events: [[String: Any]]) -> [String] { events.compactMap { $0["type"] as? String } }

        private func output(_ response: [String: Any]?) -> [[String: Any]] {
            response?["output"] as? [[String: Any]] ?? []
        }

        private func text(_ item: [String: Any]?) -> String? {
            (item?["content"] as? [[String: Any]])?.first?["text"] as? String
        }

        @Test("A whole answer of any format reaches the client in the Responses format", arguments: Format.allCases)
        func whole(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.client().post(Self.path, ask(#","store":true,"metadata":{"a":"b"}"#))
            #expect(reply.status == 200, "\(reply.body)")
            let answer = reply.json
            #expect((answer["id"] as? String)?.hasPrefix("resp_") == true)
            #expect(answer["object"] as? String == "response")
            #expect(answer["status"] as? String == "completed")
            #expect(answer["model"] as? String == "p0-model")
            #expect(answer["error"] is NSNull)
            #expect(answer["store"] as? Bool == false)
            #expect(answer["metadata"] as? [String: String] == ["a": "b"])
            #expect(output(answer).count == 1)
            #expect(output(answer).first?["role"] as? String == "assistant")
            #expect(text(output(answer).first) == script.expectedText)
            let usage = answer["usage"] as? [String: Any]
            #expect(usage?["input_tokens"] as? Int == Script.promptTokens)
            #expect(usage?["output_tokens"] as? Int == script.completionTokens)
            #expect(reply.header("x-cascade-provider") == "p0")
            await fixture.end()
        }

        @Test("A streamed answer of any format reaches the client as typed events", arguments: Format.allCases)
        func streamed(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let reply = try fixture.client().post(Self.path, ask(stream: true))
            #expect(reply.header("content-type") == "text/event-stream; charset=utf-8")
            #expect(reply.header("x-cascade-provider") == "p0")
            let events = try events(reply)
            #expect(events.map { $0["sequence_number"] as? Int } == Array(events.indices))
            let deltas = events.filter { $0["type"] as? String == "response.output_text.delta" }
            #expect(deltas.compactMap { $0["delta"] as? String }.joined() == script.expectedText)
            #expect(
                types(events) == [
                    "response.created", "response.in_progress", "response.output_item.added",
                    "response.content_part.added",
                ] + deltas.map { _ in "response.output_text.delta" } + [
                    "response.output_text.done", "response.content_part.done", "response.output_item.done",
                    "response.completed",
                ])
            let last = try #require(events.last?["response"] as? [String: Any])
            #expect(last["status"] as? String == "completed")
            #expect(text(output(last).first) == script.expectedText)
            #expect((last["usage"] as? [String: Any])?["output_tokens"] as? Int == script.completionTokens)
            let item = try #require(output(last).first?["id"] as? String)
            #expect(deltas.allSatisfy { $0["item_id"] as? String == item })
            let done = try #require(events.first { $0["type"] as? String == "response.output_text.done" })
            #expect(done["text"] as? String == script.expectedText)
            await fixture.end()
        }

        @Test("Reasoning, text and a tool call are items of their own, whole and streamed", arguments: Format.allCases)
        func items(_ format: Format) async throws {
            var script = Script(format: format)
            script.reasoning = "let me see"
            script.toolCall = LoopbackProvider.ToolCall(name: "weather", arguments: #"{"city":"Oslo \"N\""}"#)
            let fixture = try await GatewayFixture(script)
            let tools = #","tools":[{"type":"function","name":"weather","parameters":{"type":"object"}}]"#
            let whole = try fixture.client().post(Self.path, ask(tools)).json
            let events = try events(try fixture.client().post(Self.path, ask(tools, stream: true)))
            let last = try #require(events.last?["response"] as? [String: Any])
            for answer in [whole, last] {
                #expect(answer["status"] as? String == "completed")
                let items = output(answer)
                #expect(items.map { $0["type"] as? String } == ["reasoning", "message", "function_call"])
                #expect(text(items[0]) == "let me see")
                #expect(text(items[1]) == script.expectedText)
                #expect(items[2]["name"] as? String == "weather")
                #expect((items[2]["call_id"] as? String)?.isEmpty == false)
                #expect(try city(items[2]["arguments"]) == #"Oslo "N""#)
                #expect(Set(items.compactMap { $0["id"] as? String }).count == 3)
                #expect((answer["tools"] as? [[String: Any]])?.first?["name"] as? String == "weather")
            }
            let pieces = events.filter { $0["type"] as? String == "response.function_call_arguments.delta" }
            #expect(try city(pieces.compactMap { $0["delta"] as? String }.joined()) == #"Oslo "N""#)
            #expect(pieces.allSatisfy { $0["output_index"] as? Int == 2 })
            let thoughts = events.filter { $0["type"] as? String == "response.reasoning_text.delta" }
            #expect(thoughts.compactMap { $0["delta"] as? String }.joined() == "let me see")
            let added = events.filter { $0["type"] as? String == "response.output_item.added" }
            #expect(added.map { $0["output_index"] as? Int } == [0, 1, 2])
            #expect(types(events).filter { $0 == "response.output_item.done" }.count == 3)
            await fixture.end()
        }

        private func city(_ arguments: Any?) throws -> String? {
            let text = try #require(arguments as? String)
            return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?["city"] as? String
        }

        @Test("What a client asks for reaches a provider")
        func request() async throws {
            let fixture = try await GatewayFixture(Script()) { configuration in
                configuration.providers[0].models = [
                    ModelConfiguration(name: "m", capabilities: ["text", "vision", "tools", "json"])
                ]
            }
            let body = #"""
                {"model":"m","instructions":"be \u00e9xact","temperature":0.25,"top_p":0.5,"max_output_tokens":77,
                 "parallel_tool_calls":false,"reasoning":{"effort":"low"},"user":"u","include":["x"],"unknown":[1],
                 "text":{"format":{"type":"json_schema","name":"s","strict":true,"schema":{"type":"object"}}},
                 "tools":[{"type":"function","name":"f","description":"d","strict":true,
                   "parameters":{"type":"object","properties":{"a":{"type":"string"}}}}],
                 "tool_choice":{"type":"function","name":"f"},
                 "input":[{"role":"user","content":[{"type":"input_text","text":"see"},
                   {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"}]},
                  {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}]},
                  {"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"well"}]},
                  {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}"},
                  {"type":"function_call","id":"fc_2","call_id":"c2","name":"f","arguments":"{}"},
                  {"type":"function_call_output","call_id":"c1","output":"one"},
                  {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},
                  {"role":"user","content":"go on"}]}
                """#
            let reply = try fixture.client().post(Self.path, body)
            #expect(reply.status == 200, "\(reply.body)")
            let sent = try fixture.sent()
            #expect(sent["model"] as? String == "m")
            #expect(sent["temperature"] as? Double == 0.25)
            #expect((sent["max_completion_tokens"] ?? sent["max_tokens"]) as? Int == 77)
            #expect(sent["parallel_tool_calls"] as? Bool == false)
            #expect(sent["reasoning_effort"] as? String == "low")
            let messages = try #require(sent["messages"] as? [[String: Any]])
            #expect(
                messages.map { $0["role"] as? String } == ["system", "user", "assistant", "tool", "tool", "user"])
            #expect(messages[0]["content"] as? String == "be éxact")
            let parts = try #require(messages[1]["content"] as? [[String: Any]])
            #expect((parts[1]["image_url"] as? [String: Any])?["url"] as? String == "data:image/png;base64,AAAA")
            #expect(messages[2]["content"] as? String == "well")
            #expect((messages[2]["tool_calls"] as? [[String: Any]])?.map { $0["id"] as? String } == ["c1", "c2"])
            #expect(messages[4]["tool_call_id"] as? String == "c2")
            #expect(messages[4]["content"] as? String == "two")
            let tool = (sent["tools"] as? [[String: Any]])?.first?["function"] as? [String: Any]
            #expect(tool?["name"] as? String == "f")
            let schema = (sent["response_format"] as? [String: Any])?["json_schema"] as? [String: Any]
            #expect(schema?["name"] as? String == "s")

            #expect(reply.json["instructions"] as? String == "be éxact")
            #expect(reply.json["max_output_tokens"] as? Int == 77)
            #expect((reply.json["reasoning"] as? [String: Any])?["effort"] as? String == "low")
            let format = (reply.json["text"] as? [String: Any])?["format"] as? [String: Any]
            #expect(format?["type"] as? String == "json_schema")
            #expect((reply.json["tool_choice"] as? [String: Any])?["name"] as? String == "f")
            await fixture.end()
        }

        @Test("An answer that was cut short by its limit, or withheld, is incomplete and says why")
        func incomplete() async throws {
            for (finish, reason) in [
                (LoopbackProvider.Finish.length, "max_output_tokens"), (.contentFilter, "content_filter"),
            ] {
                var script = Script()
                script.finish = finish
                let fixture = try await GatewayFixture(script)
                let whole = try fixture.client().post(Self.path, ask()).json
                let events = try events(try fixture.client().post(Self.path, ask(stream: true)))
                #expect(types(events).last == "response.incomplete")
                for answer in [whole, events.last?["response"] as? [String: Any] ?? [:]] {
                    #expect(answer["status"] as? String == "incomplete")
                    #expect((answer["incomplete_details"] as? [String: Any])?["reason"] as? String == reason)
                    #expect(output(answer).first?["status"] as? String == "incomplete")
                }
                await fixture.end()
            }
        }

        @Test("A cut upstream is told by an error event, and no event says that the answer is whole")
        func cut() async throws {
            let fixture = try await GatewayFixture(Script(fault: .truncate(afterChunks: 3)))
            let reply = try fixture.client().post(Self.path, ask(stream: true))
            #expect(reply.status == 200)
            #expect(reply.ending == .complete)
            let events = try events(reply)
            let last = try #require(events.last)
            #expect(last["type"] as? String == "error")
            #expect(last["code"] as? String == "stream_cut")
            #expect((last["error"] as? [String: Any])?["message"] as? String == last["message"] as? String)
            #expect(last["sequence_number"] as? Int == events.count - 1)
            #expect(!types(events).contains { $0.hasSuffix(".done") || $0 == "response.completed" })
            #expect(events.compactMap { $0["delta"] as? String }.joined() == "Light from our ")
            await fixture.end()
        }

        @Test("A failure after the heartbeats is told by an error event, one before them by its status")
        func failure() async throws {
            let slow = try await GatewayFixture(
                Script(fault: .noAnswer), configure: { $0.cascade.deadline = .milliseconds(300) },
                gateway: { $0.holdBeforeHeartbeat = .milliseconds(20) })
            let reply = try slow.client().post(Self.path, ask(stream: true))
            #expect(reply.status == 200)
            #expect(reply.body.hasPrefix(": waiting\n\n"))
            let events = try events(reply)
            #expect(types(events) == ["error"])
            #expect(events.first?["code"] as? String == "deadline_exceeded")
            await slow.end()

            let failing = try await GatewayFixture(Script(fault: .status(500)))
            for isStreamed in [false, true] {
                let reply = try failing.client().post(Self.path, ask(stream: isStreamed))
                #expect(reply.status == 502)
                #expect(reply.error["code"] as? String == "all_providers_failed")
            }
            await failing.end()
        }

        @Test("A client that goes away cancels the upstream, whole or streamed", arguments: [true, false])
        func clientLeaves(isStreamed: Bool) async throws {
            let fixture = try await GatewayFixture(Script(fault: .stall(afterChunks: 2)))
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(Self.path, ask(stream: isStreamed)))
            #expect(await fixture.providers[0].waitForRequests(1))
            if isStreamed { _ = try client?.read(until: "from ") }
            client = nil
            #expect(await fixture.providers[0].waitForPeerClose() != nil)
            await fixture.end()
            #expect(fixture.router.metrics.cancelled == 1)
        }

        @Test(
            "A body that is no request, or builds on something stored, is refused with what is wrong with it",
            arguments: [
                ("{", nil), (#"{"model":"cascade"}"#, "input"), (#"{"input":[]}"#, "input"), (#"{"input":7}"#, "input"),
                (#"{"input":["a"]}"#, "input[0]"), (#"{"input":[{"role":"tool","content":"a"}]}"#, "input[0].role"),
                (#"{"input":[{"type":"web_search_call"}]}"#, "input[0].type"),
                (#"{"input":[{"type":"item_reference","id":"msg_1"}]}"#, "input[0]"),
                (#"{"input":[{"type":"function_call","name":"f"}]}"#, "input[0]"),
                (#"{"input":[{"type":"function_call_output","call_id":"c"}]}"#, "input[0]"),
                (#"{"input":[{"role":"user","content":[{"type":"input_file"}]}]}"#, "input[0].content[0].type"),
                (
                    #"{"input":[{"role":"user","content":[{"type":"input_image","image_url":"/etc/passwd"}]}]}"#,
                    "input[0].content[0].image_url"
                ),
                (#"{"input":"a","previous_response_id":"resp_1"}"#, "previous_response_id"),
                (#"{"input":"a","conversation":{"id":"c"}}"#, "conversation"),
                (#"{"input":"a","background":true}"#, "background"), (#"{"input":"a","prompt":{"id":"p"}}"#, "prompt"),
                (#"{"input":"a","top_logprobs":3}"#, "top_logprobs"),
                (#"{"input":"a","tools":[{"type":"web_search"}]}"#, "tools[0].type"),
                (#"{"input":"a","tool_choice":{"type":"allowed_tools"}}"#, "tool_choice"),
                (#"{"input":"a","text":{"format":{"type":"json_schema"}}}"#, "text.format"),
                (#"{"input":"a","reasoning":{"effort":"huge"}}"#, "reasoning.effort"),
                (#"{"input":"a","max_output_tokens":0}"#, "max_output_tokens"),
            ] as [(String, String?)])
        func malformed(_ body: String, parameter: String?) async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.client().post(Self.path, body)
            #expect(reply.status == 400, "\(reply.body)")
            #expect(reply.error["param"] as? String == parameter, "\(reply.body)")
            #expect(fixture.providers[0].counters.requests == 0)
            await fixture.end()
        }

        @Test("What means nothing is passed over, and no earlier response is none")
        func passedOver() async throws {
            let fixture = try await GatewayFixture(Script())
            let more =
                #","previous_response_id":null,"background":false,"top_logprobs":0,"truncation":"auto","#
                + #""service_tier":"auto","reasoning":{"effort":"xhigh","summary":"auto"},"text":{"verbosity":"low"}"#
            #expect(try fixture.client().post(Self.path, ask(more)).status == 200)
            #expect(try fixture.client().post(Self.path, #"{"model":"nobody's","input":"a"}"#).status == 404)
            await fixture.end()
        }
    }
}
