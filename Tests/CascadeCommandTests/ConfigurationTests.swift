import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Configuration {
        @Test func `a sound file is told to be so`() async throws {
            let (workspace, _) = try Workspace.with()
            let run = try await workspace.run(["check"])
            #expect(run.status == 0)
            #expect(run.output.contains("ok: 1 provider, 1 enabled; in the order only"))
        }

        @Test func `every error and warning is told with line and column`() async throws {
            let workspace = try Workspace()
            let path = try workspace.write(
                """
                cascade:
                  timeout_seconds: -5
                  tmeout: 3
                providers:
                  - name: a
                    type: nonsense
                  - name: b
                    type: ollama
                    priority: high
                  - name: b
                    type: ollama
                """, to: "bad.yaml")
            let run = try await workspace.run(["check", "--config", path])
            #expect(run.status == 2)
            #expect(run.output == "")
            for place in [
                "bad.yaml:2:20: error:", "bad.yaml:3:3: warning:", "bad.yaml:6:", "bad.yaml:9:", "bad.yaml:10:",
            ] {
                #expect(run.error.contains(place), "\(place) is not in \(run.error)")
            }
            let chat = try await workspace.run(["chat", "--config", path, "x"])
            #expect(chat.status == 2)
            #expect(chat.error.contains("bad.yaml:2:20: error:"))
        }

        @Test func `a warning is told once, in the same words by every command`() async throws {
            let (workspace, _) = try Workspace.with()
            let path = workspace.folder.appending(path: "cascade.yaml")
            let yaml = try String(contentsOf: path, encoding: .utf8)
            try workspace.write(yaml.replacing("cascade:\n", with: "cascade:\n  tmeout: 3\n"), to: "cascade.yaml")
            let check = try await workspace.run(["check"])
            #expect(check.messages.count == 1)
            let expected = "cascade: ./cascade.yaml:2:3: warning: cascade: unknown key "
            #expect(check.error.hasPrefix(expected), "\(check.error)")
            for arguments in [["chat", "x"], ["explain"], ["batch"]] {
                let run = try await workspace.run(arguments, input: #"{"prompt": "x"}"#)
                #expect(run.status == 0)
                #expect(run.error == check.error, "\(arguments)")
            }
            let quiet = try await workspace.run(["chat", "x"], environment: ["CASCADE_LOG_LEVEL": "error"])
            #expect(quiet.error == "")
        }

        @Test(arguments: [
            ("", "empty"), ("providers: [}", "error"), ("- 1\n- 2\n", "mapping"), ("providers: []\n", "at least one"),
            ("providers: 7\n", "list"), ("cascade: {}\n", "providers"),
        ])
        func `a file that is none is wrong configuration`(text: String, reason: String) async throws {
            let workspace = try Workspace()
            try workspace.write(text, to: "cascade.yaml")
            for arguments in [["check"], ["chat", "x"], ["explain"], ["providers"], ["batch"]] {
                let run = try await workspace.run(arguments, input: #"{"prompt": "x"}"#)
                #expect(run.status == 2, "\(arguments)")
                #expect(run.error.contains(reason), "\(run.error)")
            }
        }

        @Test func `a named file that is missing is not passed over`() async throws {
            let (workspace, _) = try Workspace.with()
            let option = try await workspace.run(["check", "--config", "none.yaml"])
            #expect(option.status == 2)
            #expect(option.error.contains("none.yaml: error: file not found"))
            let variable = try await workspace.run(["check"], environment: ["CASCADE_CONFIG": "gone.yaml"])
            #expect(variable.status == 2)
            #expect(variable.error.contains("gone.yaml"))
            let folder = try await workspace.run(["check", "--config", "."])
            #expect(folder.status == 2)
            #expect(folder.error.contains("directory"))
        }

        @Test func `files are searched in their order`() async throws {
            let workspace = try Workspace()
            let provider = try LoopbackProvider()
            let places = [
                ".config/cascade/cascade.yaml", "config/providers.yaml", "cascade.yaml", "variable.yaml", "option.yaml",
            ]
            for (index, place) in places.enumerated() {
                try workspace.write(Configurations.yaml([("p\(index)", provider)]), to: place)
                let environment = index >= 3 ? ["CASCADE_CONFIG": "variable.yaml"] : [:]
                let arguments = ["explain", "--json"] + (index == 4 ? ["--config", "option.yaml"] : [])
                let run = try await workspace.run(arguments, environment: environment)
                let steps = try #require(try run.json()["steps"] as? [[String: Any]])
                #expect(steps.map { $0["provider"] as? String } == ["p\(index)"], "\(place)")
            }
        }

        @Test func `without a file and a provider it says how to get started`() async throws {
            let workspace = try Workspace()
            for arguments in [["chat", "x"], ["check"], ["providers"], ["explain"]] {
                let run = try await workspace.run(arguments)
                #expect(run.status == 2, "\(arguments)")
                #expect(run.error.contains("To get started"))
            }
        }

        @Test func `without a file a key in the environment is enough`() async throws {
            let workspace = try Workspace()
            let run = try await workspace.run(
                ["explain", "--json"], environment: ["OPENAI_API_KEY": CommandRun.plantedKey])
            let steps = try #require(try run.json()["steps"] as? [[String: Any]])
            #expect(steps.map { $0["provider"] as? String } == ["openai"])
        }

        @Test func `without a file a local Ollama is found, with its models`() async throws {
            let workspace = try Workspace()
            var script = LoopbackProvider.Script(format: .ollama, text: "Moo.")
            script.models = ["llama3.2:3b", "qwen2.5:7b"]
            let ollama = try LoopbackProvider(script: script)
            let run = try await workspace.run(
                ["chat", "--json", "x"], environment: ["OLLAMA_HOST": "127.0.0.1:\(ollama.port)"])
            #expect(run.status == 0, "\(run.error)")
            let object = try run.json()
            #expect(object["provider"] as? String == "ollama")
            #expect(object["model"] as? String == "llama3.2:3b")
        }

        @Test func `what is wrong in the environment is told`() async throws {
            let workspace = try Workspace()
            for arguments in [["check"], ["chat", "x"]] {
                let run = try await workspace.run(
                    arguments, environment: ["OPENAI_API_KEY": "sk\nx", "CASCADE_RINGBYTES": "1m"])
                #expect(run.status == 2)
                #expect(run.messages.count == 3, "\(run.error)")
                #expect(run.error.contains("cascade: environment: warning: OPENAI_API_KEY: expected a key"))
                #expect(run.error.contains("did you mean CASCADE_RING_BYTES?"))
                #expect(run.error.contains("no provider is configured"))
            }
        }

        @Test func `a bad tuning variable is named with its range`() async throws {
            let (workspace, _) = try Workspace.with()
            for arguments in [["chat", "x"], ["tuning"], ["check"], ["demo"]] {
                let run = try await workspace.run(arguments, environment: ["CASCADE_IO_THREADS": "many"])
                #expect(run.status == 2, "\(arguments)")
                #expect(run.error.contains("CASCADE_IO_THREADS: expected 1 to 64, found \"many\""))
            }
        }
    }
}
