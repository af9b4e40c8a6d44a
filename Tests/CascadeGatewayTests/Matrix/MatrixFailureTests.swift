import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests.Matrix {
    @Test(
        "A failure before the first token is an error of the client's format",
        arguments: [
            (Fault.status(500), 502, "all_providers_failed", "api_error"),
            (.rateLimit(retryAfter: .seconds(7)), 429, "rate_limited", "rate_limit_error"),
            (.auth, 502, "all_providers_failed", "api_error"),
            (.contextLength, 400, "context_length_exceeded", "invalid_request_error"),
            (.truncate(afterChunks: 0), 502, "all_providers_failed", "api_error"),
            (.errorIn200, 502, "all_providers_failed", "api_error"),
            (.noAnswer, 504, "deadline_exceeded", "timeout_error"),
        ], Way.all)
    func failure(_ failure: (fault: Fault, status: Int, code: String, type: String), _ way: Way) async throws {
        let fixture = try await GatewayFixture(Script(format: way.provider, fault: failure.fault)) {
            $0.cascade.deadline = .milliseconds(failure.fault == .noAnswer ? 100 : 20_000)
        }
        for isStreamed in [false, true] {
            // A limit that came with the first failure would answer the second request alone.
            fixture.router.resetCircuit("p0")
            let reply = try fixture.client().post(
                way.client.path, way.client.body(way.client.sayable(Ask()), isStreamed: isStreamed))
            var expected = Heard()
            expected.error = way.client == .messages ? failure.type : failure.code
            #expect(reply.status == failure.status, "\(reply.body)")
            #expect(Heard(reply, as: way.client, isStreamed: isStreamed) == expected, "\(reply.body)")
            if fixture.providers[0].counters.requests == (isStreamed ? 2 : 1) { Self.expectFields(of: reply) }
        }
        await fixture.end()
    }

    @Test("A stream that had to wait is heard all the same, or ends with the error", arguments: Way.all)
    func waiting(_ way: Way) async throws {
        var slow = Script(format: way.provider)
        slow.firstDelay = .milliseconds(60)
        let fixture = try await GatewayFixture(
            slow,
            gateway: {
                $0.holdBeforeHeartbeat = .milliseconds(5)
                $0.heartbeat = .milliseconds(5)
            })
        let body = way.client.body(way.client.sayable(Ask()), isStreamed: true)
        let whole = try fixture.client().post(way.client.path, body)
        #expect(whole.body.hasPrefix(": waiting\n\n"))
        #expect(
            Heard(whole, as: way.client, isStreamed: true)
                == Self.heard(slow, way, hasUsage: way.client != .chat), "\(whole.body)")
        slow.fault = .status(500)
        fixture.providers[0].setScript(slow)
        let failed = try fixture.client().post(way.client.path, body)
        #expect(failed.status == 200)
        var expected = Heard()
        expected.error = way.client == .messages ? "api_error" : "all_providers_failed"
        #expect(Heard(failed, as: way.client, isStreamed: true) == expected, "\(failed.body)")
        await fixture.end()
    }

    @Test(
        "A failure after the first token is told within the stream, which has no other end",
        arguments: [
            Fault.truncate(afterChunks: 3), .reset(afterChunks: 3), .cleanCut(afterChunks: 3),
            .errorInStream(afterChunks: 3),
        ], Way.all)
    func cut(_ fault: Fault, _ way: Way) async throws {
        let fixture = try await GatewayFixture(Script(format: way.provider, fault: fault), Script())
        let reply = try fixture.client().post(
            way.client.path, way.client.body(way.client.sayable(Ask()), isStreamed: true))
        let heard = Heard(reply, as: way.client, isStreamed: true)
        #expect(reply.status == 200)
        #expect(heard.error == (way.client == .messages ? "api_error" : "stream_cut"), "\(reply.body)")
        #expect(heard.text == Script(chunks: 3).expectedText)
        #expect(!heard.isEnded)
        #expect(heard.finish == nil)
        #expect(reply.ending == .complete)
        Self.expectFields(of: reply)
        await fixture.end()
    }

    // MARK: - Falling back

    @Test(
        "Requests fall over between providers of the client's own format and of others",
        arguments: [ClientFormat.chat, .messages], Format.allCases)
    func fallback(_ client: ClientFormat, _ other: Format) async throws {
        let own = try #require(client.own)
        var failing = [Script(format: own), Script(format: other), Script(format: own)]
        let answering = failing.count
        for index in failing.indices { failing[index].fault = .status(503) }
        let fixture = try await GatewayFixture(failing[0], failing[1], failing[2], Script(format: other)) {
            Self.nameModels(&$0)
            $0.cascade.circuitBreaker.failureThreshold = 100
        }
        for last in [answering, 2, 1] {
            if last < answering { fixture.providers[last].setScript(Script(format: last == 2 ? own : other)) }
            for isStreamed in [false, true] {
                let ask = client.sayable(
                    Ask(system: "be brief", tools: ["weather"], calls: [Self.oslo], results: ["rain"]))
                let reply = try fixture.client().post(
                    client.path, client.body(ask, isStreamed: isStreamed, ["odd_member": 1.5]))
                let way = Way(client: client, provider: last == 2 ? own : other)
                let expected = Self.heard(Script(), way, hasUsage: !isStreamed || client != .chat)
                #expect(Heard(reply, as: client, isStreamed: isStreamed) == expected, "\(reply.body)")
                Self.expectFields(of: reply, provider: "p\(last)", attempts: last + 1)
                for index in 0...last {
                    let format = index % 2 == 0 ? own : other
                    let record = try #require(fixture.providers[index].log.last)
                    let sent = try #require(Ask.parsed(record.bodyText) as? JSON)
                    #expect(Ask(told: sent, in: format) == Self.told(ask, by: client, to: format))
                    // Only who speaks the client's format gets what nobody here knows.
                    #expect((sent["odd_member"] as? Double == 1.5) == (format == own))
                }
            }
        }
        await fixture.end()
    }
}
