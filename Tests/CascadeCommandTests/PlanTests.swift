import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Plans {
        @Test func `explain shows the plan and sends nothing`() async throws {
            let workspace = try Workspace()
            let first = try LoopbackProvider()
            let second = try LoopbackProvider()
            try workspace.configure([("first", first), ("second", second)])
            let text = try await workspace.run(["explain", "Hello"])
            #expect(text.status == 0)
            #expect(text.output.contains("first"))
            #expect(text.output.contains("second-model"))
            let image = try workspace.write("", to: "a.png")
            let json = try await workspace.run(["explain", "--json", "--image", image, "Hello"])
            #expect(json.status == 0)
            let plan = try json.json()
            #expect(Set(plan.keys) == ["needs", "steps", "skipped"])
            #expect((plan["needs"] as? [String])?.contains("vision") == true)
            let steps = try #require(plan["steps"] as? [[String: Any]])
            #expect(steps.map { $0["provider"] as? String } == ["first", "second"])
            #expect(
                Set(steps[0].keys) == [
                    "provider", "type", "model", "model_reason", "is_fallback_model", "held_back",
                    "verifies_certificate",
                ])
            #expect(first.counters.requests + second.counters.requests == 0)
        }

        @Test(arguments: ["none.png", "."]) func `a plan with an image that is none is status 2`(
            image: String
        ) async throws {
            let (workspace, _) = try Workspace.with()
            let run = try await workspace.run(["explain", "--image", image])
            #expect(run.status == 2)
            #expect(run.error.hasPrefix("cascade: image \(image): "))
        }

        @Test func `a plan that asks nobody is status 1`() async throws {
            let workspace = try Workspace()
            try workspace.write(
                """
                providers:
                  - {name: hosted, type: openai, enabled: true, api_key: "${NO_SUCH_KEY}", models: [m]}
                """, to: "cascade.yaml")
            let text = try await workspace.run(["explain"])
            #expect(text.status == 1)
            #expect(text.output.contains("no API key"))
            #expect(text.output.contains("No provider would be asked."))
            #expect(try await workspace.run(["explain", "--json"]).status == 1)
        }

        @Test func `a model of another provider is shown as what it is`() async throws {
            let workspace = try Workspace()
            let first = try LoopbackProvider()
            let second = try LoopbackProvider()
            try workspace.configure([("first", first), ("second", second)])
            let run = try await workspace.run(["explain", "--json", "--model", "second-model"])
            let steps = try #require(try run.json()["steps"] as? [[String: Any]])
            let owner = try #require(steps.first { $0["provider"] as? String == "second" })
            #expect(owner["model"] as? String == "second-model")
            #expect(owner["is_fallback_model"] as? Bool == false)
            for other in steps where other["provider"] as? String == "first" {
                #expect(other["is_fallback_model"] as? Bool == true)
            }
        }

        @Test func `providers tells who is there`() async throws {
            let workspace = try Workspace()
            let away = try LoopbackProvider(script: .init(format: .ollama, fault: .refuse))
            let here = try LoopbackProvider(script: .init(format: .ollama))
            try workspace.configureOllama([("away", away), ("here", here)])
            let json = try await workspace.run(["providers", "--json"])
            #expect(json.status == 0)
            let providers = try #require(try json.json()["providers"] as? [[String: Any]])
            #expect(providers.map { $0["name"] as? String } == ["away", "here"])
            #expect(providers.map { $0["healthy"] as? Bool } == [false, true])
            #expect(
                Set(providers[0].keys) == [
                    "name", "type", "enabled", "priority", "healthy", "status", "circuit", "latency_ms", "detail",
                    "default_model", "models",
                ])
            let text = try await workspace.run(["providers"])
            #expect(text.lines.count == 3)
            #expect(text.lines[1].contains("unhealthy"))
        }

        @Test func `providers tells what it found, and who was not asked`() async throws {
            let workspace = try Workspace()
            let away = try LoopbackProvider(script: .init(format: .ollama, fault: .refuse))
            let here = try LoopbackProvider(script: .init(format: .ollama))
            workspace.keep([away, here])
            try workspace.write(
                """
                providers:
                  - {name: away, type: ollama, enabled: true, priority: 1, url: "\(away.baseURL(for: .ollama))"}
                  - name: here
                    type: ollama
                    enabled: true
                    priority: 2
                    url: "\(here.baseURL(for: .ollama))"
                    models: [llama3.2]
                  - {name: hosted, type: openai, enabled: true, priority: 3, api_key: "${PLANTED_KEY}", models: [m]}
                """, to: "cascade.yaml")
            let text = try await workspace.run(["providers"])
            #expect(text.lines.count == 4)
            #expect(text.lines[2].contains("answers, 1 model; model llama3.2 is not pulled"), "\(text.output)")
            #expect(text.lines[3].contains("not asked"))
            #expect(text.lines[3].contains("key set, not asked"))
            #expect(!text.lines[3].contains(" ms"))
            let json = try await workspace.run(["providers", "--json"])
            let providers = try #require(try json.json()["providers"] as? [[String: Any]])
            #expect(providers.map { $0["status"] as? String } == ["unhealthy", "healthy", "not_asked"])
            #expect(providers.map { $0["healthy"] as? Bool } == [false, true, nil])
            #expect(providers[2]["latency_ms"] is NSNull)
        }

        @Test func `no healthy provider is status 1`() async throws {
            let workspace = try Workspace()
            let away = try LoopbackProvider(script: .init(format: .ollama, fault: .refuse))
            try workspace.configureOllama([("away", away)])
            let run = try await workspace.run(["providers"])
            #expect(run.status == 1)
            #expect(run.output.contains("away"))
        }

        @Test func `tuning shows every variable and where its value comes from`() async throws {
            let workspace = try Workspace()
            let environment = ["CASCADE_RING_BYTES": "128k"]
            let text = try await workspace.run(["tuning"], environment: environment)
            #expect(text.status == 0)
            #expect(text.lines.contains { $0.hasPrefix("CASCADE_RING_BYTES") && $0.contains("128k") })
            let json = try await workspace.run(["tuning", "--json"], environment: environment)
            let variables = try #require(try json.json()["variables"] as? [[String: Any]])
            #expect(variables.count == text.lines.count - 1)
            let ring = try #require(variables.first { $0["name"] as? String == "CASCADE_RING_BYTES" })
            #expect(ring["value"] as? String == "128k")
            #expect(ring["source"] as? String == "environment")
            #expect(ring["default"] as? String == "64k")
            #expect(ring["range"] as? String == "4k to 16m")
        }

        @Test func `the demo shows four attempts, the answer and the memory`() async throws {
            let workspace = try Workspace()
            let clock = ContinuousClock()
            let start = clock.now
            let text = try await workspace.run(["demo"])
            #expect(clock.now - start < .seconds(5))
            #expect(text.status == 0, "\(text.error)")
            #expect(text.output.contains("Sunlight holds every colour."))
            for word in ["connect", "429", "transient", "answered", "Memory: allocated"] {
                #expect(text.output.contains(word), "\(word)")
            }
            #expect(!text.output.contains("HTTP 429"))
            #expect(text.lines.filter { $0.contains("failed ") }.allSatisfy { $0.count <= 120 }, "\(text.output)")
            let json = try await workspace.run(["demo", "--json", "--delay-ms", "0"])
            let object = try json.json()
            let attempts = try #require(object["attempts"] as? [[String: Any]])
            #expect(attempts.map { $0["class"] as? String } == ["connect", "throttle", "transient", nil])
            #expect(object["memory"] != nil)
        }
    }
}
