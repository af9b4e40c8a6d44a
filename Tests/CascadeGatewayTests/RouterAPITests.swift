import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// The predecessor's API.
    @Suite struct RouterAPI {
        private static let prefix = "/api/v1/router"
        private static let question = #"{"messages":[{"role":"user","content":"why?"}]}"#

        private func names(_ object: [String: Any]) -> Set<String> { Set(object.keys) }

        private func providers(_ reply: HTTPClient.Reply) -> [[String: Any]] {
            reply.json["providers"] as? [[String: Any]] ?? []
        }

        @Test("A request is answered with its content, provider, model and latency", arguments: Format.allCases)
        func complete(_ format: Format) async throws {
            let script = Script(format: format)
            let fixture = try await GatewayFixture(script)
            let body =
                #"{"messages":[{"role":"user","content":"why?"}],"model":"p0-model","temperature":0.25,"max_tokens":7}"#
            let reply = try fixture.client().post(Self.prefix + "/complete", body)
            #expect(reply.status == 200)
            #expect(names(reply.json) == ["content", "provider", "model", "latency_ms"])
            #expect(reply.json["content"] as? String == script.expectedText)
            #expect(reply.json["provider"] as? String == "p0")
            #expect(reply.json["model"] as? String == "p0-model")
            #expect(reply.json["latency_ms"] as? Double ?? 0 > 0)
            #expect(reply.header("x-cascade-provider") == "p0")
            let sent = try fixture.sent()
            if format == .openai {
                #expect(sent["temperature"] as? Double == 0.25)
                #expect((sent["max_completion_tokens"] ?? sent["max_tokens"]) as? Int == 7)
            }
            await fixture.end()
        }

        @Test("A temperature of 0.7 is the default, and a model that nobody lists becomes the provider's own")
        func defaults() async throws {
            let fixture = try await GatewayFixture(Script())
            let body = #"{"messages":[{"role":"user","content":"why?"}],"model":"nobody's","temperature":null}"#
            let reply = try fixture.client().post(Self.prefix + "/complete", body)
            #expect(reply.status == 200)
            #expect(reply.json["model"] as? String == "p0-model")
            #expect(try fixture.sent()["temperature"] as? Double == 0.7)
            await fixture.end()
        }

        @Test("Pictures beside a message's content reach a provider, and files of this machine do not")
        func images() async throws {
            let fixture = try await GatewayFixture(Script(format: .ollama)) { configuration in
                configuration.providers[0].models = [ModelConfiguration(name: "m", capabilities: ["text", "vision"])]
            }
            let client = try fixture.client()
            func body(_ image: String) -> String {
                #"{"messages":[{"role":"user","content":"see","images":["\#(image)"]}]}"#
            }
            for image in ["data:image/png;base64,iVBORw0KGgoA", "iVBORw0KGgoA"] {
                #expect(client.post(Self.prefix + "/complete", body(image)).status == 200)
            }
            for index in 0...1 {
                let messages = try #require(try fixture.sent(index)["messages"] as? [[String: Any]])
                #expect(messages.first?["images"] as? [String] == ["iVBORw0KGgoA"])
            }
            for file in ["/etc/hostname", "photo.png", "file:///etc/hostname"] {
                let reply = client.post(Self.prefix + "/complete", body(file))
                #expect(reply.status == 422)
            }
            #expect(fixture.providers[0].counters.requests == 2)
            await fixture.end()
        }

        @Test("A sound beside a message's content reaches a provider, in either spelling")
        func sound() async throws {
            let fixture = try await GatewayFixture(Script()) { configuration in
                configuration.providers[0].models = [ModelConfiguration(name: "m", capabilities: ["text", "audio"])]
            }
            let client = try fixture.client()
            for (index, sound) in [#""data:audio/wav;base64,AAAA""#, #"{"data":"AAAA","format":"wav"}"#].enumerated() {
                let body = #"{"messages":[{"role":"user","content":"hear","audio":\#(sound)}]}"#
                #expect(client.post(Self.prefix + "/complete", body).status == 200)
                let message = try #require((try fixture.sent(index)["messages"] as? [[String: Any]])?.first)
                let part = try #require((message["content"] as? [[String: Any]])?.last)
                #expect((part["input_audio"] as? [String: String]) == ["data": "AAAA", "format": "wav"])
            }
            await fixture.end()
        }

        @Test("When all have failed that is a 503 whose detail names each of them")
        func allFailed() async throws {
            let fixture = try await GatewayFixture(
                Script(fault: .status(500)), Script(fault: .rateLimit(retryAfter: nil)))
            let reply = try fixture.client().post(Self.prefix + "/complete", Self.question)
            #expect(reply.status == 503)
            let detail = try #require(reply.json["detail"] as? String)
            #expect(detail.contains("p0:"))
            #expect(detail.contains("p1:"))
            #expect(!reply.body.contains(GatewayFixture.plantedKey))
            #expect(reply.header("x-should-retry") == "false")
            #expect(reply.header("x-cascade-attempts") == "2")
            await fixture.end()
        }

        @Test("What a provider refuses as the request's own fault is a 400")
        func refusedByProvider() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(400)))
            let reply = try fixture.client().post(Self.prefix + "/complete", Self.question)
            #expect(reply.status == 400)
            #expect(reply.json["detail"] as? String != nil)
            await fixture.end()
        }

        @Test(
            "A body that is no request is a 422 that says where",
            arguments: [
                ("complete", "{", []), ("complete", "[]", ["messages"]),
                ("complete", #"{"messages":[]}"#, ["messages"]),
                ("complete", #"{"messages":[{"role":"user","content":7}]}"#, ["messages", 0, "content"]),
                ("complete", #"{"messages":[{"content":"hi"}]}"#, ["messages", 0, "role"]),
                ("complete", #"{"messages":[{"role":"user","images":"x"}]}"#, ["messages", 0, "images"]),
                ("complete", #"{"messages":[{"role":"user","audio":"x"}]}"#, ["messages", 0, "audio"]),
                ("complete", #"{"messages":[{"role":"user","audio":{"data":"x"}}]}"#, ["messages", 0, "audio"]),
                ("complete", #"{"messages":[{"role":"user","content":"hi"}],"temperature":"x"}"#, ["temperature"]),
                ("complete", #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":0}"#, ["max_tokens"]),
                ("providers/p0/control", "{}", ["action"]), ("providers/p0/control", #"{"action":1}"#, ["action"]),
            ] as [(String, String, [any Sendable])])
        func malformed(_ path: String, _ body: String, _ place: [any Sendable]) async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.client().post("\(Self.prefix)/\(path)", body)
            #expect(reply.status == 422, "\(reply.body)")
            let detail = try #require((reply.json["detail"] as? [[String: Any]])?.first)
            let shown = (detail["loc"] as? [Any] ?? []).map { "\($0)" }
            #expect(shown == ["body"] + place.map { "\($0)" })
            #expect(detail["msg"] as? String != nil)
            #expect(detail["type"] as? String != nil)
            #expect(fixture.providers[0].counters.requests == 0)
            await fixture.end()
        }

        @Test("What a message holds and no provider could be told of is a 422, and not left out")
        func unknownParts() async throws {
            let fixture = try await GatewayFixture(Script())
            for message in [
                #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"file","file":{"file_id":"f"}}]}"#,
                #"{"role":"function","name":"f","content":"a"}"#,
            ] {
                let reply = try fixture.client().post(Self.prefix + "/complete", #"{"messages":[\#(message)]}"#)
                #expect(reply.status == 422, "\(reply.body)")
            }
            #expect(fixture.providers[0].counters.requests == 0)
            await fixture.end()
        }

        @Test("Status counts the providers by health and lists them")
        func status() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script()) {
                $0.cascade.circuitBreaker.failureThreshold = 1
                $0.providers.append(ProviderConfiguration(name: "off", type: .ollama, enabled: false, priority: 9))
            }
            let client = try fixture.client()
            #expect(client.post(Self.prefix + "/complete", Self.question).json["provider"] as? String == "p1")
            let reply = client.get(Self.prefix + "/status")
            #expect(reply.status == 200)
            #expect(
                names(reply.json) == [
                    "total_providers", "healthy_providers", "degraded_providers", "unhealthy_providers", "providers",
                ])
            #expect(reply.json["total_providers"] as? Int == 3)
            #expect(reply.json["healthy_providers"] as? Int == 1)
            #expect(reply.json["degraded_providers"] as? Int == 0)
            #expect(reply.json["unhealthy_providers"] as? Int == 1)
            let listed = providers(reply)
            #expect(listed.map { $0["status"] as? String } == ["unhealthy", "healthy", "disabled"])
            #expect(listed.allSatisfy { names($0) == ["name", "type", "status", "priority", "default_model"] })
            #expect(listed[0]["name"] as? String == "p0")
            #expect(listed[0]["type"] as? String == "openai")
            #expect(listed[0]["priority"] as? Int == 1)
            #expect(listed[0]["default_model"] as? String == "p0-model")
            #expect(listed[2]["default_model"] is NSNull)
            await fixture.end()
        }

        @Test("Metrics count what each provider did")
        func metrics() async throws {
            let fixture = try await GatewayFixture(Script(), Script()) {
                $0.cascade.circuitBreaker.failureThreshold = 1
            }
            let client = try fixture.client()
            for fault in [nil, nil, Fault.status(500)] {
                fixture.providers[0].setScript(Script(fault: fault))
                #expect(client.post(Self.prefix + "/complete", Self.question).status == 200)
            }
            let listed = providers(client.get(Self.prefix + "/metrics"))
            #expect(listed.allSatisfy { names($0) == ["name", "type", "status", "circuit_state", "metrics"] })
            #expect(listed.map { $0["circuit_state"] as? String } == ["open", "closed"])
            let counts = try #require(listed[0]["metrics"] as? [String: Any])
            #expect(names(counts) == ["total_requests", "successful", "failed", "error_rate", "avg_latency_ms"])
            #expect(counts["total_requests"] as? Int == 3)
            #expect(counts["successful"] as? Int == 2)
            #expect(counts["failed"] as? Int == 1)
            #expect(counts["error_rate"] as? Double == 0.333)
            let latency = try #require(counts["avg_latency_ms"] as? Double)
            #expect(latency > 0)
            #expect((latency * 100).rounded() / 100 == latency)
            await fixture.end()
        }

        @Test("Providers are listed with their models")
        func list() async throws {
            let fixture = try await GatewayFixture(Script(), Script(format: .anthropic))
            let reply = try fixture.client().get(Self.prefix + "/providers")
            let listed = try #require(try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [[String: Any]])
            #expect(listed.count == 2)
            #expect(
                names(listed[1]) == [
                    "name", "type", "enabled", "priority", "status", "circuit_state", "default_model", "models",
                ])
            #expect(listed[1]["type"] as? String == "anthropic")
            #expect(listed[1]["enabled"] as? Bool == true)
            #expect(listed[1]["models"] as? [String] == ["p1-model"])
            await fixture.end()
        }

        @Test("A provider is switched off and on, and its circuit closed, by hand")
        func control() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script()) {
                $0.cascade.circuitBreaker.failureThreshold = 1
                $0.providers[0].name = "the first/one"
                $0.providers.append(ProviderConfiguration(name: "keyless", type: .openai, enabled: false))
            }
            let client = try fixture.client()
            func control(_ name: String, _ action: String) -> HTTPClient.Reply {
                client.post("\(Self.prefix)/providers/\(name)/control", #"{"action":"\#(action)"}"#)
            }
            #expect(
                control("the%20first/one", "disable").json["message"] as? String == "Provider the first/one disabled")
            #expect(fixture.router.status.providers[0].isEnabled == false)
            #expect(client.post(Self.prefix + "/complete", Self.question).json["provider"] as? String == "p1")
            #expect(fixture.providers[0].counters.requests == 0)

            #expect(control("the%20first%2Fone", "enable").status == 200)
            #expect(fixture.router.status.providers[0].isEnabled)
            #expect(client.post(Self.prefix + "/complete", Self.question).status == 200)
            #expect(fixture.router.status.providers[0].circuitState == .open)
            let reset = control("the%20first/one", "reset_circuit")
            #expect(reset.json["message"] as? String == "Circuit breaker of the first/one reset")
            #expect(fixture.router.status.providers[0].circuitState == .closed)

            let keyless = control("keyless", "enable").json["message"] as? String
            #expect(keyless == "Provider keyless enabled, but it cannot be asked: no API key")
            #expect(control("nobody", "enable").status == 404)
            #expect(control("nobody", "enable").json["detail"] as? String != nil)
            #expect(control("p1", "explode").status == 400)
            #expect(control("p1", "explode").json["detail"] as? String != nil)
            await fixture.end()
        }

        @Test("A health check asks who can be asked, and closes the circuit of who answers")
        func healthCheck() async throws {
            let fixture = try await GatewayFixture(Script(format: .ollama, fault: .status(500)), Script()) {
                $0.cascade.circuitBreaker.failureThreshold = 1
            }
            let client = try fixture.client()
            #expect(client.post(Self.prefix + "/complete", Self.question).status == 200)
            #expect(fixture.router.status.providers[0].circuitState == .open)
            let reply = client.post(Self.prefix + "/health-check", "")
            #expect(reply.status == 200)
            #expect(names(reply.json) == ["checked_at", "providers", "healthy_count"])
            let date = try #require(reply.json["checked_at"] as? String)
            let checked = try #require(ISO8601DateFormatter().date(from: date))
            #expect(abs(checked.timeIntervalSinceNow) < 3_600)
            #expect(reply.json["healthy_count"] as? Int == 2)
            #expect(providers(reply).allSatisfy { names($0) == ["name", "type", "healthy", "status", "detail"] })
            #expect(providers(reply).map { $0["healthy"] as? Bool } == [true, true])
            #expect(fixture.router.status.providers[0].circuitState == .closed)
            await fixture.end()
        }

        @Test("The configuration is told without what is secret in it")
        func configuration() async throws {
            let fixture = try await GatewayFixture(Script()) {
                $0.providers[0].headers = ["x-team": Secret("hidden-value")]
                $0.providers[0].baseURL = $0.providers[0].baseURL.map { $0 + "/hidden-path" }
                $0.aliases = ["fast": ["p0-model"]]
            }
            let reply = try fixture.client().get(Self.prefix + "/config")
            #expect(reply.status == 200)
            #expect(!reply.body.contains(GatewayFixture.plantedKey))
            #expect(!reply.body.contains("hidden-"))
            let listed = try #require(providers(reply).first)
            #expect(listed["has_api_key"] as? Bool == true)
            #expect(listed["headers"] as? [String] == ["x-team"])
            #expect((listed["base_url"] as? String)?.hasPrefix("http://127.0.0.1:") == true)
            #expect((reply.json["aliases"] as? [String: [String]]) == ["fast": ["p0-model"]])
            await fixture.end()
        }

        @Test("The predecessor's own file serves")
        func predecessorsFile() async throws {
            let file = try #require(
                Bundle.module.url(forResource: "providers", withExtension: "yaml", subdirectory: "Configurations"))
            let loaded = try CascadeConfiguration.load(path: file.path, environment: [:])
            let double = try LoopbackProvider(script: Script(format: .ollama))
            let fixture = try await GatewayFixture(
                configure: { configuration in
                    configuration = loaded
                    configuration.providers[0].baseURL = double.baseURL(for: .ollama)
                })
            let client = try fixture.client()
            let reply = client.post(Self.prefix + "/complete", Self.question)
            #expect(reply.json["provider"] as? String == "ollama-local")
            #expect(reply.json["model"] as? String == "llama3.1:8b-instruct")
            let seen = client.post(
                Self.prefix + "/complete",
                #"{"messages":[{"role":"user","content":"see","images":["data:image/png;base64,AAAA"]}]}"#)
            #expect(seen.json["model"] as? String != "llama3.1:8b-instruct")

            let status = client.get(Self.prefix + "/status").json
            #expect(status["total_providers"] as? Int == 4)
            #expect(status["healthy_providers"] as? Int == 1)
            let configuration = client.get(Self.prefix + "/config").json
            let cascade = try #require(configuration["cascade"] as? [String: Any])
            #expect(cascade["timeout_seconds"] as? Double == 30)
            #expect(cascade["max_retries_per_provider"] as? Int == 2)
            #expect((cascade["circuit_breaker"] as? [String: Any])?["recovery_timeout"] as? Double == 60)
            #expect((configuration["fallback_chains"] as? [String: [String]])?["tools"]?.count == 3)
            #expect((configuration["multimodal"] as? [String: Any])?["auto_pull"] as? Bool == true)
            #expect((configuration["cost_tracking"] as? [String: Any])?["budget_daily_usd"] as? Double == 10)
            #expect((configuration["metrics"] as? [String: Any])?["retention_hours"] as? Int == 168)
            let openAI = (configuration["providers"] as? [[String: Any]])?[2]
            #expect(openAI?["has_api_key"] as? Bool == false)
            #expect(openAI?["enabled"] as? Bool == false)
            await fixture.end()
        }

        @Test("Unknown addresses are a 404, and other methods a 405 that names the right one")
        func addresses() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            for path in ["", "/", "/nothing", "/providers/p0", "/providers//control", "/providers/p0/control/"] {
                let reply = client.get(Self.prefix + path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.json["detail"] as? String != nil)
            }
            for path in ["complete", "health-check", "providers/p0/control"] {
                let reply = client.get("\(Self.prefix)/\(path)")
                #expect(reply.status == 405)
                #expect(reply.header("allow") == "POST")
                #expect(reply.json["detail"] as? String != nil)
            }
            for path in ["status", "metrics", "providers", "config"] {
                #expect(client.post("\(Self.prefix)/\(path)", "{}").status == 405)
            }
            await fixture.end()
        }
    }
}
