import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// A gateway whose store holds keys.
    @Suite struct Keys {
        private let file: StoreFile
        private let store: GatewayStore

        init() throws {
            file = try StoreFile()
            store = try file.open()
        }

        private func key(
            _ name: String = "alice", isAdmin: Bool = false, _ set: (inout KeyLimits) -> Void = { _ in }
        ) async throws -> String {
            var limits = KeyLimits()
            set(&limits)
            return try await store.addKey(name: name, isAdmin: isAdmin, limits: limits).secret
        }

        private func gateway(
            _ script: Script = Script(), clock: any RouterClock = SystemClock(), host: String = "127.0.0.1",
            interval: Duration = .milliseconds(10)
        ) async throws -> GatewayFixture {
            let store = try file.open()
            return try await GatewayFixture(
                script, clock: clock,
                configure: {
                    $0.providers[0].models[0].costPerMillionInput = 1_000_000
                    $0.providers[0].models[0].costPerMillionOutput = 1_000_000
                },
                gateway: {
                    $0.store = store
                    $0.storeInterval = interval
                    $0.host = host
                })
        }

        private func bearer(_ key: String) -> String { "Authorization: Bearer \(key)\r\n" }

        @Test("A store without keys asks for none")
        func noKeys() async throws {
            let fixture = try await gateway()
            #expect(try fixture.post(question()).status == 200)
            #expect(try fixture.client().get("/v1/models").status == 200)
            await fixture.end()
        }

        @Test("Where there are keys a client needs one, by either field")
        func needsKey() async throws {
            let secret = try await key()
            let fixture = try await gateway()
            let missing = try fixture.post(question())
            #expect(missing.status == 401)
            #expect(missing.error["code"] as? String == "invalid_api_key")
            #expect(missing.header("www-authenticate") == "Bearer")
            let wrong = String(secret.dropLast()) + (secret.hasSuffix("0") ? "1" : "0")
            for fields in [bearer(wrong), bearer("sk-other"), "x-api-key: \(wrong)\r\n"] {
                let reply = try fixture.post(question(), fields: fields)
                #expect(reply.status == 401)
                #expect(!reply.body.contains(wrong))
            }
            #expect(fixture.providers[0].counters.requests == 0)
            for fields in [bearer(secret), "x-api-key: \(secret)\r\n"] {
                #expect(try fixture.post(question(), fields: fields).status == 200)
                #expect(try fixture.post(question(stream: true), fields: fields).text == Script().expectedText)
            }
            #expect(try fixture.client().get("/v1/models").status == 401)
            #expect(try fixture.client().get("/healthz").status == 200)
            #expect(try fixture.client().get("/readyz").status == 200)
            await fixture.end()
        }

        @Test("An Anthropic client is refused in its own format, the predecessor's in its")
        func formats() async throws {
            _ = try await key()
            let fixture = try await gateway()
            let anthropic = try fixture.client().post("/v1/messages", "{}", fields: "x-api-key: sk-ant\r\n")
            #expect(anthropic.status == 401)
            #expect(anthropic.json["type"] as? String == "error")
            #expect(anthropic.error["type"] as? String == "authentication_error")
            let predecessor = try fixture.client().post("/api/v1/router/complete", "{}")
            #expect(predecessor.status == 401)
            #expect(predecessor.json["detail"] as? String != nil)
            await fixture.end()
        }

        @Test("A key opens the models of its list, and lists no others")
        func models() async throws {
            let secret = try await key { $0.models = ["p0-*"] }
            let fixture = try await gateway()
            let allowed = #"{"model":"p0-model","messages":[{"role":"user","content":"why?"}]}"#
            #expect(try fixture.post(allowed, fields: bearer(secret)).status == 200)
            let refused = try fixture.post(question(), fields: bearer(secret))
            #expect(refused.status == 403)
            #expect(refused.error["code"] as? String == "model_not_allowed")
            let list = try fixture.client().get("/v1/models", fields: bearer(secret))
            #expect((list.json["data"] as? [[String: Any]])?.map { $0["id"] as? String } == ["p0-model"])
            await fixture.end()
        }

        @Test("Requests over the minute's are told when to come again")
        func requests() async throws {
            let secret = try await key { $0.requestsPerMinute = 2 }
            let clock = MockClock()
            let fixture = try await gateway(clock: clock)
            for _ in 0..<2 { #expect(try fixture.post(question(), fields: bearer(secret)).status == 200) }
            for isStreamed in [false, true] {
                let refused = try fixture.post(question(stream: isStreamed), fields: bearer(secret))
                #expect(refused.status == 429)
                #expect(refused.error["code"] as? String == "rate_limit_exceeded")
                #expect(refused.header("retry-after") == "30")
                #expect(refused.header("x-cascade-limit") == "requests_per_minute")
                #expect((refused.error["message"] as? String)?.contains("2 requests per minute") == true)
            }
            clock.advance(by: .seconds(30))
            #expect(try fixture.post(question(), fields: bearer(secret)).status == 200)
            await fixture.end()
        }

        @Test("Tokens are settled with what the provider counted, whole or streamed", arguments: [false, true])
        func tokens(isStreamed: Bool) async throws {
            // The guess is 3 for the question and 90 for the answer; the double counts fewer.
            let secret = try await key { $0.tokensPerMinute = 100 }
            let fixture = try await gateway(clock: MockClock())
            let body = question(#","max_tokens":90"#, stream: isStreamed)
            #expect(try fixture.post(body, fields: bearer(secret)).status == 200)
            let refused = try fixture.post(body, fields: bearer(secret))
            #expect(refused.status == 429)
            #expect(refused.header("x-cascade-limit") == "tokens_per_minute")
            #expect(try fixture.post(question(#","max_tokens":20"#), fields: bearer(secret)).status == 200)
            await fixture.end()
        }

        @Test("A request that nobody answers costs no tokens")
        func unanswered() async throws {
            let secret = try await key { $0.tokensPerMinute = 100 }
            let fixture = try await gateway(Script(fault: .status(500)), clock: MockClock())
            for _ in 0..<2 {
                let reply = try fixture.post(question(#","max_tokens":90"#), fields: bearer(secret))
                #expect(reply.status == 502)
            }
            await fixture.end()
        }

        @Test("As many at a time as allowed; a client that goes away makes room")
        func concurrency() async throws {
            let secret = try await key { $0.concurrency = 1 }
            let fixture = try await gateway(Script(fault: .stall(afterChunks: 1)))
            var first: HTTPClient? = try fixture.client()
            first?.send(HTTPClient.post(GatewayFixture.path, question(stream: true), fields: bearer(secret)))
            _ = try first?.read(until: "Light")
            let refused = try fixture.post(question(), fields: bearer(secret))
            #expect(refused.status == 429)
            #expect(refused.header("x-cascade-limit") == "concurrency")
            #expect(refused.header("retry-after") == "1")
            first = nil
            await eventually { fixture.router.metrics.active == 0 }
            fixture.providers[0].setScript(Script())
            await eventually { (try? fixture.post(question(), fields: bearer(secret)).status) == 200 }
            await fixture.end()
        }

        @Test("A spent budget ends the day, also after a restart")
        func budget() async throws {
            let secret = try await key { $0.dailyBudgetUSD = 1 }
            let clock = MockClock(day: Int(Date().timeIntervalSince1970) / 86_400)
            var fixture = try await gateway(clock: clock)
            #expect(try fixture.post(question(), fields: bearer(secret)).status == 200)
            for _ in 0..<2 {
                let refused = try fixture.post(question(), fields: bearer(secret))
                #expect(refused.status == 429)
                #expect(refused.error["code"] as? String == "insufficient_quota")
                #expect(refused.header("x-should-retry") == "false")
                #expect((1...86_400).contains(refused.header("retry-after").flatMap { Int($0) } ?? 0))
                await fixture.end()
                fixture = try await gateway(clock: clock)
            }
            let kept = try #require(try await store.keys().first)
            #expect(kept.usedToday.requests == 1 && kept.usedToday.refused == 2)
            #expect(kept.usedToday.cost >= 1 && kept.usedToday.promptTokens > 0 && kept.lastUsedAt != nil)
            clock.day += 1
            #expect(try fixture.post(question(), fields: bearer(secret)).status == 200)
            await fixture.end()
        }

        @Test("A key that is added or revoked while the gateway runs is taken notice of")
        func changes() async throws {
            let fixture = try await gateway()
            #expect(try fixture.post(question()).status == 200)
            let secret = try await key()
            await eventually { (try? fixture.post(question()).status) == 401 }
            #expect(try fixture.post(question(), fields: bearer(secret)).status == 200)
            _ = try await store.revokeKey("alice")
            await eventually { (try? fixture.post(question(), fields: bearer(secret)).status) == 401 }
            // With the last key revoked the gateway is shut, not open.
            #expect(try fixture.post(question()).status == 401)
            await fixture.end()
        }

        @Test("With keys any address may be served; then operators need an admin key")
        func operators() async throws {
            await #expect(throws: GatewayError.self) { _ = try await gateway(host: "0.0.0.0") }
            let (plain, admin) = (try await key("alice"), try await key("ops", isAdmin: true))
            let fixture = try await gateway(host: "0.0.0.0")
            let path = "/api/v1/router/no-such-thing"
            let asked = try fixture.client().get(path)
            #expect(asked.status == 401)
            #expect(asked.header("www-authenticate") == "Bearer")
            // Somebody who opens it in a browser is asked for the key; the dashboard asks by itself.
            let opened = try fixture.client().get(path, fields: "Accept: text/html,*/*;q=0.8\r\n")
            #expect(opened.header("www-authenticate")?.hasPrefix("Basic") == true)
            for file in ["/", "/dashboard/app.js", "/dashboard/style.css", "/dashboard/icon.svg"] {
                #expect(try fixture.client().get(file).status == 200)
            }
            for told in ["/dashboard/events", "/dashboard/history", "/dashboard/", "/metrics"] {
                #expect(try fixture.client().get(told).status == 401)
                let wrong = try fixture.client().get(told, fields: bearer(plain + "0"))
                #expect(wrong.status == 401)
                #expect((wrong.error["message"] as? String)?.contains("none of this gateway's") == true)
                let client = try fixture.client().get(told, fields: bearer(plain))
                #expect(client.status == 403)
                #expect((client.error["message"] as? String)?.hasPrefix("the key is no admin key") == true)
            }
            #expect(try fixture.client().get("/dashboard/history", fields: bearer(admin)).status == 200)
            #expect(try fixture.client().get(path, fields: bearer(plain)).status == 403)
            #expect(try fixture.client().get(path, fields: bearer(admin)).status == 404)
            let password = "Authorization: Basic " + Data("ops:\(admin)".utf8).base64EncodedString() + "\r\n"
            #expect(try fixture.client().get(path, fields: password).status == 404)
            let named = try fixture.client()
            named.send("GET \(path) HTTP/1.1\r\nHost: gateway.example.com\r\n\(password)\r\n")
            #expect(named.read().status == 404)
            let foreign = password + "Origin: https://evil.example\r\n"
            #expect(try fixture.client().get(path, fields: foreign).status == 403)
            await fixture.end()
        }

        @Test("On loopback operators need no key, and pages of other sites get nowhere")
        func loopback() async throws {
            let fixture = try await gateway()
            let path = "/api/v1/router/no-such-thing"
            #expect(try fixture.client().get(path).status == 404)
            let own = "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n"
            #expect(try fixture.client().get(path, fields: own).status == 404)
            for foreign in ["Origin: https://evil.example\r\n", "Sec-Fetch-Site: same-site\r\n"] {
                #expect(try fixture.client().get(path, fields: foreign).status == 403)
            }
            // A link may lead to the page itself, whatever it says.
            #expect(try fixture.client().get("/", fields: "Sec-Fetch-Site: cross-site\r\n").status != 403)
            let rebound = try fixture.client()
            rebound.send("GET \(path) HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            #expect(rebound.read().status == 403)
            await fixture.end()
        }
    }
}
