import Cascade
import CascadeTesting
import Foundation
import Testing

@testable import CascadeGateway

extension GatewayTests {
    /// What comes from those who should not be there.
    @Suite struct Strangers {
        private static let paths = [
            GatewayFixture.path, "/v1/messages", "/v1/responses", "/v1/embeddings", "/api/v1/router/complete",
        ]

        @Test(
            "Without keys a page of another site spends nothing",
            arguments: paths,
            [
                "Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
                "Origin: http://localhost:3000\r\nSec-Fetch-Site: same-site\r\n",
            ])
        func foreignPage(_ path: String, fields: String) async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.client().post(path, anthropicQuestion(), fields: fields)
            #expect(reply.status == 403)
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 0)
        }

        @Test("Nor does a page whose domain was given to this machine")
        func rebound() async throws {
            let fixture = try await GatewayFixture(Script())
            let body = question()
            let head = "POST \(GatewayFixture.path) HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n"
            let page = try fixture.client()
            page.send(head + "Host: evil.example\r\nOrigin: http://evil.example\r\n\r\n" + body)
            #expect(page.read().status == 403)
            // A proxy that passes the name on, for a client that is no page.
            let proxied = try fixture.client()
            proxied.send(head + "Host: gateway.example\r\n\r\n" + body)
            #expect(proxied.read().status == 200)
            let own = "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n"
            #expect(try fixture.post(question(), fields: own).status == 200)
            await fixture.end()
        }

        @Test(
            "Another spelling of an operator's address opens nothing",
            arguments: [
                "/METRICS", "/metrics/", "//metrics", "/%6detrics", "/v1/../metrics", "/v1/%2e%2e/metrics",
                "/./metrics",
                "/v1/..%2fmetrics", "/api/v1/router", "/api/v1/router/", "/api//v1/router/config",
                "/api/v1/router/config", "/api/v1/router/complete/", "/api/v1/router/complete/../config",
                "/API/v1/router/config", "/dashboard/events", "/dashboard/", "//", "/v1", "/v1/models%00/../../metrics",
                "/healthz/", "/healthz/../metrics", "/readyz%2f..%2fmetrics", "*",
            ])
        func spellings(_ path: String) async throws {
            let file = try StoreFile()
            let store = try file.open()
            _ = try await store.addKey(name: "alice")
            let fixture = try await GatewayFixture(
                Script(),
                gateway: {
                    $0.store = store
                    $0.host = "0.0.0.0"
                })
            for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"] {
                let client = try fixture.client()
                client.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                let ending = client.waitForEnd()
                #expect(ending == .closed)
                let reply = client.received
                #expect(["401", "400"].contains(reply.split(separator: " ").dropFirst().first ?? ""), "\(method)")
                #expect(!reply.contains("# HELP") && !reply.contains("base_url"))
            }
            await fixture.end()
        }

        @Test("A large body is kept for those with a key alone")
        func largeBody() async throws {
            let file = try StoreFile()
            let store = try file.open()
            let secret = try await store.addKey(name: "alice").secret
            let fixture = try await GatewayFixture(Script(), gateway: { $0.store = store })
            let text = String(repeating: "x", count: 300_000)
            let body = #"{"model":"cascade","messages":[{"role":"user","content":"\#(text)"}]}"#
            let chunked =
                "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + String(body.utf8.count, radix: 16) + "\r\n" + body
            for request in [HTTPClient.post(GatewayFixture.path, body), chunked + "\r\n0\r\n\r\n"] {
                let client = try fixture.client()
                let bytes = Data(request.utf8)
                client.send(bytes.prefix(200_000))
                await eventually { held(fixture, "client_bodies") == 0 && (held(fixture, nil) ?? 0) >= 2 }
                client.send(bytes.dropFirst(200_000))
                let reply = client.read()
                #expect(reply.status == 401)
                #expect(reply.error["code"] as? String == "invalid_api_key")
                #expect(reply.ending == .complete)
            }
            let known = try fixture.client()
            let bytes = Data(
                HTTPClient.post(GatewayFixture.path, body, fields: "Authorization: Bearer \(secret)\r\n").utf8)
            known.send(bytes.prefix(200_000))
            await eventually { (held(fixture, "client_bodies") ?? 0) >= 200_000 }
            known.send(bytes.dropFirst(200_000))
            #expect(known.read().status == 200)
            await fixture.end()
        }

        /// Bytes of this kind that are held; requests under way without one.
        private func held(_ fixture: GatewayFixture, _ kind: String?) -> Int? {
            let name = kind.map { "cascade_held_bytes{kind=\"\($0)\"} " } ?? "http_server_active_requests "
            let lines = (try? fixture.client().get("/metrics").body)?.split(separator: "\n") ?? []
            return lines.first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.utf8.count)) }
        }
    }
}
