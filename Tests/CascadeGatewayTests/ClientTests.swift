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

        private static let hasOpenAI = python(["-c", "import openai"]).status == 0

        @Test("OpenAI's own Python client understands answers, chunks and errors", .enabled(if: hasOpenAI))
        func openAI() async throws {
            let answering = try await GatewayFixture(Script())
            let limited = try await GatewayFixture(Script(fault: .rateLimit(retryAfter: .seconds(9))))
            let failing = try await GatewayFixture(Script(fault: .status(500)))
            let silent = try await GatewayFixture(Script(fault: .noAnswer))
            let fixtures = [answering, limited, failing, silent]
            let script = try #require(
                Bundle.module.url(forResource: "openai_client", withExtension: "py", subdirectory: "Clients"))
            let run = Self.python([script.path] + fixtures.map(\.gateway.address))
            #expect(run.status == 0, "\(run.error)")
            #expect(failing.router.metrics.requests == 1)
            for fixture in fixtures { await fixture.end() }
        }
    }
}
