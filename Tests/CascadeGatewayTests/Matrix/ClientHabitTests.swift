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
                #expect(fixture.providers[0].log[index].bodyText.contains("I had rather not"))
            }
            await fixture.end()
        }
    }
}
