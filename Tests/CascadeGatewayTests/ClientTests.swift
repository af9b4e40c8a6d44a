import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// Clients as people use them, where they are installed.
    @Suite struct Clients {
        private static func python(_ arguments: [String]) -> (status: Int32, error: String) {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3"] + arguments
            let error = Pipe()
            process.standardError = error
            guard (try? process.run()) != nil else { return (127, "there is no python3") }
            let text = (try? error.fileHandleForReading.readToEnd()) ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: text, as: UTF8.self))
        }

        private static func has(_ package: String) -> Bool { python(["-c", "import \(package)"]).status == 0 }

        private static let hasOpenAI = has("openai")
        private static let hasAnthropic = has("anthropic")

        @Test("OpenAI's own Python client understands answers, chunks and errors", .enabled(if: hasOpenAI))
        func openAI() async throws {
            for format in [Format.openai, .gemini] { try await run("openai_client", before: format) }
            for format in [Format.openai, .ollama] { try await run("openai_async", before: format) }
        }

        @Test("Anthropic's own Python client understands messages, events and errors", .enabled(if: hasAnthropic))
        func anthropic() async throws {
            for format in [Format.anthropic, .openai] { try await run("anthropic_client", before: format) }
            for format in [Format.anthropic, .gemini] { try await run("anthropic_async", before: format) }
        }

        @Test("Both find answers that follow a schema, whoever gives them", .enabled(if: hasOpenAI && hasAnthropic))
        func structured() async throws {
            var fixtures: [GatewayFixture] = []
            for format in Format.allCases {
                let script = Script(format: format, text: #"{"city":"Oslo"}"#)
                let fixture = try await GatewayFixture(script) {
                    $0.providers[0].models[0].capabilities = ["text", "vision", "json", "streaming"]
                }
                fixtures.append(fixture)
            }
            let run = try Self.script("structured_clients", fixtures.map(\.gateway.address))
            #expect(run.status == 0, "\(run.error)")
            for fixture in fixtures { await fixture.end() }
        }

        @Test("Each error is the exception that they have for it", .enabled(if: hasOpenAI && hasAnthropic))
        func refusals() async throws {
            let file = try StoreFile()
            var limits = KeyLimits()
            limits.requestsPerMinute = 2
            limits.models = ["p0-model"]
            let key = try await file.open().addKey(name: "a", isAdmin: false, limits: limits).secret
            let store = try file.open()
            let fixtures = [
                try await GatewayFixture(Script(), gateway: { $0.store = store }),
                try await GatewayFixture(Script(fault: .noAnswer)) { $0.cascade.deadline = .milliseconds(200) },
                try await GatewayFixture(Script(fault: .contextLength), gateway: { $0.maxBodyBytes = 4_000 }),
            ]
            let addresses = fixtures.map(\.gateway.address)
            // Its port stays taken while it lives.
            let nobody = try LoopbackProvider(script: Script(fault: .refuse))
            let run = try Self.script(
                "refused_clients", [addresses[0], key] + addresses[1...] + ["http://127.0.0.1:\(nobody.port)"])
            #expect(run.status == 0, "\(run.error)")
            for fixture in fixtures { await fixture.end() }
        }

        @Test("OpenAI's own Python client understands embeddings", .enabled(if: hasOpenAI))
        func embeddings() async throws {
            for format in [Format.openai, .ollama] {
                let fixture = try await GatewayFixture(Script(format: format))
                let run = try Self.script("openai_embeddings", [fixture.gateway.address])
                #expect(run.status == 0, "\(run.error)")
                await fixture.end()
            }
        }

        private static func script(_ name: String, _ addresses: [String]) throws -> (status: Int32, error: String) {
            let script = try #require(
                Bundle.module.url(forResource: name, withExtension: "py", subdirectory: "Clients"))
            return python([script.path] + addresses)
        }

        /// Runs a client's script against gateways before providers of this format, one for each way to behave.
        private func run(_ name: String, before format: Format) async throws {
            var calling = Script(format: format)
            calling.toolCalls = ["Oslo", "Rome"].enumerated().map { index, city in
                LoopbackProvider.ToolCall(id: "call_\(index)", name: "weather", arguments: #"{"city":"\#(city)"}"#)
            }
            let failing = try await GatewayFixture(Script(format: format, fault: .status(500)))
            let stalling = try await GatewayFixture(Script(format: format, fault: .stall(afterChunks: 2)))
            let silent = try await GatewayFixture(Script(format: format, fault: .noAnswer))
            let fixtures = [
                try await GatewayFixture(Script(format: format)),
                try await GatewayFixture(calling),
                try await GatewayFixture(Script(format: format, fault: .rateLimit(retryAfter: .seconds(9)))),
                failing,
                silent,
                try await GatewayFixture(Script(format: format, fault: .truncate(afterChunks: 3))),
                stalling,
            ]
            let run = try Self.script(name, fixtures.map(\.gateway.address))
            #expect(run.status == 0, "\(run.error)")
            #expect(failing.router.metrics.requests == 1)
            // The client has left its streams and whatever took too long, and so did the gateway.
            #expect(await stalling.providers[0].waitForPeerClose() != nil)
            for index in silent.providers[0].log.indices {
                #expect(await silent.providers[0].waitForPeerClose(ofRequest: index) != nil)
            }
            for fixture in fixtures { await fixture.end() }
        }
    }
}
