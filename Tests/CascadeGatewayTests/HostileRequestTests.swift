import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// Requests that are built to be read in two ways, or to cost more than they may.
    @Suite struct HostileRequests {
        private static let line = "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\n"
        private static let hidden = "GET /v1/models HTTP/1.1\r\nHost: t\r\n\r\n"

        @Test(
            "A body whose length can be read in two ways is refused, and nothing behind it is taken for a request",
            arguments: [
                "Content-Length: 4\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 4",
                "Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4",
                "Content-Length : 4", "Transfer-Encoding : chunked", "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: xchunked", "Content-Length: -4", "Content-Length: +4", "Content-Length: 0x4",
                "Content-Length: 4, 4", "Content-Length: 99999999999999999999999",
            ])
        func length(_ fields: String) async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            client.send(Self.line + fields + "\r\n\r\n0\r\n\r\n" + Self.hidden)
            let reply = client.read()
            #expect((400...599).contains(reply.status) || reply.ending == .closed || reply.ending == .reset)
            #expect(client.waitForEnd() != .silent)
            #expect(client.read().status == 0)
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 0)
        }

        @Test(
            "A body in broken chunks ends the connection, and no request reaches a provider",
            arguments: [
                "zz\r\n", "\r\n\r\n", "-1\r\n{}\r\n0\r\n\r\n", "fffffffffffffffff\r\n{}\r\n", "2\r\n{}x\r\n0\r\n\r\n",
                "0x2\r\n{}\r\n0\r\n\r\n",
            ])
        func chunks(_ body: String) async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.slowTimeout = .milliseconds(200) })
            let client = try fixture.client()
            client.send(Self.line + "Transfer-Encoding: chunked\r\n\r\n" + body)
            let reply = client.read()
            #expect((400...499).contains(reply.status) || reply.ending != .complete)
            #expect(client.waitForEnd() != .silent)
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 0)
        }

        @Test("A body in many small chunks, with extensions and trailers, is the body that it is")
        func smallChunks() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            let chunks = question().utf8.map { "1;a=b\r\n\(Character(UnicodeScalar($0)))\r\n" }.joined()
            client.send(Self.line + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\nTrailer: x\r\n\r\n")
            #expect(client.read().status == 200)
            #expect(client.post(GatewayFixture.path, question()).status == 200)
            await fixture.end()
        }

        @Test(
            "A head that is too large is refused with 431, and its connection closed",
            arguments: [
                "A: " + String(repeating: "a", count: 8_000), String(repeating: "a: b\r\n", count: 2_000),
                String(repeating: "a:\r\n", count: 30_000),
            ])
        func headFlood(_ fields: String) async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.maxHeadBytes = 4_096 })
            let client = try fixture.client()
            client.send(Self.line + fields + "\r\n\r\n")
            let reply = client.read()
            // A flood is cut off while it is still coming, which may take the answer along.
            #expect(reply.status == 431 || reply.ending == .reset || reply.ending == .closed)
            #expect(client.waitForEnd() != .silent)
            #expect(try fixture.post(question()).status == 200)
            await fixture.end()
        }

        @Test("An address that is too long, or no text, is an error like any other")
        func addresses() async throws {
            let fixture = try await GatewayFixture(Script())
            for path in ["/\"%22%5C%0A\u{1}", "/%ff%fe%c0%80", "/" + String(repeating: "a", count: 3_000), "*"] {
                let client = try fixture.client()
                let reply = client.get(path)
                #expect(reply.status == 404, "\(path.prefix(20))")
                #expect(reply.error["code"] as? String == "unknown_url")
                #expect((reply.error["message"] as? String)?.contains("\n") == false || path.contains("%0A"))
            }
            let long = try fixture.client()
            long.send("GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\nHost: t\r\n\r\n")
            let reply = long.read()
            #expect(reply.status == 414 || reply.ending == .reset || reply.ending == .closed)
            #expect(long.waitForEnd() != .silent)
            await fixture.end()
        }

        @Test(
            "A client that ends in the middle of its request is let go at once",
            arguments: [
                ["GS", "SSPOS vT/1:::. {\"model\":1"], [line, "A: b"], [line + "Content-Length: 9\r\n\r\n", "{"],
            ])
        func unfinished(_ parts: [String]) async throws {
            let fixture = try await GatewayFixture(
                Script(),
                gateway: {
                    $0.headTimeout = .seconds(3_000)
                    $0.slowTimeout = .seconds(3_000)
                })
            // The end comes with the last bytes, or after them.
            for _ in 0..<30 {
                let client = try fixture.client()
                for part in parts { client.send(part) }
                client.finishSending()
                #expect(client.waitForEnd() != .silent)
            }
            await fixture.end()
        }

        @Test("Many hostile clients at once disturb nobody, and nobody gets another's answer")
        func storm() async throws {
            let script = Script(chunks: 8, chunkDelay: .milliseconds(2))
            let fixture = try await GatewayFixture(script)
            let hostile = [
                "GET / HTTP/1.1\r\nHost: t\r\nA: ", Self.line + "Content-Length: 50\r\n\r\n{",
                "\u{0}\u{1}\u{2}\r\n\r\n",
                Self.line + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", HTTPClient.post(GatewayFixture.path, "{"),
                HTTPClient.post(GatewayFixture.path, question(stream: true)),
                HTTPClient.post(GatewayFixture.path, question()) + Self.hidden,
            ]
            var others: [HTTPClient] = []
            for round in 0..<40 {
                for bytes in hostile {
                    let client = try fixture.client()
                    if round % 2 == 0 { client.resetsOnClose() }
                    client.send(bytes)
                    others.append(client)
                }
                let client = try fixture.client()
                let field = "X-Request-ID: good-\(round)\r\n"
                client.send(HTTPClient.post(GatewayFixture.path, question(stream: round % 3 == 0), fields: field))
                if round % 3 == 2 { others.removeAll() }
                let reply = client.read()
                #expect(reply.header("x-request-id") == "good-\(round)")
                #expect((reply.text.isEmpty ? reply.message["content"] as? String : reply.text) == script.expectedText)
            }
            others.removeAll()
            await fixture.end()
        }
    }
}
