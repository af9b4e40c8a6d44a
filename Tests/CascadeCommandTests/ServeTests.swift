import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Serve {
        @Test func `addresses that can be reached from outside are refused unless that is meant`() async throws {
            let (workspace, _) = try Workspace.with(.init())
            let arguments = ["serve", "--check", "--host", "0.0.0.0", "--port", "0"]
            let refused = try await workspace.run(arguments)
            #expect(refused.status == 2)
            #expect(refused.error.contains("--insecure-bind"))
            #expect(try await workspace.run(arguments + ["--insecure-bind"]).status == 0)
        }

        @Test func `a check ends with what would be served, or with what is wrong`() async throws {
            let (workspace, _) = try Workspace.with(.init())
            let sound = try await workspace.run(["serve", "--check", "--port", "0"])
            #expect(sound.status == 0)
            #expect(sound.output.hasPrefix("ok: http://127.0.0.1:"))
            #expect(try await workspace.run(["serve", "--check", "--config", "nowhere.yaml"]).status == 2)
        }

        @Test func `a polite kill lets an answer under way finish`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 20, chunkDelay: .milliseconds(20)))
            let process = try workspace.process(["serve", "--port", "0"])
            var answer = Data()
            try await process.runToEnd {
                try await workspace.waitForOutput()
                let address = try String(contentsOf: workspace.folder.appending(path: "stdout"), encoding: .utf8)
                let url = address.trimmingCharacters(in: .whitespacesAndNewlines) + "/v1/chat/completions"
                let curl = Process()
                curl.executableURL = URL(filePath: "/usr/bin/env")
                let body = #"{"stream":true,"messages":[{"role":"user","content":"why?"}]}"#
                curl.arguments = ["curl", "-sS", "-N", "-d", body, url]
                let output = Pipe()
                curl.standardOutput = output
                try await curl.runToEnd {
                    #expect(await provider.waitForRequests(1))
                    process.terminate()
                    answer = try output.fileHandleForReading.readToEnd() ?? Data()
                }
            }
            let run = try workspace.result(of: process)
            #expect(run.status == 0)
            #expect(String(decoding: answer, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
        }
    }
}
