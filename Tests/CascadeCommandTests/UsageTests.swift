import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Usage {
        @Test func `the version is told`() async throws {
            let run = try await Workspace().run(["--version"])
            #expect(run.status == 0)
            #expect(run.output.hasPrefix("cascade 0.1.0"))
            #expect(run.error == "")
        }

        @Test(arguments: ["chat", "batch", "demo", "providers", "explain", "check", "tuning", "loopback"])
        func `help has examples`(command: String) async throws {
            let run = try await Workspace().run([command, "--help"])
            #expect(run.status == 0)
            #expect(run.output.contains("Examples:\n  "))
            #expect(run.output.contains("cascade \(command)"))
        }

        @Test(arguments: ["bash", "zsh", "fish"]) func `shells get completions`(shell: String) async throws {
            let run = try await Workspace().run(["--generate-completion-script", shell])
            #expect(run.status == 0)
            #expect(run.output.contains("loopback"))
            for word in ["anthropic", "no-answer", "status:", "rate-limit"] {
                #expect(run.output.contains(word), "\(word)")
            }
        }

        @Test func `a port that is taken is told in words`() async throws {
            let (workspace, provider) = try Workspace.with()
            let run = try await workspace.run(["loopback", "--port", "\(provider.port)"])
            #expect(run.status == 2)
            #expect(
                run.error == "cascade: cannot listen on port \(provider.port): bind: Address already in use\n")
        }

        @Test func `each fault has one line of help`() async throws {
            let run = try await Workspace().run(["loopback", "--help"], environment: ["COLUMNS": "80"])
            let faults = run.output.components(separatedBy: "Faults:\n").last?.components(separatedBy: "\n\n").first
            let lines = try #require(faults).split(separator: "\n")
            #expect(lines.count == LoopbackProvider.Fault.allKinds.count)
            #expect(lines.allSatisfy { $0.hasPrefix("  ") && $0.count < 80 })
        }

        @Test(arguments: [
            ["bogus"], ["chat", "--bogus"], ["chat", ""], ["chat", "--temperature", "3", "x"],
            ["chat", "--temperature", "warm", "x"], ["chat", "--max-tokens", "0", "x"],
            ["chat", "--deadline", "0", "x"], ["chat", "a", "b"], ["batch", "--concurrency", "0"],
            ["loopback", "--fault", "nonsense"], ["loopback", "--port", "99999"], ["loopback", "--format", "smoke"],
            ["demo", "--delay-ms", "-1"], ["check", "--config", ""],
        ])
        func `wrong usage is status 2`(arguments: [String]) async throws {
            let (workspace, _) = try Workspace.with()
            let run = try await workspace.run(arguments)
            #expect(run.status == 2)
            #expect(run.output == "")
            #expect(run.error.hasPrefix("Error: "))
        }

        @Test func `input that is no prompt is status 2`() async throws {
            let (workspace, provider) = try Workspace.with()
            let cases: [(Data, String)] = [
                (Data(), "the prompt is empty"), (Data(" \n\t\n".utf8), "the prompt is empty"),
                (Data([0x61, 0xFF, 0x62]), "not UTF-8"),
                (Data(repeating: 0x61, count: 20_000_000), "larger than 16.0 MiB"),
            ]
            for (input, reason) in cases {
                let run = try await workspace.run(["chat"], input: input)
                #expect(run.status == 2)
                #expect(run.error.contains(reason), "\(run.error)")
                let json = try await workspace.run(["chat", "--json"], input: input)
                #expect(json.status == 2)
                #expect((try json.json()["error"] as? [String: String])?["message"]?.contains(reason) == true)
            }
            #expect(provider.counters.requests == 0)
        }

        @Test func `a long prompt is sent whole`() async throws {
            let (workspace, provider) = try Workspace.with()
            let run = try await workspace.run(["chat"], input: Data(repeating: 0x61, count: 10_000_000))
            #expect(run.status == 0, "\(run.error)")
            #expect(provider.log.first.map { $0.bodyLength > 10_000_000 } == true)
        }

        @Test func `an image that cannot be sent is status 2`() async throws {
            let (workspace, provider) = try Workspace.with()
            try workspace.write("", to: "large.png")
            let large = try FileHandle(forWritingTo: workspace.folder.appending(path: "large.png"))
            try large.truncate(atOffset: 100 << 20)
            try large.close()
            for image in ["none.png", ".", "large.png", "data:image/png,zz"] {
                let run = try await workspace.run(["chat", "--image", image, "What?"])
                #expect(run.status == 2, "\(image): \(run.error)")
                #expect(run.messages.count == 1, "\(run.error)")
                #expect(run.output == "")
            }
            #expect(provider.counters.requests == 0)
        }
    }
}
