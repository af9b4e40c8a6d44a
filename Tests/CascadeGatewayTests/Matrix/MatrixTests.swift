import Cascade
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// Every client's format before every provider's.
    @Suite struct Matrix {
        /// What is asked and answered; what differs from the plain case.
        struct Row: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var ask = Ask()
            /// How the provider answers.
            var answer: @Sendable (inout Script) -> Void = { _ in }
            /// A client of chat completions wants to know the tokens of a stream.
            var asksForUsage = false

            init(
                _ name: String, _ ask: (inout Ask) -> Void = { _ in }, asksForUsage: Bool = false,
                answer: @escaping @Sendable (inout Script) -> Void = { _ in }
            ) {
                testDescription = name
                ask(&self.ask)
                self.asksForUsage = asksForUsage
                self.answer = answer
            }
        }

        static let oslo = Ask.Call(id: "call_1", name: "weather", arguments: #"{"city":"Oslo \"N\""}"#)
        static let rome = Ask.Call(id: "call_2", name: "weather", arguments: #"{"city":"Röm"}"#)
        static let schema =
            #"{"additionalProperties":false,"properties":{"a":{"type":"string"}},"required":["a"],"type":"object"}"#

        static let rows = [
            Row("text") { $0.system = "be brief" },
            Row("a tool call", { $0.tools = ["weather", "time"] }) { $0.toolCalls = calls([oslo]) },
            Row("a call without text", { $0.tools = ["weather"] }) {
                $0.toolCalls = calls([oslo])
                $0.text = ""
            },
            Row("a tool's result") {
                $0.tools = ["weather"]
                $0.calls = [oslo]
                $0.results = ["rain"]
            },
            Row("a result after reasoning") {
                $0.tools = ["weather"]
                $0.thought = "Let me see."
                $0.calls = [oslo]
                $0.results = ["rain"]
            },
            Row("parallel tool calls", { $0.tools = ["weather"] }) { $0.toolCalls = calls([oslo, rome]) },
            Row(
                "results of parallel calls",
                {
                    $0.tools = ["weather"]
                    $0.calls = [oslo, rome]
                    $0.results = ["rain", "sun"]
                }
            ) { $0.toolCalls = calls([oslo]) },
            Row("any tool") {
                $0.tools = ["weather", "time"]
                $0.choice = "required"
                $0.isParallel = false
            },
            Row("one tool") {
                $0.tools = ["weather", "time"]
                $0.choice = "time"
            },
            Row("characters of every kind", { $0.question = odd }) { $0.text = odd },
            Row("an image") { $0.image = "iVBORw0KGgo=" },
            Row("sound") { $0.audio = "UklGRg==" },
            Row("a schema", { $0.schema = schema }) { $0.text = #"{"a":"b"}"# },
            Row("reasoning", { $0.effort = "high" }) { $0.reasoning = "Let me see." },
            Row("reasoning before a call", { $0.tools = ["weather"] }) {
                $0.reasoning = "Let me see."
                $0.toolCalls = calls([rome])
            },
            Row("usage", asksForUsage: true),
            Row("sampling and limits") {
                $0.temperature = 0.25
                $0.limit = 77
                $0.stop = ["x", "\n\ny"]
            },
            Row("an answer at its limit", answer: { $0.finish = .length }),
            Row("an answer that is withheld", answer: { $0.finish = .contentFilter }),
        ]

        static let odd = "\"Grüße\" \\ / a\nb\t\r\u{1}\u{7F}\u{2028} \u{1F600}\u{1F1F3}\u{1F1F4} e\u{301} <&>\0."

        private static func calls(_ calls: [Ask.Call]) -> [LoopbackProvider.ToolCall] {
            calls.map { LoopbackProvider.ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments) }
        }

        /// Client and provider.
        struct Way: Sendable, CustomTestStringConvertible {
            var client: ClientFormat
            var provider: Format
            var testDescription: String { "\(client) over \(provider)" }

            static let all = ClientFormat.allCases.flatMap { client in
                Format.allCases.map { Way(client: client, provider: $0) }
            }
        }

        @Test("What is asked arrives, and so does the answer", arguments: rows, Way.all)
        func roundTrip(_ row: Row, _ way: Way) async throws {
            var script = Script(format: way.provider)
            row.answer(&script)
            let fixture = try await GatewayFixture(script) { Self.nameModels(&$0) }
            let ask = way.client.sayable(row.ask)
            let options: JSON =
                row.asksForUsage && way.client == .chat ? ["stream_options": ["include_usage": true]] : [:]
            for isStreamed in [false, true] {
                let body = way.client.body(ask, isStreamed: isStreamed, isStreamed ? options : [:])
                let reply = try fixture.client().post(way.client.path, body)
                let expected = Self.heard(script, way, hasUsage: !isStreamed || way.client != .chat || row.asksForUsage)
                #expect(reply.status == 200, "\(reply.body)")
                #expect(Heard(reply, as: way.client, isStreamed: isStreamed) == expected, "\(reply.body)")
                Self.expectFields(of: reply)
                let record = try #require(fixture.providers[0].log.last)
                let sent = try #require(Ask.parsed(record.bodyText) as? JSON)
                let told = Self.told(ask, by: way.client, to: way.provider)
                #expect(Ask(told: sent, in: way.provider) == told, "\(Ask.canonical(sent))")
                let dropped = reply.header("x-cascade-dropped-fields")?.components(separatedBy: ", ") ?? []
                #expect(dropped == Self.missing(in: told, of: ask))
                if way.provider == .openai, isStreamed {
                    #expect(sent.object("stream_options")["include_usage"] as? Bool == true)
                }
            }
            await fixture.end()
        }

        /// Each provider's model, by a name that says it can do everything.
        static func nameModels(_ configuration: inout CascadeConfiguration) {
            for index in configuration.providers.indices {
                let name = configuration.providers[index].type == .gemini ? "gemini-3-pro" : "p\(index)-model"
                configuration.providers[index].models = [
                    ModelConfiguration(name: name, capabilities: ModelConfiguration.knownCapabilities)
                ]
            }
        }

        static func told(_ ask: Ask, by client: ClientFormat, to provider: Format) -> Ask {
            var told = ask
            // Who has not signed a thought refuses it.
            told.thought = nil
            if provider == .anthropic { told.limit = told.limit ?? 1024 }
            if provider == .anthropic || provider == .ollama { told.audio = nil }
            if provider == .ollama { told.choice = nil }
            if provider == .ollama || provider == .gemini { told.isParallel = nil }
            return told
        }

        /// By the names under which it is reported.
        private static func missing(in told: Ask, of ask: Ask) -> [String] {
            [
                told.choice == ask.choice ? nil : "tool_choice",
                told.isParallel == ask.isParallel ? nil : "parallel_tool_calls",
                told.audio == ask.audio ? nil : "messages.audio",
            ].compactMap { $0 }
        }

        static func heard(_ script: Script, _ way: Way, hasUsage: Bool) -> Heard {
            var heard = Heard()
            heard.text = script.expectedText
            heard.reasoning = script.reasoning ?? ""
            heard.calls = script.toolCalls.map { Ask.Call(id: $0.id, name: $0.name, arguments: $0.arguments) }
            heard.finish =
                switch script.finish {
                case .length: "length"
                // Ollama withholds nothing.
                case .contentFilter where way.provider != .ollama: "content_filter"
                default: heard.calls.isEmpty ? "stop" : "tool_calls"
                }
            heard.tokens = hasUsage ? [LoopbackProvider.Script.promptTokens, script.completionTokens] : nil
            heard.isEnded = true
            return heard
        }

        /// What every answer's header tells where somebody was asked.
        static func expectFields(
            of reply: HTTPClient.Reply, provider: String = "p0", attempts: Int = 1,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(reply.header("x-cascade-provider") == provider, sourceLocation: sourceLocation)
            #expect(reply.header("x-cascade-model")?.isEmpty == false, sourceLocation: sourceLocation)
            #expect(reply.header("x-cascade-attempts") == "\(attempts)", sourceLocation: sourceLocation)
            #expect(
                reply.header("x-cascade-overhead-us").flatMap { Int($0) } ?? -1 >= 0, sourceLocation: sourceLocation)
            #expect(reply.header("x-request-id")?.isEmpty == false, sourceLocation: sourceLocation)
        }
    }
}
