import CascadeTransport
import Synchronization
import Testing

/// Over TLS with ALPN, as providers speak it; each script is one connection.
@Suite("Transfer over HTTP/2", .enabled(if: OpenSSL.isThere, "needs OpenSSL and its command"), .timeLimit(.minutes(1)))
struct TransferHTTP2Tests {
    private struct Fixture {
        let server: ScriptedServer
        let wire: Wire

        init(
            _ configuration: TransportConfiguration = TransportConfiguration(),
            _ script: @escaping @Sendable (HTTP2Peer, ScriptedConnection) -> Void
        ) throws {
            let identity = try TLSIdentity(http2: true)
            server = ScriptedServer(identity) { connection in
                if let peer = HTTP2Peer(connection) { script(peer, connection) }
            }
            wire = try TransferHTTP2Tests.wire(configuration, trusting: identity)
        }

        func ask() async throws -> Answer { try await wire.ask(server.url) }
    }

    private static func wire(
        _ configuration: TransportConfiguration = TransportConfiguration(), trusting identity: TLSIdentity
    ) throws -> Wire {
        var options = Endpoint.Options()
        options.usesHTTP2 = true
        options.caFile = identity.certificate
        return try Wire(configuration, options: options)
    }

    private static func answer(_ peer: HTTP2Peer, _ stream: UInt32) {
        peer.head(stream)
        peer.data(stream, "data: 1\n\ndata: [DONE]\n\n", ends: true)
    }

    @Test("F-23 F-24: streams at a time have a connection each, which serves again; none shares another's fate")
    func streamsHaveAConnectionEach() async throws {
        let count = 8
        let all = Latch()
        let waiting = Atomic(0)
        let fixture = try Fixture { peer, connection in
            while let stream = peer.nextRequest() {
                peer.head(stream)
                if waiting.add(1, ordering: .relaxed).newValue == count { all.open() }
                all.waitOnThread()
                for event in 0..<50 { peer.data(stream, "data: \(connection.number) \(event)\n\n") }
                peer.data(stream, "", ends: true)
            }
        }
        for round in 0..<2 {
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for index in 0..<count {
                    let length = index.isMultiple(of: 4) ? 100_000 : 100
                    let ask = Ask(fixture.server.url).with { $0.body = [UInt8](repeating: 0x20, count: length) }
                    group.addTask { try await fixture.wire.ask(ask) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for answer in answers {
                let connection = answer.texts.first?.split(separator: " ").first ?? ""
                #expect(answer.failure == nil && answer.status == 200)
                #expect(answer.texts == (0..<50).map { "\(connection) \($0)" })
                #expect(answer.outcome?.isReusedConnection == (round == 1))
            }
        }
        #expect(fixture.server.connections == count)
        #expect(fixture.server.requests == 2 * count)
        #expect(await fixture.wire.isAtRest)
    }

    @Test("L19 F-24: a refused stream was not processed: the caller is told, and nothing is sent again in secret")
    func aRefusedStream() async throws {
        let fixture = try Fixture { peer, _ in
            while let stream = peer.nextRequest() { peer.reset(stream, .refusedStream) }
        }
        for tries in 1...3 {
            let answer = try await fixture.ask()
            #expect(answer.failure == .goneAway)
            #expect(answer.outcome?.bodyBytes == 0)
            #expect(fixture.server.requests == tries)
        }
        #expect(await fixture.wire.isAtRest)
    }

    /// On a kept connection libcurl does not tell a refusal from a death; how soon it came tells the router enough.
    @Test("L19 F-24: a stream refused on a kept connection counts as one that died unanswered, and is not sent again")
    func aRefusedStreamOfAKeptConnection() async throws {
        let fixture = try Fixture { peer, connection in
            while let stream = peer.nextRequest() {
                if connection.number == 1, stream > 1 {
                    peer.reset(stream, .refusedStream)
                } else {
                    Self.answer(peer, stream)
                }
            }
        }
        #expect(try await fixture.ask().failure == nil)
        let answer = try await fixture.ask()
        #expect(answer.failure == .staleConnection)
        #expect(answer.outcome?.isReusedConnection == true)
        #expect(fixture.server.requests == 2)
        #expect(try await fixture.ask().failure == nil)
        #expect(await fixture.wire.isAtRest)
    }

    @Test(
        "L20 F-23: a server that goes away and names a stream before ours has not processed it, and says so",
        arguments: [HTTP2Frame.Code.noError, .enhanceYourCalm], [false, true])
    func goingAwayBeforeOurStream(code: HTTP2Frame.Code, isKept: Bool) async throws {
        let fixture = try Fixture { peer, connection in
            if isKept, connection.number == 1, let stream = peer.nextRequest() { Self.answer(peer, stream) }
            while let stream = peer.nextRequest() {
                guard connection.number == 1 else {
                    Self.answer(peer, stream)
                    continue
                }
                peer.goAway(last: stream == 1 ? 0 : stream - 2, code)
                return peer.waitForClose()
            }
        }
        if isKept { #expect(try await fixture.ask().failure == nil) }
        let before = fixture.server.requests
        let answer = try await fixture.ask()
        #expect(answer.failure == .goneAway)
        #expect(answer.outcome?.isReusedConnection == isKept)
        #expect(fixture.server.requests == before + 1)
        #expect(try await fixture.ask().failure == nil)
        #expect(fixture.server.connections == 2)
        #expect(await fixture.wire.isAtRest)
    }

    @Test(
        "F-23 F-03: a server that goes away with our stream among its own, and closes, may have processed it",
        arguments: [HTTP2Frame.Code.noError, .enhanceYourCalm, .internalError], [false, true])
    func goingAwayAfterOurStream(code: HTTP2Frame.Code, isKept: Bool) async throws {
        let fixture = try Fixture { peer, connection in
            if isKept, let stream = peer.nextRequest() { Self.answer(peer, stream) }
            guard let stream = peer.nextRequest() else { return }
            peer.goAway(last: stream, code)
            peer.finish()
        }
        if isKept { #expect(try await fixture.ask().failure == nil) }
        let before = fixture.server.requests
        #expect(try await fixture.ask().failure == (isKept ? .staleConnection : .noResponse))
        #expect(fixture.server.requests == before + 1)
        #expect(await fixture.wire.isAtRest)
    }

    @Test("L21 F-23: a server that goes away finishes the stream it has; the next request gets a new connection")
    func goingAwayMidStream() async throws {
        let fixture = try Fixture { peer, connection in
            while let stream = peer.nextRequest() {
                peer.head(stream)
                peer.data(stream, "data: 1\n\n")
                if connection.number == 1 { peer.goAway(last: stream) }
                peer.data(stream, "data: 2\n\n", ends: true)
            }
        }
        for _ in 0..<2 {
            let answer = try await fixture.ask()
            #expect(answer.texts == ["1", "2"])
            #expect(answer.failure == nil)
        }
        #expect(fixture.server.connections == 2)
        #expect(await fixture.wire.isAtRest)
    }

    @Test(
        "L22 F-25: a stream that is reset within its body is cut; what came before is delivered, nothing sent again",
        arguments: [HTTP2Frame.Code.internalError, .cancel, .enhanceYourCalm, .http11Required])
    func aStreamThatIsReset(code: HTTP2Frame.Code) async throws {
        let fixture = try Fixture { peer, _ in
            while let stream = peer.nextRequest() {
                peer.head(stream)
                peer.data(stream, "data: 1\n\ndata: 2")
                peer.reset(stream, code)
            }
        }
        let answer = try await fixture.ask()
        #expect(answer.failure == .cut)
        #expect(answer.texts == ["1"])
        #expect(fixture.server.requests == 1)
        #expect(await fixture.wire.isAtRest)
    }

    enum FalseEnd: CaseIterable {
        case reset, brokenFraming
    }

    @Test(
        "L22 F-08 F-25: a stream reset without an error passes for complete: what proves the end is its format",
        arguments: FalseEnd.allCases)
    func aStreamThatSeemsComplete(end: FalseEnd) async throws {
        let fixture = try Fixture { peer, _ in
            guard let stream = peer.nextRequest() else { return }
            peer.head(stream)
            peer.data(stream, "data: 1\n\ndata: 2")
            switch end {
            case .reset: peer.reset(stream, .noError)
            case .brokenFraming: peer.send(HTTP2Frame(kind: .data, stream: 0, payload: [1]))
            }
            peer.waitForClose()
        }
        let answer = try await fixture.ask()
        #expect(answer.failure == nil)
        #expect(answer.texts == ["1", "2"])
        #expect(answer.kinds == [.data, .tail])
        #expect(await fixture.wire.isAtRest)
    }

    @Test(
        "F-25 F-03: a stream that is reset before its head has no answer; only one code says it was not processed",
        arguments: [
            (HTTP2Frame.Code.internalError, TransferFailure.Kind.noResponse), (.cancel, .noResponse),
            (.noError, .noResponse), (.http11Required, .goneAway),
        ])
    func aStreamThatIsResetEarly(code: HTTP2Frame.Code, kind: TransferFailure.Kind) async throws {
        let fixture = try Fixture { peer, _ in
            while let stream = peer.nextRequest() { peer.reset(stream, code) }
        }
        #expect(try await fixture.ask().failure == kind)
        #expect(fixture.server.requests == 1)
        #expect(await fixture.wire.isAtRest)
    }

    @Test(
        "F-28: what breaks the rules of HTTP/2 in place of an answer is no answer",
        arguments: [
            HTTP2Frame(kind: .data, payload: [1]),
            HTTP2Frame(kind: .headers, flags: HTTP2Frame.Flag.endHeaders, stream: 1, payload: [0xff, 0xff, 0xff]),
            HTTP2Frame(kind: .headers, flags: HTTP2Frame.Flag.endHeaders, stream: 1),
            HTTP2Frame(kind: .ping, payload: [1]),
            HTTP2Frame(kind: .pushPromise, flags: HTTP2Frame.Flag.endHeaders, stream: 1, payload: [0, 0, 0, 2, 0x82]),
            HTTP2Frame(kind: .windowUpdate, payload: [0x7f, 0xff, 0xff, 0xff]),
        ])
    func framesAgainstTheRules(frame: HTTP2Frame) async throws {
        let fixture = try Fixture { peer, _ in
            guard peer.nextRequest() != nil else { return }
            peer.send(frame)
            peer.waitForClose()
        }
        let answer = try await fixture.ask()
        #expect(answer.failure == .noResponse)
        #expect(answer.status == 0 && answer.records.isEmpty)
        #expect(fixture.server.requests == 1)
        #expect(await fixture.wire.isAtRest)
    }

    @Test(
        "L23 F-26: a connection that closes unanswered is told from a kept one that does, and neither is tried again",
        arguments: [false, true], [false, true])
    func aConnectionThatCloses(isKept: Bool, resets: Bool) async throws {
        let fixture = try Fixture { peer, connection in
            if isKept, let stream = peer.nextRequest() { Self.answer(peer, stream) }
            guard peer.nextRequest() != nil else { return }
            if resets { connection.reset() } else { peer.finish() }
        }
        if isKept { #expect(try await fixture.ask().failure == nil) }
        let before = fixture.server.requests
        let answer = try await fixture.ask()
        #expect(answer.failure == (isKept ? .staleConnection : resets ? .reset : .noResponse))
        #expect(answer.outcome?.isSent == true)
        #expect(fixture.server.requests == before + 1)
        #expect(await fixture.wire.isAtRest)
    }

    @Test("F-05 F-25: a connection that closes within a stream's body cuts it")
    func aConnectionThatClosesMidBody() async throws {
        let fixture = try Fixture { peer, _ in
            guard let stream = peer.nextRequest() else { return }
            peer.head(stream)
            peer.data(stream, "data: 1\n\ndata: 2")
            peer.finish()
        }
        let answer = try await fixture.ask()
        #expect(answer.failure == .cut)
        #expect(answer.texts == ["1"])
        #expect(await fixture.wire.isAtRest)
    }

    @Test("L24: without TLS there is no HTTP/2, and no attempt to upgrade to it")
    func withoutTLS() async throws {
        let heads = Mutex<[String]>([])
        let server = ScriptedServer { connection in
            while let head = connection.readRequest() {
                heads.withLock { $0.append(head) }
                connection.send(response("200 OK", "data: 1\n\n"))
            }
        }
        var options = Endpoint.Options()
        options.usesHTTP2 = true
        let wire = try Wire(options: options)
        for _ in 0..<2 { #expect(try await wire.ask(server.url).texts == ["1"]) }
        for head in heads.withLock({ $0 }) {
            #expect(head.hasPrefix("POST /v1/chat HTTP/1.1\r\n"))
            #expect(!head.lowercased().contains("upgrade"))
        }
        #expect(server.connections == 1)
    }

    @Test("F-20: a server that does not speak HTTP/2 is asked by HTTP/1.1")
    func aServerOfHTTP1() async throws {
        let identity = try TLSIdentity()
        let server = ScriptedServer(identity, answering: response("200 OK", "data: 1\n\n"))
        let wire = try Self.wire(trusting: identity)
        for _ in 0..<2 { #expect(try await wire.ask(server.url).texts == ["1"]) }
        #expect(server.connections == 1)
    }

    @Test("L15 F-29: header fields without end are stopped here too, and the connection serves others")
    func aHeaderBomb() async throws {
        let fixture = try Fixture { peer, _ in
            while let stream = peer.nextRequest() {
                guard stream == 1 else {
                    Self.answer(peer, stream)
                    continue
                }
                peer.head(stream, fields: (0..<300).map { ("x-\($0)", "a") })
                peer.data(stream, "data: 1\n\n", ends: true)
            }
        }
        #expect(try await fixture.ask().failure == .tooLarge)
        #expect(try await fixture.ask().failure == nil)
        #expect(await fixture.wire.isAtRest)
    }

    @Test("L25 F-38: giving a stream up closes its connection at once, and those of others go on")
    func oneStreamIsGivenUp() async throws {
        let isClosed = Latch()
        let fixture = try Fixture { peer, connection in
            guard let stream = peer.nextRequest() else { return }
            peer.head(stream)
            peer.data(stream, "data: 1\n\n")
            if connection.number == 1 {
                peer.waitForClose()
                return isClosed.open()
            }
            isClosed.waitOnThread()
            peer.data(stream, "data: 2\n\n", ends: true)
            peer.waitForClose()
        }
        let dropped = try fixture.wire.start(Ask(fixture.server.url))
        #expect(await receive(1, from: dropped) == ["1"])
        let other = try fixture.wire.start(Ask(fixture.server.url))
        #expect(await receive(1, from: other) == ["1"])
        _ = consume dropped
        let rest = await receive(other)
        #expect(rest.texts == ["2"])
        #expect(rest.failure == nil)
        #expect(await fixture.wire.isAtRest)
    }

    @Test("L26 F-39: a stream that nobody reads stops its server, holds up no other, and loses nothing")
    func oneStreamIsNotRead() async throws {
        let text = String(repeating: "x", count: 1000)
        let events = 30_000
        let sent = Atomic(0)
        let fixture = try Fixture(TransportConfiguration(ringBytes: 4096)) { peer, connection in
            while let stream = peer.nextRequest() {
                guard connection.number == 1 else {
                    Self.answer(peer, stream)
                    continue
                }
                peer.head(stream)
                for _ in 0..<events where peer.data(stream, "data: \(text)\n\n") { sent.add(1, ordering: .relaxed) }
                peer.data(stream, "", ends: true)
            }
        }
        let unread = try fixture.wire.start(Ask(fixture.server.url))
        #expect(await eventually { fixture.wire.loop.counters.pauses > 0 })
        for _ in 0..<10 { #expect(try await fixture.ask().texts == ["1", "[DONE]"]) }
        #expect(fixture.server.connections == 2)
        // Half of what there is to send, and of what HTTP/2 would allow: more than any kernel takes on its own.
        #expect(sent.load(ordering: .relaxed) < events / 2)
        let rest = await receive(unread)
        #expect(rest.failure == nil)
        #expect(rest.texts == Array(repeating: text, count: events))
        #expect(await fixture.wire.isAtRest)
    }
}
