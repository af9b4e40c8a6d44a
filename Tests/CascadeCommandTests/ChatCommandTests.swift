import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Chat {
        @Test func `the text streams to standard output`() async throws {
            let (workspace, provider) = try Workspace.with(.init(text: "Blue light scatters.", chunks: 4))
            let run = try await workspace.run(["chat", "Why is the sky blue?"])
            #expect(run.status == 0)
            #expect(run.output == "Blue light scatters.\n")
            #expect(run.error == "")
            let body = try #require(CommandRun.object(provider.log[0].bodyText))
            #expect(body["stream"] as? Bool == true)
            #expect(body["model"] as? String == "only-model")
            #expect(provider.log[0].header("authorization") == "Bearer \(CommandRun.plantedKey)")
        }

        @Test func `without a prompt it is read from standard input`() async throws {
            let (workspace, provider) = try Workspace.with()
            let run = try await workspace.run(["chat"], input: "Räuberleiter?\n")
            #expect(run.status == 0)
            #expect(provider.log[0].bodyText.contains("Räuberleiter?"))
        }

        @Test(arguments: [false, true]) func `JSON has its shape, streamed or not`(isWhole: Bool) async throws {
            let (workspace, provider) = try Workspace.with(.init(text: "Blue.", chunks: 2))
            let run = try await workspace.run(["chat", "--json", "Colour?"] + (isWhole ? ["--no-stream"] : []))
            #expect(run.status == 0)
            let object = try run.json()
            #expect(
                Set(object.keys) == [
                    "content", "provider", "model", "finish_reason", "is_fallback_model", "latency_ms", "ttft_ms",
                    "usage", "attempts",
                ])
            #expect(object["content"] as? String == "Blue.")
            #expect(object["provider"] as? String == "only")
            #expect(object["model"] as? String == "only-model")
            #expect(object["finish_reason"] as? String == "stop")
            #expect(object["is_fallback_model"] as? Bool == false)
            #expect(try #require(object["latency_ms"] as? Double) > 0)
            #expect(try #require(object["ttft_ms"] as? Double) > 0)
            let usage = try #require(object["usage"] as? [String: Int])
            #expect(usage == ["prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11])
            let attempt = try #require((object["attempts"] as? [[String: Any]])?.first)
            #expect(Set(attempt.keys) == ["provider", "model", "outcome", "status", "class", "latency_ms"])
            #expect(attempt["outcome"] as? String == "answered")
            #expect(attempt["class"] is NSNull)
            #expect(provider.log[0].bodyText.contains("\"stream\":true") == !isWhole)
        }

        @Test func `attempts that failed are told truthfully`() async throws {
            let workspace = try Workspace()
            let refusing = try LoopbackProvider(script: .init(fault: .refuse))
            let limited = try LoopbackProvider(script: .init(fault: .rateLimit(retryAfter: .seconds(30))))
            let cut = try LoopbackProvider(script: .init(fault: .truncate(afterChunks: 0)))
            let good = try LoopbackProvider(script: .init(text: "Here."))
            try workspace.configure([("a", refusing), ("b", limited), ("c", cut), ("d", good)])
            let run = try await workspace.run(["chat", "--json", "Anyone?"])
            #expect(run.status == 0)
            let object = try run.json()
            #expect(object["content"] as? String == "Here.")
            let attempts = try #require(object["attempts"] as? [[String: Any]])
            #expect(attempts.map { $0["provider"] as? String } == ["a", "b", "c", "d"])
            #expect(attempts.map { $0["outcome"] as? String } == ["failed", "failed", "failed", "answered"])
            #expect(attempts.map { $0["class"] as? String } == ["connect", "throttle", "transient", nil])
            #expect(attempts[1]["status"] as? Int == 429)
        }

        @Test func `verbose tells failed attempts on standard error`() async throws {
            let workspace = try Workspace()
            let bad = try LoopbackProvider(script: .init(fault: .status(503)))
            let good = try LoopbackProvider(script: .init(text: "Here."))
            try workspace.configure([("bad", bad), ("good", good)])
            let run = try await workspace.run(["chat", "--verbose", "Anyone?"])
            #expect(run.status == 0)
            #expect(run.output == "Here.\n")
            #expect(run.error.contains("bad (bad-model) failed after"))
            #expect(run.error.contains("503"))
            #expect(run.error.contains("good (good-model): "))
            #expect(!run.error.contains("\u{1B}"))
        }

        @Test func `no answer is status 1 with every attempt`() async throws {
            let (workspace, _) = try Workspace.with(.init(fault: .status(500)))
            let text = try await workspace.run(["chat", "Anyone?"])
            #expect(text.status == 1)
            #expect(text.output == "")
            #expect(text.error.contains("only"))
            let json = try await workspace.run(["chat", "--json", "Anyone?"])
            #expect(json.status == 1)
            let object = try json.json()
            let error = try #require(object["error"] as? [String: Any])
            #expect(Set(error.keys) == ["code", "message"])
            #expect(error["code"] as? String == "all_providers_failed")
            #expect((object["attempts"] as? [[String: Any]])?.first?["status"] as? Int == 500)
        }

        @Test func `a cut stream is status 1, after what came`() async throws {
            let (workspace, _) = try Workspace.with(
                .init(text: "abcdefgh", chunks: 8, fault: .truncate(afterChunks: 3)))
            let text = try await workspace.run(["chat", "Go."])
            #expect(text.status == 1)
            #expect(text.output == "abc\n")
            #expect(text.messages.count == 1, "\(text.error)")
            let json = try await workspace.run(["chat", "--json", "Go."])
            #expect(json.status == 1)
            let object = try json.json()
            #expect((object["error"] as? [String: Any])?["code"] as? String == "stream_cut")
            #expect(object["delivered"] as? String == "abc")
            #expect((object["attempts"] as? [[String: Any]])?.first?["outcome"] as? String == "cut")
        }

        @Test func `an image file and the other options reach the provider`() async throws {
            let (workspace, provider) = try Workspace.with()
            let image = try workspace.write(Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 1]), to: "a.png")
            let run = try await workspace.run([
                "chat", "--image", image, "--system", "Be brief.", "--temperature", "0.25", "--max-tokens", "77",
                "--model", "only-model", "What is this?",
            ])
            #expect(run.status == 0, "\(run.error)")
            let body = try #require(CommandRun.object(provider.log[0].bodyText))
            #expect(body["temperature"] as? Double == 0.25)
            #expect(provider.log[0].bodyText.contains("77"))
            #expect(provider.log[0].bodyText.contains("Be brief."))
            #expect(provider.log[0].bodyText.contains("data:image/png;base64,iVBORw0KGgoAAQ=="))
        }

        @Test(arguments: [false, true]) func `what a format cannot take is told, not dropped in silence`(
            isWhole: Bool
        ) async throws {
            let workspace = try Workspace()
            let provider = try LoopbackProvider(script: .init(format: .ollama, text: "No picture here."))
            workspace.keep([provider])
            try workspace.write(
                """
                providers:
                  - name: local
                    type: ollama
                    url: "\(provider.baseURL(for: .ollama))"
                    enabled: true
                    models:
                      - {name: loopback-model, default: true, capabilities: [text, vision, streaming]}
                """, to: "cascade.yaml")
            let run = try await workspace.run(
                ["chat", "--image", "http://host/x.png", "What?"] + (isWhole ? ["--no-stream"] : []))
            #expect(run.status == 0, "\(run.error)")
            #expect(run.output == "No picture here.\n")
            #expect(
                run.error
                    == "cascade: note: local cannot take messages.image_url by its format; it was left out\n")
        }

        @Test func `another model than the one asked for is told`() async throws {
            let workspace = try Workspace()
            let first = try LoopbackProvider(script: .init(text: "Here."))
            let second = try LoopbackProvider()
            try workspace.configure([("first", first), ("second", second)])
            let arguments = ["chat", "--model", "second-model", "Hello"]
            let verbose = try await workspace.run(arguments + ["--verbose"])
            #expect(verbose.error.contains("first (first-model instead of second-model): first token after"))
            let whole = try await workspace.run(arguments + ["--verbose", "--no-stream"])
            #expect(whole.error.contains("first (first-model instead of second-model): answered in"))
            #expect(try await workspace.run(arguments).error == "")

            let terminal = try Terminal()
            let process = try workspace.process(arguments, environment: ["NO_COLOR": "1"])
            process.standardError = terminal.device
            try await process.runToEnd()
            #expect(terminal.text == "cascade: note: first answers with first-model instead of second-model\n")
        }

        @Test(arguments: [[], ["--no-stream"]])
        func `a model's control characters reach a pipe but no terminal`(option: [String]) async throws {
            // One character a piece, so that no piece holds a whole sequence.
            let text = "a\u{1B}]0;x\u{7}b\u{9B}2Jé"
            let (workspace, _) = try Workspace.with(.init(text: text, chunks: text.unicodeScalars.count))
            let arguments = ["chat"] + option + ["Hello"]
            #expect(try await workspace.run(arguments).output == text + "\n")

            let terminal = try Terminal()
            let process = try workspace.process(arguments)
            process.standardOutput = terminal.device
            try await process.runToEnd()
            #expect(terminal.text == "a\u{FFFD}]0;x\u{FFFD}b\u{FFFD}2Jé\n")
        }

        @Test func `a failure is told once, as it happens or at the end`() async throws {
            let workspace = try Workspace()
            let bad = try LoopbackProvider(script: .init(fault: .status(503)))
            try workspace.configure([("bad", bad), ("other", bad)], attempts: 2)
            let quiet = try await workspace.run(["chat", "Hello"])
            #expect(quiet.status == 1)
            #expect(quiet.error.components(separatedBy: "bad (bad-model)").count == 2, "\(quiet.error)")
            #expect(quiet.error.contains(" (2 times)\n"))
            #expect(!quiet.error.contains("HTTP 503"))
            let verbose = try await workspace.run(["chat", "--verbose", "Hello"])
            let lines = verbose.error.split(separator: "\n")
            #expect(lines.count(where: { $0.contains("bad (bad-model) failed after") }) == 2, "\(verbose.error)")
            #expect(lines.count == 5, "\(verbose.error)")
            #expect(lines.last?.hasPrefix("cascade: no provider answered") == true)
            let tagged = try await workspace.run(["chat", "--tag", "x", "Hello"])
            #expect(tagged.error.components(separatedBy: "bad: skipped").count == 2, "\(tagged.error)")
        }

        @Test func `memory is told when asked for`() async throws {
            let (workspace, _) = try Workspace.with()
            let json = try await workspace.run(["chat", "--json", "--memory", "Hello"])
            let memory = try #require(try json.json()["memory"] as? [String: Any])
            #expect(try #require(memory["allocated_bytes"] as? Int) > 0)
            let peak = try #require(memory["peak_resident_bytes"] as? Int)
            #expect(peak >= (memory["resident_bytes"] as? Int) ?? .max)
            #expect(try #require(memory["process_peak_resident_bytes"] as? Int) > 0)
            let text = try await workspace.run(["chat", "--memory", "Hello"])
            #expect(text.error.hasPrefix("memory: allocated "))
        }

        @Test func `a key stays secret at the most talkative log level`() async throws {
            let workspace = try Workspace()
            let bad = try LoopbackProvider(script: .init(fault: .auth))
            let good = try LoopbackProvider()
            try workspace.configure([("bad", bad), ("good", good)])
            let run = try await workspace.run(
                ["chat", "--json", "--verbose", "Hello"], environment: ["CASCADE_LOG_LEVEL": "trace"])
            #expect(run.status == 0)
            #expect(run.error.contains(" info: attempt failed class="), "\(run.error)")
        }
    }
}
