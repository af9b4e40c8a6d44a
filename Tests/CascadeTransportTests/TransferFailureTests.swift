import CascadeTransport
import Testing

@Suite("Transfer failures", .timeLimit(.minutes(1)))
struct TransferFailureTests {
    @Test func nobodyListens() async throws {
        let answer = try await Wire().ask(ClosedPort().url)
        #expect(answer.failure == .connect)
        #expect(answer.outcome?.isSent == false)
        #expect(answer.status == 0)
    }

    @Test func anUnknownHost() async throws {
        #expect(try await Wire().ask("http://name.invalid/").failure == .resolve)
    }

    @Test(arguments: ["http://127.0.0.1:99999/", "http://127.0.0.1/a\r\nX-Injected: b", "http://"])
    func whatIsNoURL(url: String) async throws {
        #expect(try await Wire().ask(url).failure == .invalidURL)
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/"])
    func otherProtocolsAreRefused(url: String) async throws {
        let answer = try await Wire().ask(url)
        #expect(answer.failure == .protocolError)
        #expect(answer.records.isEmpty)
    }

    /// What a server does after it has read the request of a fresh connection, and what it counts as.
    @Test(arguments: [
        ("", false, TransferFailure.Kind.noResponse),
        ("", true, .reset),
        ("HTTP/1.1 200 OK\r\nContent-Le", false, .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", false, .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", true, .reset),
        (chunkedHead() + chunk("data: 1\n\n"), false, .cut),
        (chunkedHead() + chunk("data: 1\n\n") + "5\r\nda", false, .cut),
        (chunkedHead() + chunk("data: 1\n\n") + "0\r\n", false, .cut),
        (chunkedHead() + chunk("data: 1\n\n"), true, .reset),
        (chunkedHead() + "xyz\r\ndata: 1\n\n\r\n", false, .reset),
        (chunkedHead() + "ffffffffffffffffff\r\ndata: 1\n\n\r\n", false, .reset),
        ("SSH-2.0-OpenSSH_9.2\r\n", false, .protocolError),
        ("\u{0}\u{1}\u{2}garbage\r\n\r\n", false, .protocolError),
    ])
    func aBrokenAnswer(bytes: String, resets: Bool, kind: TransferFailure.Kind) async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(bytes)
            if resets { connection.reset() }
        }
        let answer = try await Wire().ask(server.url)
        #expect(answer.failure == kind)
        #expect(answer.outcome?.isSent == true)
        #expect(server.requests == 1)
    }

    @Test func eventsBeforeACutAreDelivered() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + chunk("data: 1\n\ndata: 2\n\ndata: 3"))
        }
        let answer = try await Wire().ask(server.url)
        #expect(answer.texts == ["1", "2"])
        #expect(answer.failure == .cut)
    }

    @Test func aCleanCloseLeavesATail() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: 1\n\ndata: 2")
        }
        let answer = try await Wire().ask(server.url)
        #expect(answer.texts == ["1", "2"])
        #expect(answer.kinds == [.data, .tail])
        #expect(answer.failure == nil)
    }

    /// Whether a request that was sent over a reused connection runs twice is the caller's decision, never libcurl's.
    @Test(arguments: [("", false), ("", true), ("HTTP/1.1 20", false), ("HTTP/1.1 20", true)], [100, 100_000])
    func aReusedConnectionThatDiesUnanswered(end: (partial: String, resets: Bool), bodyBytes: Int) async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response("200 OK", "data: 1\n\n"))
            guard connection.readRequest() != nil else { return }
            connection.send(end.partial)
            if end.resets { connection.reset() }
        }
        let wire = try Wire()
        #expect(try await wire.ask(server.url).failure == nil)
        let body = [UInt8](repeating: UInt8(ascii: " "), count: bodyBytes)
        let answer = try await wire.ask(Ask(server.url).with { $0.body = body })
        #expect(answer.failure == .staleConnection)
        #expect(answer.outcome?.isSent == true)
        #expect(answer.outcome?.isReusedConnection == true)
        #expect(server.requests == 2)
        #expect(try await wire.ask(server.url).failure == nil)
    }

    @Test func aConnectionThatWasClosedWhileIdleIsReplaced() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response("200 OK", "data: 1\n\n"))
        }
        let wire = try Wire()
        for _ in 0..<3 {
            let answer = try await wire.ask(server.url)
            #expect(answer.failure == nil || answer.failure == .staleConnection)
        }
        #expect(server.connections > 1)
    }

    enum HeaderBomb: CaseIterable {
        case manyFields, muchText, longField, interimResponses, longInterimResponses

        var fields: String {
            let next = "\r\nHTTP/1.1 103 Early Hints\r\n"
            return switch self {
            case .manyFields: (0..<1000).map { "X-\($0): a\r\n" }.joined()
            case .muchText: (0..<100).map { "X-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined()
            case .longField: "X-Long: \(String(repeating: "a", count: 200_000))\r\n"
            case .interimResponses: String(repeating: next, count: 1000)
            case .longInterimResponses:
                String(repeating: "X: \(String(repeating: "a", count: 5000))\r\n\(next)", count: 200)
            }
        }
    }

    @Test("F-29 L14 L15: a head of too many bytes or lines ends the attempt", arguments: HeaderBomb.allCases)
    func aHeaderBombIsStopped(bomb: HeaderBomb) async throws {
        let fields = bomb.fields
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 103 Early Hints\r\n\(fields)\r\n" + response("200 OK", "data: 1\n\n"))
            _ = connection.waitForClose()
        }
        let answer = try await Wire().ask(server.url)
        #expect(answer.failure == .tooLarge)
        #expect(answer.records.isEmpty)
    }

    @Test("F-30 L12: a body is counted as it comes, and stopped at its limit")
    func aBodyBeyondItsLimit() async throws {
        let event = "data: 12345678\n\n"
        let server = ScriptedServer(
            answering: chunkedHead() + String(repeating: chunk(event), count: 1000) + lastChunk)
        let ask = Ask(server.url).with { $0.bodyLimit = 10 * event.utf8.count }
        let answer = try await Wire().ask(ask)
        #expect(answer.failure == .tooLarge)
        #expect(answer.records.count <= 10)
        #expect(try await Wire().ask(ask.with { $0.bodyLimit = 1000 * event.utf8.count }).failure == nil)
    }

    @Test("F-33: an event above the cap ends the attempt, with what came before it delivered")
    func anEventBeyondTheLargestRecord() async throws {
        let wire = try Wire(TransportConfiguration(maxRecordBytes: 10_000))
        let server = ScriptedServer(
            answering: chunkedHead() + chunk("data: 1\n\n") + chunk("data: " + String(repeating: "a", count: 10_001))
                + chunk("\n\n") + lastChunk)
        let answer = try await wire.ask(server.url)
        #expect(answer.texts == ["1"])
        #expect(answer.failure == .tooLarge)
    }

    @Test func aHugeErrorBodyIsCutAndStillOneRecord() async throws {
        let server = ScriptedServer(answering: response("500 Oops", String(repeating: "0123456789", count: 1 << 20)))
        let wire = try Wire()
        let answer = try await wire.ask(server.url)
        #expect(answer.status == 500)
        #expect(answer.failure == nil)
        try #require(answer.kinds == [.body])
        #expect(answer.records[0].bytes.count <= 256 << 10)
        #expect(answer.records[0].bytes.count > 128 << 10)
        #expect(answer.records[0].bytes.prefix(20) == Array("01234567890123456789".utf8)[...])
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
    }

    @Test func theHandleOfAFailedTransferServesTheNext() async throws {
        let wire = try Wire()
        let bad = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + chunk("data: 1\n\n"))
        }
        let good = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
        for _ in 0..<3 {
            #expect(try await wire.ask(bad.url).failure == .cut)
            #expect(try await wire.ask(good.url).failure == nil)
        }
        #expect(wire.loop.counters.easyHandles == 1)
        #expect(good.connections == 1)
    }
}
