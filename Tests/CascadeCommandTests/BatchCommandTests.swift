import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Batch {
        @Test func `each line is answered under its id`() async throws {
            let (workspace, _) = try Workspace.with(.init(text: "Yes."))
            let input = """
                {"id": "a", "prompt": "One?"}

                {"id": 2, "messages": [{"role": "user", "content": "Two?"}], "stream": true}
                {"id": {"n": 3}, "prompt": "Three?", "colour": "red"}
                {"prompt": "Four?"}
                """
            let run = try await workspace.run(["batch"], input: input)
            #expect(run.status == 0, "\(run.output) \(run.error)")
            let results = try run.jsonLines().sorted { ($0["line"] as? Int ?? 0) < ($1["line"] as? Int ?? 0) }
            #expect(results.map { $0["line"] as? Int } == [1, 3, 4, 5])
            #expect(results.allSatisfy { $0["content"] as? String == "Yes." })
            #expect(results[0]["id"] as? String == "a")
            #expect(results[1]["id"] as? Int == 2)
            #expect((results[2]["id"] as? [String: Int]) == ["n": 3])
            #expect(results[2]["ignored_fields"] as? [String] == ["colour"])
            #expect(results[3]["id"] is NSNull)
        }

        @Test(arguments: [
            "12345678901234567890", "1.10", "-1E+2", "0.1000000000000000055511151231257827", #""a\"}b""#,
            #"{"b": [1.0, "x]"], "a": null}"#, "[]", "true", "null",
        ])
        func `an id is returned as it was given`(id: String) async throws {
            let (workspace, _) = try Workspace.with()
            let run = try await workspace.run(
                ["batch"],
                input: """
                    {"metadata": {"id": "no"}, "prompt": "id: {", "id" : \(id) }
                    {"prompt": 7, "id":\(id)}
                    """)
            #expect(run.lines.count == 2)
            #expect(run.lines.allSatisfy { $0.hasPrefix("{\"id\":\(id),\"line\":") }, "\(run.output)")
        }

        @Test func `fields and parts in OpenAI's shape reach the provider`() async throws {
            let (workspace, provider) = try Workspace.with()
            let line = """
                {"model": "only-model", "temperature": 0.5, "max_tokens": 12, "stop": ["END"], "seed": 4, \
                "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}], \
                "messages": [{"role": "system", "content": "Short."}, \
                {"role": "user", "content": [{"type": "text", "text": "See?"}, \
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]}, \
                {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", \
                "function": {"name": "look", "arguments": "{}"}}]}, \
                {"role": "tool", "tool_call_id": "c1", "content": "a cat"}]}
                """
            let run = try await workspace.run(["batch"], input: line)
            #expect(run.status == 0, "\(run.output)")
            let body = try #require(CommandRun.object(provider.log[0].bodyText))
            #expect(body["temperature"] as? Double == 0.5)
            #expect(body["stop"] as? [String] == ["END"])
            #expect(body["seed"] as? Int == 4)
            #expect((body["tools"] as? [[String: Any]])?.count == 1)
            let messages = try #require(body["messages"] as? [[String: Any]])
            #expect(messages.map { $0["role"] as? String } == ["system", "user", "assistant", "tool"])
            #expect(provider.log[0].bodyText.contains("data:image/png;base64,aGk="))
        }

        @Test(arguments: [
            ("no JSON", "not JSON"),
            ("[1]", "expected a JSON object"),
            ("{}", "prompt or messages is missing"),
            (#"{"prompt": 7}"#, "prompt has the wrong type"),
            (#"{"prompt": "x", "messages": []}"#, "not both"),
            (#"{"messages": []}"#, "messages is empty"),
            (#"{"prompt": " \n"}"#, "the prompt is empty"),
            (#"{"messages": [{"role": "king", "content": "x"}]}"#, "messages[0].role: expected one of"),
            (#"{"messages": [{"role": "user", "content": [{"type": "smell"}]}]}"#, "messages[0].content"),
            (#"{"prompt": "x", "temperature": 9}"#, "temperature is out of its range"),
            (#"{"prompt": "x", "max_tokens": 0}"#, "max_tokens is out of its range, at least 1"),
            (#"{"prompt": "x", "reasoning_effort": "huge"}"#, "reasoning_effort: expected one of"),
            (#"{"prompt": "x", "images": ["data:image/png,zz"]}"#, "base64"),
        ])
        func `a line that is no request gets an error and the batch goes on`(
            line: String, reason: String
        ) async throws {
            let (workspace, provider) = try Workspace.with()
            let run = try await workspace.run(["batch"], input: line + "\n{\"id\": 2, \"prompt\": \"fine\"}\n")
            #expect(run.status == 1)
            let results = try run.jsonLines().sorted { ($0["line"] as? Int ?? 0) < ($1["line"] as? Int ?? 0) }
            #expect(results.count == 2)
            let error = try #require(results[0]["error"] as? [String: String])
            #expect(error["code"] == "invalid_line")
            let message = try #require(error["message"])
            #expect(message.hasPrefix("line 1: "))
            #expect(message.contains(reason), "\(message)")
            #expect((results[0]["attempts"] as? [Any])?.isEmpty == true)
            #expect(results[1]["id"] as? Int == 2)
            #expect(results[1]["content"] != nil)
            #expect(provider.counters.requests == 1)
        }

        @Test func `a line has the same limit as a prompt`() async throws {
            let (workspace, _) = try Workspace.with()
            let text = String(repeating: "a", count: 17 << 20)
            let run = try await workspace.run(["batch"], input: "{\"prompt\": \"\(text)\"}\n{\"prompt\": \"fine\"}")
            #expect(run.status == 1)
            #expect(run.output.contains("line 1: longer than 16.0 MiB"))
            #expect(run.output.contains("\"content\""))
        }

        @Test func `bytes that are no text are one bad line`() async throws {
            let (workspace, _) = try Workspace.with()
            var input = Data([0x7B, 0xFF, 0xFE, 0x0A])
            input.append(Data("{\"prompt\": \"fine\"}".utf8))
            let run = try await workspace.run(["batch"], input: input)
            #expect(run.status == 1)
            #expect(run.output.contains("not UTF-8 text"))
            #expect(run.lines.count == 2)
        }

        @Test func `nothing to read is wrong usage`() async throws {
            let (workspace, _) = try Workspace.with()
            let empty = try await workspace.run(["batch"], input: "\n \n")
            #expect(empty.status == 2)
            #expect(empty.error.contains("no request"))
            let nonsense = try await workspace.run(["batch"], input: "x\ny\n")
            #expect(nonsense.status == 2)
            #expect(nonsense.lines.count == 2)
        }

        @Test func `a line that no provider answers is status 1`() async throws {
            let (workspace, _) = try Workspace.with(.init(fault: .status(500)))
            let run = try await workspace.run(["batch"], input: #"{"id": 1, "prompt": "x"}"#)
            #expect(run.status == 1)
            let result = try #require(try run.jsonLines().first)
            #expect((result["error"] as? [String: Any])?["code"] as? String == "all_providers_failed")
            #expect(result["id"] as? Int == 1)
        }

        @Test func `a line of the log takes the place of the progress`() async throws {
            let (workspace, _) = try Workspace.with(.init(fault: .status(500)))
            let terminal = try Terminal()
            let process = try workspace.process(
                ["batch", "-n", "1"], input: Data("{}\n{\"prompt\": \"x\"}\n".utf8),
                environment: ["CASCADE_LOG_LEVEL": "notice", "NO_COLOR": "1"])
            process.standardError = terminal.device
            try await process.runToEnd()
            // The bar of the first line is drawn before the second one fails.
            let shown = terminal.text
            #expect(shown.hasPrefix("["), "\(shown)")
            #expect(shown.contains("1 malformed\r\u{1B}[K2"), "\(shown)")
            #expect(shown.contains(" notice: request failed "))
            #expect(shown.hasSuffix("2 done, 0 answered, 1 failed, 1 malformed\n"))
        }

        @Test func `no more requests at a time than asked for`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 2, chunkDelay: .milliseconds(5)))
            let input = (0..<30).map { "{\"id\": \($0), \"prompt\": \"x\", \"stream\": true}" }.joined(separator: "\n")
            let run = try await workspace.run(["batch", "--concurrency", "3"], input: input)
            #expect(run.status == 0)
            #expect(run.lines.count == 30)
            #expect(provider.counters.connectionsAccepted <= 3)
        }

        @Test func `a primary that fails half of the time loses nothing`() async throws {
            let workspace = try Workspace()
            var script = LoopbackProvider.Script(text: "First.", fault: .status(503))
            script.faultEvery = 2
            let primary = try LoopbackProvider(script: script)
            let backup = try LoopbackProvider(script: .init(text: "Second."))
            // A circuit that opened would hide what this is about.
            try workspace.configure([("primary", primary), ("backup", backup)], threshold: 1000)
            let input = (0..<200).map { "{\"id\": \($0), \"prompt\": \"Question \($0)?\"}" }.joined(separator: "\n")
            let run = try await workspace.run(["batch", "--concurrency", "32"], input: input)
            #expect(run.status == 0, "\(run.error)")
            let results = try run.jsonLines()
            #expect(Set(results.compactMap { $0["id"] as? Int }) == Set(0..<200))
            var failures = 0
            for result in results {
                let attempts = try #require(result["attempts"] as? [[String: Any]])
                let outcomes = attempts.map { "\($0["provider"] ?? "") \($0["outcome"] ?? "") \($0["status"] ?? "")" }
                if result["provider"] as? String == "primary" {
                    #expect(result["content"] as? String == "First.")
                    #expect(attempts.count == 1)
                } else {
                    #expect(result["content"] as? String == "Second.")
                    #expect(outcomes.count == 2)
                    #expect(outcomes[0] == "primary failed 503")
                    #expect(attempts.last?["outcome"] as? String == "answered")
                    failures += 1
                }
            }
            #expect(failures == 100)
            #expect(primary.counters.requests == 200)
            #expect(backup.counters.requests == 100)
        }
    }
}
