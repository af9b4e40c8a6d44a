import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// What the header of every answer tells, whatever became of the request.
    @Suite struct Headers {
        struct Row: Sendable, CustomTestStringConvertible {
            var method = "POST"
            var path: String
            var body = ""
            var fields = ""
            var status: Int

            var testDescription: String { "\(status) for \(method) \(path) \(body.prefix(20))" }
        }

        private static let asking = ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"]
        private static let complete = "/api/v1/router/complete"

        /// The predecessor's API has a status of its own for it.
        private static func malformed(_ path: String) -> Int { path == complete ? 422 : 400 }

        /// Without any provider's part in them.
        static let rows =
            ["/v1/models", "/v1/models/cascade", "/healthz", "/readyz", "/metrics", "/", "/dashboard/app.js"].map {
                Row(method: "GET", path: $0, status: 200)
            }
            + ["status", "metrics", "providers", "config"].map {
                Row(method: "GET", path: "/api/v1/router/\($0)", status: 200)
            }
            + ["/v1/nothing", "/nothing", "/dashboard/nothing", "/v1/models/nothing", "/api/v1/router/nothing"].map {
                Row(method: "GET", path: $0, status: 404)
            }
            + (asking + [complete]).flatMap { path in
                [
                    Row(method: "GET", path: path, status: 405), Row(method: "PUT", path: path, status: 405),
                    Row(path: path, body: "{", status: malformed(path)),
                    Row(path: path, body: "{}", status: malformed(path)),
                    Row(path: path, body: String(repeating: " ", count: 3_000), status: 413),
                ]
            }
            + asking.map { path in
                Row(
                    path: path,
                    body:
                        #"{"model":"nobody's","max_tokens":1,"input":"a","messages":[{"role":"user","content":"a"}]}"#,
                    status: 404)
            }
            + ["/v1/models", "/healthz", "/metrics", "/"].map { Row(method: "DELETE", path: $0, status: 405) }
            + [Row(path: asking[0], fields: "Transfer-Encoding: chunked\r\n", status: 400)]

        private static func send(_ row: Row, to fixture: GatewayFixture) throws -> HTTPClient.Reply {
            let client = try fixture.client()
            let head = "\(row.method) \(row.path) HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: mine-1\r\n\(row.fields)"
            client.send(head + "Content-Length: \(row.body.utf8.count)\r\n\r\n\(row.body)")
            return client.read()
        }

        private static func expectFields(of reply: HTTPClient.Reply, _ row: Row) {
            #expect(reply.status == row.status, "\(reply.head)")
            #expect(reply.header("x-request-id") == "mine-1", "\(reply.head)")
            #expect(reply.header("x-cascade-overhead-us").flatMap { Int($0) } ?? -1 >= 0, "\(reply.head)")
            #expect(reply.header("request-id") == (row.path.hasPrefix("/v1/messages") ? "mine-1" : nil))
        }

        @Test("Answers that need no provider tell the request's identifier, and that nobody was asked", arguments: rows)
        func unasked(_ row: Row) async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.maxBodyBytes = 2_000 })
            let reply = try Self.send(row, to: fixture)
            Self.expectFields(of: reply, row)
            #expect(reply.header("x-cascade-attempts") == "0")
            #expect(reply.header("x-cascade-provider") == nil)
            await fixture.end()
        }

        @Test("So do refusals of a key", arguments: asking + [complete])
        func keys(_ path: String) async throws {
            let file = try StoreFile()
            var limits = KeyLimits()
            limits.requestsPerMinute = 1
            limits.models = ["p0-model"]
            let key = try await file.open().addKey(name: "a", isAdmin: false, limits: limits).secret
            let store = try file.open()
            let fixture = try await GatewayFixture(
                Script(), configure: { $0.aliases = ["other": ["p0-model"]] }, gateway: { $0.store = store })
            func body(_ model: String) -> String {
                #"{"model":"\#(model)","max_tokens":1,"input":"a","messages":[{"role":"user","content":"a"}]}"#
            }
            let sent = "Authorization: Bearer \(key)\r\n"
            let rows = [
                Row(path: path, body: body("p0-model"), status: 401),
                Row(path: path, body: body("other"), fields: sent, status: 403),
                Row(path: path, body: body("p0-model"), fields: sent, status: 200),
                Row(path: path, body: body("p0-model"), fields: sent, status: 429),
            ]
            for row in rows {
                let reply = try Self.send(row, to: fixture)
                Self.expectFields(of: reply, row)
                #expect(reply.header("x-cascade-attempts") == (row.status == 200 ? "1" : "0"))
                if row.status == 429 { #expect(reply.header("retry-after").flatMap { Int($0) } ?? 0 > 0) }
            }
            await fixture.end()
        }

        @Test("What no provider answered tells who was asked last, and how often", arguments: asking + [complete])
        func unanswered(_ path: String) async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script(fault: .status(502))) {
                for index in 0..<2 { $0.providers[index].models[0].name = "same" }
            }
            let body = #"{"model":"same","max_tokens":1,"input":"a","messages":[{"role":"user","content":"a"}]}"#
            let row = Row(path: path, body: body, status: path == Self.complete ? 503 : 502)
            let reply = try Self.send(row, to: fixture)
            Self.expectFields(of: reply, row)
            #expect(reply.header("x-cascade-attempts") == "2")
            #expect(reply.header("x-cascade-provider") == "p1")
            #expect(reply.header("x-cascade-model") == "same")
            await fixture.end()
        }
    }
}
