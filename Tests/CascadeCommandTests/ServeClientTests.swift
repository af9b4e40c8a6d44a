import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    /// The predecessor's own file, served to clients as people use them, where those are installed.
    @Suite struct ServeClients {
        /// Where the file expects Ollama.
        private static let port: UInt16 = 11434
        private static let gatewayTests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "CascadeGatewayTests")

        /// Whether this machine's own Ollama, if it has one, is not in the way.
        private static let isPortFree = (try? LoopbackProvider(port: port)) != nil

        private static let hasClients: Bool = {
            let python = Process()
            python.executableURL = URL(filePath: "/usr/bin/env")
            python.arguments = ["python3", "-c", "import anthropic, openai"]
            python.standardError = FileHandle.nullDevice
            guard (try? python.run()) != nil else { return false }
            python.waitUntilExit()
            return python.terminationStatus == 0
        }()

        @Test(.enabled(if: hasClients && isPortFree))
        func `the predecessor's file serves both Python packages as it is`() async throws {
            let workspace = try Workspace()
            let files = Self.gatewayTests.appending(path: "Configurations")
            try workspace.write(Data(contentsOf: files.appending(path: "providers.yaml")), to: "config/providers.yaml")
            var script = LoopbackProvider.Script(format: .ollama)
            script.toolCall = LoopbackProvider.ToolCall(name: "weather", arguments: #"{"city":"Oslo"}"#)
            let ollama = try LoopbackProvider(script: script, port: Self.port)
            let keys = ["OPENAI_API_KEY": CommandRun.plantedKey, "ANTHROPIC_API_KEY": CommandRun.plantedKey]
            let check = try await workspace.run(["serve", "--check", "--port", "0"], environment: keys)
            #expect(check.status == 0, "\(check.error)")
            let process = try workspace.process(["serve", "--port", "0"], environment: keys)
            try await process.runToEnd {
                let address = try await workspace.waitForOutput().trimmingCharacters(in: .whitespacesAndNewlines)
                let python = Process()
                python.executableURL = URL(filePath: "/usr/bin/env")
                let client = Self.gatewayTests.appending(path: "Clients/served_clients.py").path
                python.arguments = ["python3", client, address, script.expectedText]
                let error = Pipe()
                python.standardError = error
                try await python.runToEnd {
                    let text = try error.fileHandleForReading.readToEnd() ?? Data()
                    #expect(text.isEmpty, "\(String(decoding: text, as: UTF8.self))")
                }
                #expect(python.terminationStatus == 0)
                process.terminate()
            }
            #expect(try workspace.result(of: process).status == 0)
            // Whoever is switched off in the file is not asked, key or not.
            #expect(ollama.log.filter { $0.path == "/api/chat" }.count == 5)
            #expect(ollama.log.last?.bodyText.contains("llama3.1:8b-instruct") == true)
        }
    }
}
