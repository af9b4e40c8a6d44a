import Cascade
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// What clients send besides what they mean.
    @Suite struct ClientHabits {
        /// All that may be left out.
        private static let optional: [ClientFormat: [String]] = [
            .chat: [
                "temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "n", "seed", "user", "tools",
                "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort", "stream_options",
                "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "functions",
                "function_call", "modalities", "audio", "metadata", "store", "service_tier", "prediction",
            ],
            .messages: [
                "system", "temperature", "top_p", "top_k", "stop_sequences", "metadata", "tools", "tool_choice",
                "thinking", "output_config", "service_tier", "container",
            ],
            .responses: [
                "instructions", "temperature", "top_p", "max_output_tokens", "tools", "tool_choice", "user", "text",
                "parallel_tool_calls", "reasoning", "metadata", "previous_response_id", "conversation", "prompt",
                "background", "top_logprobs", "store", "include", "truncation", "service_tier", "safety_identifier",
            ],
        ]

        @Test("What is null is as good as left out", arguments: ClientFormat.allCases, Format.allCases)
        func null(_ client: ClientFormat, _ provider: Format) async throws {
            let fixture = try await GatewayFixture(Script(format: provider))
            let nulls = Dictionary(uniqueKeysWithValues: (Self.optional[client] ?? []).map { ($0, NSNull()) })
            for member in nulls.keys.sorted() + ["stream"] {
                let body = client.body(client.sayable(Ask()), isStreamed: false, [member: NSNull()])
                let reply = try fixture.client().post(client.path, body)
                #expect(reply.status == 200, "\(member): \(reply.body)")
            }
            let reply = try fixture.client().post(
                client.path, client.body(client.sayable(Ask()), isStreamed: true, nulls))
            #expect(Heard(reply, as: client, isStreamed: true).text == Script().expectedText, "\(reply.body)")
            await fixture.end()
        }

        @Test("A refusal of an earlier turn reaches providers of every format", arguments: Format.allCases)
        func refusal(_ provider: Format) async throws {
            let fixture = try await GatewayFixture(Script(format: provider))
            let refusals = [
                #""content":null,"refusal":"I had rather not""#,
                #""content":[{"type":"refusal","refusal":"I had rather not"}]"#,
            ]
            for (index, refusal) in refusals.enumerated() {
                let reply = try fixture.post(
                    #"{"messages":[{"role":"user","content":"a"},{"role":"assistant",\#(refusal)},"#
                        + #"{"role":"user","content":"b"}]}"#)
                #expect(reply.status == 200, "\(reply.body)")
                #expect(fixture.providers[0].log.count == index + 1)
                #expect(fixture.providers[0].log.last?.bodyText.contains("I had rather not") == true)
            }
            await fixture.end()
        }

        @Test("A model's refusal is the answer's text, and ends it as what is withheld does", arguments: [false, true])
        func refused(isStreamed: Bool) async throws {
            let (name, reason) = isStreamed ? ("delta", "null") : ("message", #""stop""#)
            let said =
                #"{"choices":[{"index":0,"\#(name)":{"refusal":"I had rather not"},"finish_reason":\#(reason)}]}"#
            let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
            let body = isStreamed ? "data: \(said)\n\ndata: \(end)\n\ndata: [DONE]\n\n" : said
            let head = "Content-Type: \(isStreamed ? "text/event-stream" : "application/json")"
            let answer = "HTTP/1.1 200 OK\r\n\(head)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let fixture = try await GatewayFixture(Script(raw: .init(answer)))
            for client in [ClientFormat.messages, .responses] {
                let reply = try fixture.client().post(
                    client.path, client.body(client.sayable(Ask()), isStreamed: isStreamed))
                let heard = Heard(reply, as: client, isStreamed: isStreamed)
                #expect(heard.text == "I had rather not", "\(reply.body)")
                #expect(heard.finish == "content_filter", "\(reply.body)")
                #expect(heard.isEnded)
            }
            // As it came.
            let reply = try fixture.post(question(stream: isStreamed))
            #expect(reply.body.contains(#""refusal":"I had rather not""#))
            await fixture.end()
        }

        @Test("Models are found by names with a slash, written either way")
        func names() async throws {
            let fixture = try await GatewayFixture(Script()) { $0.aliases = ["meta/llama 3:8b": ["p0-model"]] }
            for path in ["meta/llama%203:8b", "meta%2Fllama%203%3A8b"] {
                let reply = try fixture.client().get("/v1/models/\(path)")
                #expect(reply.json["id"] as? String == "meta/llama 3:8b", "\(reply.body)")
            }
            await fixture.end()
        }
    }
}
