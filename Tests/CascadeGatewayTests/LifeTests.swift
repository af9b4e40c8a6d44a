import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// Connections, streams and their ends.
    @Suite struct Lives {
        @Test("A cut upstream is told in the stream, which ends without [DONE]")
        func cut() async throws {
            let fixture = try await GatewayFixture(Script(fault: .truncate(afterChunks: 3)))
            let reply = try fixture.post(question(stream: true))
            #expect(reply.status == 200)
            #expect(reply.ending == .complete)
            let error = try #require(reply.objects.last?["error"] as? [String: Any])
            #expect(error["code"] as? String == "stream_cut")
            #expect(!reply.events.contains("[DONE]"))
            #expect(reply.text == "Light from our ")
            await fixture.end()
        }

        @Test(
            "A client that goes away cancels the upstream, in every phase",
            arguments: [Fault.noAnswer, .stall(afterChunks: 0), .stall(afterChunks: 2)], [true, false])
        func clientLeaves(_ fault: Fault, isStreamed: Bool) async throws {
            let fixture = try await GatewayFixture(Script(fault: fault))
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(GatewayFixture.path, question(stream: isStreamed)))
            #expect(await fixture.providers[0].waitForRequests(1))
            if isStreamed, fault == .stall(afterChunks: 2) { _ = try client?.read(until: "from ") }
            client = nil
            let left = ContinuousClock.now
            let record = await fixture.providers[0].waitForPeerClose()
            let closedAt = try #require(record?.closedByPeerAt)
            #expect(left.duration(to: closedAt) < .seconds(2))
            await fixture.end()
            #expect(fixture.router.metrics.cancelled == 1)
        }

        @Test("A client that resets its connection cancels the upstream, too")
        func clientResets() async throws {
            let fixture = try await GatewayFixture(Script(fault: .noAnswer))
            var client: HTTPClient? = try fixture.client()
            client?.resetsOnClose()
            client?.send(HTTPClient.post(GatewayFixture.path, question()))
            #expect(await fixture.providers[0].waitForRequests(1))
            client = nil
            #expect(await fixture.providers[0].waitForPeerClose() != nil)
            await fixture.end()
        }

        @Test("A client that goes away while its request waits for its turn is forgotten")
        func clientLeavesTheQueue() async throws {
            var tuning = Tuning()
            tuning.maxConcurrentRequests = 1
            let fixture = try await GatewayFixture(Script(fault: .noAnswer), tuning: tuning)
            var first: HTTPClient? = try fixture.client()
            first?.send(HTTPClient.post(GatewayFixture.path, question()))
            #expect(await fixture.providers[0].waitForRequests(1))
            var second: HTTPClient? = try fixture.client()
            second?.send(HTTPClient.post(GatewayFixture.path, question()))
            await eventually { fixture.router.metrics.requests == 2 }
            second = nil
            await eventually { fixture.router.metrics.cancelled == 1 }
            first = nil
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 1)
        }

        @Test("A client that goes away in a pause between attempts is forgotten")
        func clientLeavesThePause() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500))) {
                $0.cascade.maxAttemptsPerProvider = 2
                $0.cascade.retryDelay = .seconds(3_000)
            }
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(GatewayFixture.path, question()))
            #expect(await fixture.providers[0].waitForOutcome() != nil)
            client = nil
            await eventually { fixture.router.metrics.cancelled == 1 }
            await fixture.end()
        }

        @Test("A client that goes away in the middle of its own request leaves nothing behind")
        func clientLeavesItsRequest() async throws {
            let fixture = try await GatewayFixture(Script())
            for part in ["POST /v1", String(HTTPClient.post(GatewayFixture.path, question()).dropLast(5))] {
                var client: HTTPClient? = try fixture.client()
                client?.send(part)
                client = nil
            }
            #expect(try fixture.post(question()).status == 200)
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 1)
        }

        @Test("A client that does not read makes the provider wait, and gets everything once it reads")
        func slowClient() async throws {
            let text = String(repeating: "0123456789abcdef", count: 2 << 20)
            let script = Script(text: text, chunks: 4_000)
            let fixture = try await GatewayFixture(script)
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client.read(until: "0123456789abcdef")
            // The sockets' own buffers, the outbox and the ring together hold a fraction of it.
            var sent = -1
            var last = 0
            while sent != last {
                sent = last
                try await Task.sleep(for: .milliseconds(200))
                last = fixture.providers[0].log[0].chunksSent
            }
            #expect(sent < 3_500)
            let body = String(decoding: try client.readLongBody(), as: UTF8.self)
            let reply = HTTPClient.Reply(raw: Data(body.utf8))
            #expect(reply.text == text)
            #expect(reply.events.last == "[DONE]")
            await fixture.end()
        }

        @Test("One connection serves one request after the other, and those sent at once in their order")
        func connections() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            for _ in 0..<3 { #expect(client.post(GatewayFixture.path, question()).status == 200) }
            #expect(client.post(GatewayFixture.path, question(stream: true)).events.last == "[DONE]")
            client.send(
                HTTPClient.post(GatewayFixture.path, question(), fields: "X-Request-ID: one\r\n")
                    + HTTPClient.post(GatewayFixture.path, question(stream: true), fields: "X-Request-ID: two\r\n")
                    + HTTPClient.post(GatewayFixture.path, "{", fields: "X-Request-ID: three\r\n"))
            let replies = (0..<3).map { _ in client.read() }
            #expect(replies.map { $0.header("x-request-id") } == ["one", "two", "three"])
            #expect(replies.map(\.status) == [200, 200, 400])
            #expect(replies[1].events.last == "[DONE]")
            await fixture.end()
        }

        @Test("Comments keep a client waiting that would hear nothing for long")
        func heartbeats() async throws {
            var script = Script()
            script.firstDelay = .milliseconds(400)
            let fixture = try await GatewayFixture(
                script,
                gateway: {
                    $0.holdBeforeHeartbeat = .milliseconds(30)
                    $0.heartbeat = .milliseconds(30)
                })
            let reply = try fixture.post(question(stream: true))
            #expect(reply.events.prefix { $0 == ": waiting" }.count >= 2)
            #expect(reply.text == script.expectedText)
            #expect(reply.events.last == "[DONE]")
            // Whole answers are not begun before they are there.
            #expect(try fixture.post(question()).header("x-cascade-provider") == "p0")
            await fixture.end()
        }

        @Test("A failure after a comment is told within the stream")
        func lateFailure() async throws {
            let fixture = try await GatewayFixture(
                Script(fault: .noAnswer),
                configure: { $0.cascade.deadline = .milliseconds(200) },
                gateway: { $0.holdBeforeHeartbeat = .milliseconds(20) })
            let reply = try fixture.post(question(stream: true))
            #expect(reply.status == 200)
            #expect(reply.events.first == ": waiting")
            #expect((reply.objects.last?["error"] as? [String: Any])?["code"] as? String == "deadline_exceeded")
            #expect(reply.ending == .complete)
            await fixture.end()
        }

        @Test("A shutdown lets what is under way finish, and nothing new begin")
        func drain() async throws {
            let script = Script(chunks: 6, chunkDelay: .milliseconds(60))
            let fixture = try await GatewayFixture(script)
            let (streaming, idle) = (try fixture.client(), try fixture.client())
            #expect(idle.get("/readyz").status == 200)
            streaming.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try streaming.read(until: "Light")
            let gateway = fixture.gateway
            let shutdown = Task { await gateway.shutdown(within: .seconds(20)) }
            await eventually { (try? fixture.client()) == nil }
            #expect(idle.post(GatewayFixture.path, question()).status == 503)
            let reply = streaming.read()
            #expect(reply.text == script.expectedText)
            #expect(reply.events.last == "[DONE]")
            await shutdown.value
            #expect(streaming.waitForEnd() != .silent)
            await fixture.end()
        }

        @Test("A shutdown whose time is over ends what is under way")
        func hardEnd() async throws {
            let fixture = try await GatewayFixture(Script(fault: .stall(afterChunks: 2)))
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client.read(until: "from ")
            await fixture.gateway.shutdown(within: .milliseconds(50))
            #expect(client.waitForEnd() != .silent)
            #expect(await fixture.providers[0].waitForPeerClose() != nil)
            await fixture.end()
        }

        @Test("A router that is shut down first takes its gateway along")
        func routerEnds() async throws {
            let fixture = try await GatewayFixture(Script(fault: .stall(afterChunks: 2)))
            let client = try fixture.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client.read(until: "from ")
            await fixture.router.shutdown()
            #expect(client.waitForEnd() != .silent)
            await fixture.end()
        }

        @Test("Several loops share a port, and each serves")
        func loops() async throws {
            var tuning = Tuning()
            tuning.ioThreads = 3
            let fixture = try await GatewayFixture(Script(), Script(format: .anthropic), tuning: tuning)
            for _ in 0..<24 {
                let reply = try fixture.post(question(stream: true))
                #expect(reply.events.last == "[DONE]")
            }
            await fixture.end()
        }
    }
}
