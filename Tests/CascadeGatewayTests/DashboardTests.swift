import Cascade
import CascadeTesting
import Foundation
import Synchronization
import Testing

@testable import CascadeGateway

extension GatewayTests {
    /// The page at `/`, its events and its buttons.
    @Suite struct Dashboards {
        // MARK: - The page

        @Test("The page and its files are served with a policy that lets nothing else be loaded")
        func files() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            let page = client.get("/")
            #expect(page.status == 200)
            #expect(page.header("content-type") == "text/html; charset=utf-8")
            let policy = try #require(page.header("content-security-policy"))
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
            #expect(!policy.contains("unsafe"))
            let links = page.body.matches(of: /(?:src|href)="([^"#]+)"/).map { String($0.output.1) }
            #expect(links == ["/dashboard/icon.svg", "/dashboard/style.css", "/dashboard/app.js"])
            for link in links {
                let file = client.get(link)
                #expect(file.status == 200)
                #expect(file.header("x-content-type-options") == "nosniff")
                #expect(file.body.utf8.count > 100)
                #expect(!file.body.contains("http://") || link == "/dashboard/icon.svg" || link == "/dashboard/app.js")
            }
            #expect(
                !page.body.contains("<style") && !page.body.contains("style=") && !page.body.contains(/\son[a-z]+=/))
            #expect(client.get("/dashboard/nothing.js").status == 404)
            #expect(client.post("/", "{}").status == 405)
            await fixture.end()
        }

        @Test("The script never makes markup of what it is told")
        func script() async throws {
            let fixture = try await GatewayFixture(Script())
            let script = try fixture.client().get("/dashboard/app.js").body
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
                #expect(!script.contains(word), "\(word)")
            }
            await fixture.end()
        }

        // MARK: - Events

        @Test("The first event tells everything, the next what has changed since")
        func events() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script())
            _ = try fixture.post(question(stream: true))
            let watcher = try Watcher(fixture)
            let first = try watcher.next()
            #expect(first["is_whole"] as? Bool == true)
            #expect(first["is_ready"] as? Bool == true)
            let providers = try #require(first["providers"] as? [[String: Any]])
            #expect(providers.map { $0["name"] as? String } == ["p0", "p1"])
            #expect(providers.map { $0["status"] as? String } == ["unhealthy", "healthy"])
            let steps = try #require(first["steps"] as? [[[Int]]])
            // Attempts and failures; then the time to the first token, which only the second has.
            #expect(steps.map { $0.map { Array($0[1...2]) } } == [[[1, 1]], [[1, 0]]])
            #expect(steps[0][0][3] == -1 && steps[1][0][3] > 0)
            let memory = try #require(first["memory"] as? [[Int]])
            #expect(try #require(memory.last)[1] > 1 << 20)

            let request = try #require((first["requests"] as? [[String: Any]])?.first)
            #expect(request["outcome"] as? String == "answered")
            #expect(request["provider"] as? String == "p1")
            let attempts = try #require(request["attempts"] as? [[String: Any]])
            #expect(attempts.map { $0["outcome"] as? String } == ["failed", "answered"])
            #expect(attempts[0]["status"] as? Int == 500)
            let took = try #require(request["took_us"] as? Int)
            let starts = attempts.compactMap { $0["start_us"] as? Int }
            let ends = zip(starts, attempts.compactMap { $0["took_us"] as? Int }).map(+)
            #expect(ends[0] <= starts[1] && ends[1] <= took)

            _ = try fixture.post(question())
            let second = try watcher.next { ($0["requests"] as? [Any])?.count == 1 }
            #expect(second["is_whole"] as? Bool == false)
            #expect((second["totals"] as? [String: Any])?["answered"] as? Int == 2)
            await fixture.end()
        }

        @Test("Failures, cuts and clients that go away are told as what they are")
        func outcomes() async throws {
            let failing = try await GatewayFixture(Script(fault: .status(500)))
            _ = try failing.post(question())
            let cut = try await GatewayFixture(Script(fault: .truncate(afterChunks: 3)))
            _ = try cut.post(question(stream: true))
            let left = try await GatewayFixture(Script(fault: .stall(afterChunks: 2)))
            var client: HTTPClient? = try left.client()
            client?.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client?.read(until: "from ")
            client = nil
            await eventually { left.router.metrics.cancelled == 1 }
            for (fixture, outcome) in [(failing, "failed"), (cut, "cut"), (left, "cancelled")] {
                let watcher = try Watcher(fixture)
                let told = try watcher.next { ($0["requests"] as? [Any])?.isEmpty == false }
                let request = try #require((told["requests"] as? [[String: Any]])?.first)
                #expect(request["outcome"] as? String == outcome)
                #expect(request["message"] as? String != nil)
                #expect(!String(describing: told).contains(GatewayFixture.plantedKey))
                await fixture.end()
            }
        }

        @Test("As many pages may watch as are allowed, and one that goes makes room")
        func watchers() async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.dashboard.maxWatchers = 2 })
            #expect(DashboardOptions().maxWatchers >= 8)
            var watchers = try (0..<2).map { _ in try Watcher(fixture) }
            for watcher in watchers { _ = try watcher.next() }
            let refused = try fixture.client().get("/dashboard/events")
            #expect(refused.status == 503)
            #expect(refused.error["code"] as? String == "too_many_watchers")
            watchers.removeLast()
            var status = 503
            while status == 503 {
                let client = try fixture.client()
                client.send("GET /dashboard/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                status = try client.read(until: "\r\n\r\n").contains("200 OK") ? 200 : 503
            }
            await fixture.end()
        }

        @Test("A page is told that all is well where nothing is new, and nothing else")
        func heartbeats() async throws {
            let fixture = try await GatewayFixture(
                Script(),
                gateway: {
                    $0.dashboard.interval = .milliseconds(2)
                    $0.dashboard.heartbeat = .milliseconds(20)
                    $0.memory = {
                        var memory = GatewayMemory()
                        memory.resident = 1 << 20
                        return memory
                    }
                })
            let watcher = try Watcher(fixture)
            let first = try watcher.next()
            #expect((first["memory"] as? [[Int]])?.map { Array($0.dropFirst()) } == [[1 << 20, -1]])
            try watcher.waitForComment()
            fixture.router.setEnabled("p0", false)
            let second = try watcher.next()
            #expect((second["providers"] as? [[String: Any]])?.first?["status"] as? String == "disabled")
            await fixture.end()
        }

        @Test("What is asked with HEAD has no body to wait for")
        func head() async throws {
            let fixture = try await GatewayFixture(Script())
            for path in ["/", "/dashboard/events"] {
                let client = try fixture.client()
                client.send("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(try client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
                #expect(client.waitForEnd() == .closed)
            }
            await fixture.end()
        }

        @Test("The end of the gateway ends the events, and they do not hold it up")
        func shutdown() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            client.send("GET /dashboard/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            _ = try client.read(until: "\n\n")
            await fixture.gateway.shutdown(within: .seconds(60))
            #expect(client.read().ending == .complete)
            await fixture.end()
        }

        // MARK: - Buttons

        @Test("Providers are switched off and on, circuits reset, and health is asked")
        func control() async throws {
            let fixture = try await GatewayFixture(Script(format: .ollama)) { $0.providers[0].name = "one/a b" }
            let client = try fixture.client()
            func act(_ body: String, on name: String = "one%2Fa%20b") -> HTTPClient.Reply {
                client.post("/api/v1/router/providers/\(name)/control", body)
            }
            #expect(act(#"{"action":"disable"}"#).json["message"] as? String == "Provider one/a b disabled")
            #expect(fixture.router.status.providers.map(\.isEnabled) == [false])
            #expect(act(#"{"action":"enable"}"#).status == 200)
            #expect(fixture.router.status.providers.map(\.isEnabled) == [true])
            #expect(act(#"{"action":"reset_circuit"}"#).status == 200)
            #expect(act(#"{"action":"explode"}"#).status == 400)
            #expect(act("[]").status == 422)
            #expect(act(#"{"action":"enable"}"#, on: "nobody").status == 404)
            let health = client.post("/api/v1/router/health-check", "").json
            #expect(health["healthy_count"] as? Int == 1)
            #expect((health["providers"] as? [[String: Any]])?.first?["status"] as? String == "healthy")
            await fixture.end()
        }

        @Test(
            "What another site's page makes a browser send is refused",
            arguments: [
                "Host: 127.0.0.1\r\nSec-Fetch-Site: cross-site\r\n",
                "Host: 127.0.0.1\r\nSec-Fetch-Site: same-site\r\n",
                "Host: 127.0.0.1\r\nOrigin: https://example.org\r\n", "Host: 127.0.0.1\r\nOrigin: null\r\n",
                "Host: example.org\r\n", "Host: example.org\r\nOrigin: http://example.org\r\n",
                "Host: 127.0.0.1.example.org\r\nSec-Fetch-Site: same-origin\r\n",
            ])
        func foreign(_ fields: String) async throws {
            let fixture = try await GatewayFixture(Script())
            let body = #"{"action":"disable"}"#
            for request in [
                "POST /api/v1/router/providers/p0/control HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n"
                    + "\(fields)\r\n\(body)", "GET /dashboard/events HTTP/1.1\r\n\(fields)\r\n",
            ] {
                let client = try fixture.client()
                client.send(request)
                let reply = client.read()
                #expect(reply.status == 403)
                let why = reply.error["message"] as? String ?? reply.json["detail"] as? String
                #expect(why?.hasPrefix("a page of another site") == true)
            }
            #expect(fixture.router.status.providers.map(\.isEnabled) == [true])
            await fixture.end()
        }

        @Test(
            "The page itself, and programs that are no browser, are not",
            arguments: [
                "Host: 127.0.0.1:1\r\nOrigin: http://127.0.0.1:1\r\n", "Host: LOCALHOST:1\r\n", "Host: [::1]:1\r\n",
                "Host: localhost\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://localhost\r\n",
            ])
        func ours(_ fields: String) async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            client.send("POST /api/v1/router/health-check HTTP/1.1\r\nContent-Length: 0\r\n\(fields)\r\n")
            #expect(client.read().status == 200)
            await fixture.end()
        }
    }
}

/// A page that watches.
private final class Watcher {
    private let client: HTTPClient
    private var seen = 0

    init(_ fixture: GatewayFixture) throws {
        client = try fixture.client()
        client.send("GET /dashboard/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    }

    func waitForComment() throws {
        _ = try client.read(until: ": nothing new\n\n")
    }

    /// The next event, or the next that is wanted.
    func next(where isWanted: ([String: Any]) -> Bool = { _ in true }) throws -> [String: Any] {
        while true {
            seen += 1
            let text = try client.readBody(part: seen, beginning: "event: state\ndata: ", ending: "\n\n")
            let event = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            if isWanted(event) { return event }
        }
    }
}
