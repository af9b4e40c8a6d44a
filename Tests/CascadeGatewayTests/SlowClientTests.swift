import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// Clients that hold a connection for longer than they need it.
    @Suite struct SlowClients {
        private static let brief = Duration.milliseconds(150)

        /// Sends a byte now and then, and tells whether the connection ends for all that.
        private func isCutOff(_ client: HTTPClient) -> Bool {
            client.setTimeout(milliseconds: 20)
            let start = ContinuousClock.now
            while start.duration(to: .now) < .seconds(20) {
                if client.waitForEnd() != .silent { return true }
                client.send("a")
            }
            return false
        }

        @Test(
            "A head that does not come to its end ends the connection, however often a byte of it comes",
            arguments: ["", "POST /v1", "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\nA: "])
        func head(_ begun: String) async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.headTimeout = Self.brief })
            let client = try fixture.client()
            client.send(begun)
            #expect(isCutOff(client))
            #expect(try fixture.post(question()).status == 200)
            await fixture.end()
        }

        @Test("A second head that does not come to its end ends the connection, too")
        func secondHead() async throws {
            let fixture = try await GatewayFixture(
                Script(),
                gateway: {
                    $0.headTimeout = Self.brief
                    $0.idleTimeout = .seconds(1)
                })
            let client = try fixture.client()
            #expect(client.post(GatewayFixture.path, question()).status == 200)
            #expect(isCutOff(client))
            await fixture.end()
        }

        @Test("Between two requests a connection may be idle for longer than a head may take")
        func idle() async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.headTimeout = .milliseconds(50) })
            let client = try fixture.client()
            #expect(client.post(GatewayFixture.path, question()).status == 200)
            client.setTimeout(milliseconds: 300)
            #expect(client.waitForEnd() == .silent)
            client.setTimeout(milliseconds: 10_000)
            #expect(client.post(GatewayFixture.path, question()).status == 200)
            await fixture.end()
        }

        @Test("A body that hardly moves ends the connection", arguments: [true, false])
        func body(isChunked: Bool) async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.slowTimeout = Self.brief })
            let client = try fixture.client()
            client.send(
                "POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\n"
                    + (isChunked ? "Transfer-Encoding: chunked\r\n\r\nfffff\r\n{" : "Content-Length: 100000\r\n\r\n{"))
            #expect(isCutOff(client))
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 0)
        }

        @Test("A body that moves is waited for")
        func movingBody() async throws {
            let fixture = try await GatewayFixture(
                Script(),
                gateway: {
                    $0.slowTimeout = .milliseconds(500)
                    $0.leastMovedBytes = 2
                })
            let client = try fixture.client()
            client.setTimeout(milliseconds: 30)
            let start = ContinuousClock.now
            let body = Array(question().utf8)
            client.send("POST \(GatewayFixture.path) HTTP/1.1\r\nHost: t\r\nContent-Length: \(body.count)\r\n\r\n")
            var sent = 0
            while sent < body.count {
                let isLate = start.duration(to: .now) > .milliseconds(1_200)
                let end = isLate ? body.count : min(sent + 2, body.count - 1)
                client.send(Data(body[sent..<end]))
                sent = end
                #expect(isLate || client.waitForEnd() == .silent)
            }
            client.setTimeout(milliseconds: 10_000)
            #expect(client.read().status == 200)
            await fixture.end()
        }

        @Test("A client that never reads its stream is cut off, and its provider with it")
        func unreadStream() async throws {
            let text = String(repeating: "0123456789abcdef", count: 2 << 20)
            let fixture = try await GatewayFixture(
                Script(text: text, chunks: 4_000), gateway: { $0.slowTimeout = Self.brief })
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            let record = try #require(await fixture.providers[0].waitForPeerClose())
            #expect(record.chunksSent < 3_500)
            await eventually { fixture.router.metrics.active == 0 }
            #expect(fixture.router.metrics.cancelled == 1)
            await fixture.end()
        }

        @Test("A client that never reads its whole answer is cut off")
        func unreadAnswer() async throws {
            let text = String(repeating: "0123456789abcdef", count: 3 << 18)
            let fixture = try await GatewayFixture(
                Script(text: text, chunks: 1), gateway: { $0.slowTimeout = Self.brief })
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question()))
            await eventually { fixture.router.metrics.answered == 1 }
            let start = ContinuousClock.now
            await fixture.gateway.shutdown(within: .seconds(60))
            #expect(start.duration(to: .now) < .seconds(30))
            await fixture.end()
        }

        @Test("A stream whose pieces are few and far between is no slow client's")
        func pacedStream() async throws {
            let script = Script(chunks: 20, chunkDelay: .milliseconds(40))
            let fixture = try await GatewayFixture(script, gateway: { $0.slowTimeout = .milliseconds(60) })
            let reply = try fixture.post(question(stream: true))
            #expect(reply.text == script.expectedText)
            #expect(reply.events.last == "[DONE]")
            await fixture.end()
        }

        @Test("Connections beyond the limit wait until another has ended")
        func connectionLimit() async throws {
            let fixture = try await GatewayFixture(Script(), gateway: { $0.maxConnections = 2 })
            var first: HTTPClient? = try fixture.client()
            let second = try fixture.client()
            #expect(first?.post(GatewayFixture.path, question()).status == 200)
            #expect(second.post(GatewayFixture.path, question()).status == 200)
            let third = try fixture.client()
            third.send(HTTPClient.post(GatewayFixture.path, question()))
            third.setTimeout(milliseconds: 200)
            #expect(third.waitForEnd() == .silent)
            first = nil
            third.setTimeout(milliseconds: 5_000)
            #expect(third.read().status == 200)
            #expect(second.post(GatewayFixture.path, question()).status == 200)
            await fixture.end()
        }
    }
}
