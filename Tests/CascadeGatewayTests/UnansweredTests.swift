import Cascade
import CascadeTesting
import Foundation
import Testing

@testable import CascadeGateway

extension GatewayTests {
    /// Requests whose work ends without an answer, as where memory is refused for one.
    @Suite struct Unanswered {
        /// A server without a gateway, whose requests come to `work`.
        private func serve(
            _ work: @escaping @Sendable (Exchange) async -> Void, _ body: (HTTPClient) throws -> Void
        ) async throws -> LoopLedger.Figures {
            let router = try CascadeRouter(configuration: CascadeConfiguration())
            let listener = try Listener(address: "127.0.0.1", port: 0)
            let port = listener.port
            let ledger = LoopLedger(accessLog: nil, tracesRequests: false)
            let server = try await LoopServer.start(
                on: router.eventLoops[0], listener: listener, limits: LoopServer.Limits(GatewayOptions()),
                ids: RequestIDs(), active: ActiveCount(), ledger: ledger, work: work)
            try body(try HTTPClient(port: port))
            await server.stop()
            await router.shutdown()
            return ledger.figures
        }

        @Test("A connection whose request is not answered is closed, and does not hang")
        func nothing() async throws {
            let figures = try await serve { _ in
            } _: { client in
                client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                #expect(client.waitForEnd() == .closed)
            }
            #expect(figures.outcomes == [.cut: 1])
            #expect(figures.requests.keys.map(\.status) == [503])
        }

        @Test("So is one whose answer in pieces is not ended, and it is no whole answer")
        func half() async throws {
            let head = AnswerHead(status: 200, fields: [("content-type", "text/plain")])
            let figures = try await serve {
                $0.open(head)
                _ = $0.write(Array("half".utf8))
            } _: { client in
                client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                #expect(client.waitForEnd() == .closed)
                #expect(client.read().ending != .complete)
            }
            #expect(figures.outcomes == [.cut: 1])
        }

        @Test("An answer that is given is not cut")
        func answered() async throws {
            let figures = try await serve {
                $0.answer(
                    AnswerHead(status: 200, fields: [("x-empty", ""), ("x-full", "a\r\nb: c")]), Array("all".utf8))
            } _: { client in
                let reply = client.get("/")
                #expect(reply.status == 200 && reply.body == "all")
                #expect(reply.header("x-empty") == nil && reply.header("x-full") == "a  b: c")
                #expect(client.get("/").status == 200)
            }
            #expect(figures.outcomes == [.complete: 2])
        }

        @Test("Two that wait for the end of all requests both come to it", .timeLimit(.minutes(1)))
        func twoShutdowns() async throws {
            let fixture = try await GatewayFixture(Script(chunks: 4, chunkDelay: .milliseconds(50)))
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client.read(until: "Light")
            let gateway = fixture.gateway
            async let one: Void = gateway.shutdown(within: .seconds(20))
            async let other: Void = gateway.shutdown(within: .seconds(20))
            _ = await (one, other)
            #expect(client.read().events.last == "[DONE]")
            await fixture.end()
        }
    }
}
