import Cascade
import CascadeTesting
import Foundation
import Testing

@testable import CascadeGateway

extension GatewayTests {
    /// What keys pay for requests that do not come to their end.
    @Suite struct Accounts {
        private let file: StoreFile
        private let store: GatewayStore

        init() throws {
            file = try StoreFile()
            store = try file.open()
        }

        private func gateway(_ script: Script) async throws -> GatewayFixture {
            let store = try file.open()
            return try await GatewayFixture(
                script,
                gateway: {
                    $0.store = store
                    $0.storeInterval = .milliseconds(10)
                })
        }

        private func key(_ set: (inout KeyLimits) -> Void = { _ in }) async throws -> String {
            var limits = KeyLimits()
            set(&limits)
            return try await "Authorization: Bearer \(store.addKey(name: "alice", limits: limits).secret)\r\n"
        }

        private func used() async throws -> KeyUsage {
            try #require(try await store.keys().first).usedToday
        }

        /// 4,000 bytes, of which all but the last quarter come.
        private func stalling(_ format: Format) -> Script {
            Script(
                format: format, text: "abcd".map { String(repeating: $0, count: 1_000) }.joined(), chunks: 4,
                fault: .stall(afterChunks: 3))
        }

        @Test(
            "A client that leaves in the middle of a stream pays for what came of it",
            arguments: [Format.openai, .anthropic, .ollama], ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
        func leavesStream(_ format: Format, path: String) async throws {
            let field = try await key()
            let fixture = try await gateway(stalling(format))
            var client: HTTPClient? = try fixture.client()
            let body =
                path == "/v1/responses"
                ? #"{"model":"cascade","input":"why?","stream":true}"# : anthropicQuestion(stream: true)
            client?.send(HTTPClient.post(path, body, fields: field))
            // The third piece has come whole.
            _ = try client?.read(until: String(repeating: "c", count: 1_000))
            client = nil
            await fixture.end()
            let used = try await used()
            #expect((700...800).contains(used.completionTokens))
            #expect(used.promptTokens > 0)
        }

        @Test(
            "A client that does not wait for the answer that is being made pays what was reserved",
            arguments: ["/v1/chat/completions", "/v1/messages", "/api/v1/router/complete"], [false, true])
        func leavesEarly(_ path: String, isStreamed: Bool) async throws {
            let field = try await key()
            let fixture = try await gateway(Script(fault: .noAnswer))
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(path, anthropicQuestion(stream: isStreamed), fields: field))
            #expect(await fixture.providers[0].waitForRequests(1))
            client = nil
            await fixture.end()
            let used = try await used()
            #expect(used.completionTokens == 50)
            #expect(used.promptTokens > 0)
        }

        @Test("An answer whose provider counts nothing is paid for by its length", arguments: [false, true])
        func uncounted(isStreamed: Bool) async throws {
            let field = try await key()
            var script = Script(text: String(repeating: "0123456789abcdef", count: 1_000), chunks: 4)
            script.usage = false
            let fixture = try await gateway(script)
            #expect(try fixture.post(question(stream: isStreamed), fields: field).status == 200)
            await fixture.end()
            #expect(try await used().completionTokens == 4_000)
        }

        @Test("A stream that the gateway's end cuts off is paid for, and its place given back")
        func stopped() async throws {
            let field = try await key { $0.concurrency = 1 }
            let fixture = try await gateway(stalling(.openai))
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true), fields: field))
            _ = try client.read(until: "aaaa")
            await fixture.gateway.shutdown()
            #expect(try await used().completionTokens > 200)
            await fixture.end()
        }

        @Test("Embeddings are paid for, and take no place once they are there")
        func embeddings() async throws {
            let field = try await key { $0.concurrency = 1 }
            let fixture = try await gateway(Script())
            let body = #"{"model":"p0-model","input":"why?"}"#
            for _ in 0..<2 {
                #expect(try fixture.client().post("/v1/embeddings", body, fields: field).status == 200)
            }
            await fixture.end()
            #expect(try await used().requests == 2)
            #expect(try await used().promptTokens > 0)
        }

        @Test("A list of models is not got round by a name that nobody lists")
        func unlisted() async throws {
            let field = try await key { $0.models = ["p0-*"] }
            let fixture = try await gateway(Script())
            for (model, status) in [("p0-model", 200), ("p0-nobody", 403), ("cascade", 403)] {
                let body = #"{"model":"\#(model)","messages":[{"role":"user","content":"why?"}]}"#
                #expect(try fixture.client().post("/api/v1/router/complete", body, fields: field).status == status)
            }
            await fixture.end()
        }

        @Test("A key that was revoked is refused also while nothing can be written")
        func revokedWhileFull() async throws {
            let field = try await key()
            let fixture = try await gateway(Script())
            try await store.perform { (connection) throws(GatewayStoreError) in
                try connection.script(
                    "CREATE TRIGGER full BEFORE INSERT ON key_day BEGIN SELECT RAISE(FAIL, 'full'); END")
            }
            #expect(try fixture.post(question(), fields: field).status == 200)
            _ = try await store.revokeKey("alice")
            await eventually { (try? fixture.post(question(), fields: field).status) == 401 }
            await fixture.end()
        }

        @Test("Keys that vanish from the store shut the gateway, and do not open it")
        func vanished() async throws {
            let field = try await key()
            let fixture = try await gateway(Script())
            try await store.perform { (connection) throws(GatewayStoreError) in
                try connection.run("DELETE FROM gateway_key")
            }
            await eventually { (try? fixture.post(question(), fields: field).status) == 401 }
            #expect(try fixture.post(question()).status == 401)
            await fixture.end()
        }
    }
}
