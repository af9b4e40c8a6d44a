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
        }

        @Test("Anthropic's own Python client understands messages, events and errors", .enabled(if: hasAnthropic))
        func anthropic() async throws {
            for format in [Format.anthropic, .openai] { try await run("anthropic_client", before: format) }
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
            calling.toolCall = LoopbackProvider.ToolCall(name: "weather", arguments: #"{"city":"Oslo"}"#)
            let failing = try await GatewayFixture(Script(format: format, fault: .status(500)))
            let stalling = try await GatewayFixture(Script(format: format, fault: .stall(afterChunks: 2)))
            let fixtures = [
                try await GatewayFixture(Script(format: format)),
                try await GatewayFixture(calling),
                try await GatewayFixture(Script(format: format, fault: .rateLimit(retryAfter: .seconds(9)))),
                failing,
                try await GatewayFixture(Script(format: format, fault: .noAnswer)),
                try await GatewayFixture(Script(format: format, fault: .truncate(afterChunks: 3))),
                stalling,
            ]
            let run = try Self.script(name, fixtures.map(\.gateway.address))
            #expect(run.status == 0, "\(run.error)")
            #expect(failing.router.metrics.requests == 1)
            // The client has left its stream, and so did the gateway.
            #expect(await stalling.providers[0].waitForPeerClose() != nil)
            for fixture in fixtures { await fixture.end() }
        }
    }
}
