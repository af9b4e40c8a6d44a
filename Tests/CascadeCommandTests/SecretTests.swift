import CascadeTesting
import Testing

extension CommandTests {
    @Suite("I10: what the command shows of keys")
    struct SecretTests {
        // Each run of a workspace looks for the planted key in all of its output.
        @Test(
            "no call shows a key that a provider repeats, at the most talkative level either",
            arguments: [
                ["chat", "--verbose", "hi"], ["chat", "--json", "hi"], ["chat", "--no-stream", "hi"], ["batch"],
                ["explain"], ["explain", "--json"], ["providers"], ["providers", "--json"], ["check"],
                ["tuning", "--json"],
            ])
        func echo(arguments: [String]) async throws {
            let workspace = try Workspace()
            let provider = try LoopbackProvider(script: .init(format: .ollama))
            workspace.keep([provider])
            // Its 404 names the address that it does not know, and so the key.
            try workspace.write(
                """
                providers:
                  - name: echo
                    type: ollama
                    enabled: true
                    url: "\(provider.baseURL(for: .ollama))/${PLANTED_KEY}"
                    api_key: "${PLANTED_KEY}"
                    headers: {X-Planted: "Token ${PLANTED_KEY}"}
                    models: [some-model]
                """, to: "cascade.yaml")
            let run = try await workspace.run(
                arguments, input: "{\"id\": \"a\", \"prompt\": \"hi\"}\n",
                environment: [
                    "CASCADE_LOG_LEVEL": "trace", "https_proxy": "http://u:\(CommandRun.plantedKey)@127.0.0.1:1",
                    "http_proxy": "http://u:\(CommandRun.plantedKey)@127.0.0.1:1",
                    "CASCADE_UNKNOWN": CommandRun.plantedKey,
                ])
            #expect(!run.output.contains("sk-planted") && !run.error.contains("sk-planted"))
            guard arguments[0] == "chat" || arguments[0] == "batch" else { return }
            #expect(run.status == 1 && provider.log.contains { $0.path.contains(CommandRun.plantedKey) })
            #expect((run.output + run.error).contains("[redacted]"))
        }

        @Test("a provider whose certificate is not checked is named by check and explain")
        func unverified() async throws {
            let workspace = try Workspace()
            try workspace.write(
                """
                providers:
                  - name: careless
                    type: vllm
                    enabled: true
                    url: https://127.0.0.1:1/v1
                    models: [m]
                    tls: {insecure_skip_verify: true}
                """, to: "cascade.yaml")
            #expect(try await workspace.run(["check"]).error.contains("certificates of \"careless\" are not checked"))
            let explained = try await workspace.run(["explain"])
            #expect(explained.output.contains("Certificates of careless are not checked."))
            #expect(explained.error.contains("certificates of \"careless\" are not checked"))
            let plan = try await workspace.run(["explain", "--json"]).json()
            let steps = try #require(plan["steps"] as? [[String: Any]])
            #expect(steps.map { $0["verifies_certificate"] as? Bool } == [false])
        }
    }
}
