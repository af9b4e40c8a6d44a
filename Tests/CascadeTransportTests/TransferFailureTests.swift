import CascadeTransport
import Testing

@Suite("Transfer failures", .timeLimit(.minutes(1)))
struct TransferFailureTests {
    @Test("L30 F-20: a refused connection has sent nothing")
    func nobodyListens() async throws {
        let answer = try await Wire().ask(ClosedPort().url)
        #expect(answer.failure == .connect)
        #expect(answer.outcome?.isSent == false)
        #expect(answer.status == 0)
    }

    @Test("L30 F-20: a name that is unknown is told from a host that refuses")
    func anUnknownHost() async throws {
        #expect(try await Wire().ask("http://name.invalid/").failure == .resolve)
    }

    @Test(arguments: ["http://127.0.0.1:99999/", "http://127.0.0.1/a\r\nX-Injected: b", "http://"])
    func whatIsNoURL(url: String) async throws {
        #expect(try await Wire().ask(url).failure == .invalidURL)
    }

    @Test("L30: no protocol but HTTP is spoken", arguments: ["file:///etc/hostname", "ftp://127.0.0.1/"])
    func otherProtocolsAreRefused(url: String) async throws {
        let answer = try await Wire().ask(url)
        #expect(answer.failure == .protocolError)
        #expect(answer.records.isEmpty)
    }

    /// Has a server send these bytes over a fresh connection after the request, and end there; nothing may stay behind.
    private func check(_ bytes: String, _ end: End = .fin, is kind: TransferFailure.Kind) async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(bytes)
            switch end {
            case .fin: break
            case .halfClose:
                connection.closeHalf()
                _ = connection.waitForClose()
            case .reset: connection.reset()
            }
        }
        let wire = try Wire()
        let lives = RequestBytes.Lives()
        let answer = try await wire.ask(Ask(server.url).with { $0.lives = lives })
        #expect(answer.failure == kind)
        #expect(answer.outcome?.isSent == true)
        #expect(server.requests == 1)
        #expect(await wire.isAtRest)
        #expect(await eventually { lives.isZero })
    }

    enum End: CaseIterable { case fin, halfClose, reset }

    @Test(
        "L4 F-03: a fresh connection that ends without a byte may have been served; it is not tried again in secret",
        arguments: End.allCases)
    func noByteOfAnAnswer(end: End) async throws {
        try await check("", end, is: end == .reset ? .reset : .noResponse)
    }

    @Test(
        "L5 F-08: an answer that ends within its header fields is a cut, and no empty success",
        arguments: [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r", "HTTP/1.1 103 Early Hints\r\n\r\n",
        ], [End.fin, .halfClose])
    func aHeadThatIsCut(head: String, end: End) async throws {
        try await check(head, end, is: .cut)
    }

    @Test(
        "L6 F-04 F-06: a chunked body that is cut anywhere is a cut, or a reset if that is what came",
        arguments: [
            "", chunk("data: 1\n\n"), chunk("data: 1\n\n") + "5", chunk("data: 1\n\n") + "5\r\nda",
            chunk("data: 1\n\n") + "5\r\ndata:", chunk("data: 1\n\n") + "0\r\n",
        ], End.allCases)
    func aChunkedBodyThatIsCut(body: String, end: End) async throws {
        try await check(chunkedHead() + body, end, is: end == .reset ? .reset : .cut)
    }

    @Test(
        "L7: a chunk without a proper size breaks the protocol",
        arguments: [
            "xyz\r\ndata: 1\n\n\r\n", "ffffffffffffffffff\r\ndata: 1\n\n\r\n", "-1\r\ndata: 1\n\n\r\n",
            chunk("data: 1\n\n") + "\r\n\r\n",
        ])
    func aChunkWithoutASize(body: String) async throws {
        try await check(chunkedHead() + body, is: .protocolError)
    }

    @Test("L8 F-04: a body that is shorter than announced is a cut", arguments: ["", "12345"], End.allCases)
    func aBodyThatIsShort(body: String, end: End) async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
        try await check(head + body, end, is: end == .reset ? .reset : .cut)
    }

    @Test(
        "L30 F-28: what is not HTTP is no answer",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}garbage\r\n\r\n", "data: 1\n\n", "<html></html>",
        ])
    func anAnswerThatIsNotHTTP(bytes: String) async throws {
        try await check(bytes, is: .protocolError)
    }

    /// A zero byte, as the beginning of any gzip body has.
    private static let gzip = "\u{1f}\u{8b}\u{8}\u{0}not really"

    @Test("L10 L13 F-22: a packed body that nobody asked for is delivered as it is: never unpacked, cut or not")
    func aPackedBody() async throws {
        let server = ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.send(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
                    + "X-Asked: \(request.lowercased().contains("accept-encoding: "))\r\n\r\n"
                    + chunk(Self.gzip) + lastChunk)
        }
        let answer = try await Wire().ask(Ask(server.url).with { $0.framing = .body })
        #expect(answer.failure == nil)
        #expect(answer.texts == [Self.gzip])
        #expect(answer.fields.contains { $0 == ("X-Asked", "false") })
    }

    @Test("L12 F-30: a bomb is never unpacked: no more is delivered than was sent")
    func aBombIsNotUnpacked() async throws {
        // A megabyte of zeros, packed.
        let packed = String(repeating: "\u{0}", count: 1000)
        let server = ScriptedServer(answering: response("200 OK", packed, "Content-Encoding: gzip\r\n"))
        let answer = try await Wire().ask(Ask(server.url).with { $0.framing = .body })
        #expect(answer.outcome?.bodyBytes == 1000)
        #expect(answer.texts == [packed])
    }

    enum TwoLengths: String, CaseIterable {
        case shortFirst = "Content-Length: 3\r\nContent-Length: 9\r\n"
        case longFirst = "Content-Length: 9\r\nContent-Length: 3\r\n"
        case chunksToo = "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"
        case chunksAfter = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"
    }

    @Test(
        "L11 F-28: a body with two lengths leaves nothing for the next request's answer", arguments: TwoLengths.allCases
    )
    func twoLengths(fields: TwoLengths) async throws {
        let isChunked = fields == .chunksToo || fields == .chunksAfter
        let body = isChunked ? chunk("abcdefghi") + lastChunk : "abcdefghi"
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\n\(fields.rawValue)\r\n" + body)
        let wire = try Wire()
        for _ in 0..<3 {
            let answer = try await wire.ask(Ask(server.url).with { $0.framing = .body })
            #expect(answer.failure == nil)
            // The last length counts; what comes after it ends the connection.
            #expect(answer.texts == [fields == .longFirst ? "abc" : "abcdefghi"])
        }
        #expect(server.connections == (fields == .longFirst ? 3 : 1))
        #expect(await wire.isAtRest)
    }

    @Test("F-28: a second response along with the first ends the connection, and answers nothing")
    func aSecondResponse() async throws {
        let second = response("200 OK", "data: smuggled\n\n")
        let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n") + second)
        let wire = try Wire()
        for _ in 0..<3 { #expect(try await wire.ask(server.url).texts == ["1"]) }
        #expect(server.connections == 3)
        #expect(await wire.isAtRest)
    }

    /// What a proxy says before it closes an idle connection, say.
    @Test(
        "F-26 F-28: what comes on a kept connection between requests ends it, and answers nothing",
        arguments: [
            response("200 OK", "data: smuggled\n\n"), response("408 Request Timeout", ""), "H",
            response("200 OK", String(repeating: "x", count: 200_000)),
        ], [false, true])
    func bytesBetweenRequests(bytes: String, overTLS: Bool) async throws {
        let identity = overTLS ? try TLSIdentity() : nil
        let proceed = Latch()
        let hasSent = Latch()
        let server = ScriptedServer(identity) { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response("200 OK", "data: first\n\n"))
            if connection.number == 1 {
                proceed.waitOnThread()
                connection.send(bytes)
                hasSent.open()
            }
            while connection.readRequest() != nil { connection.send(response("200 OK", "data: good\n\n")) }
        }
        let wire = try identity.map(TransferTLSTests.trusting) ?? Wire()
        #expect(try await wire.ask(server.url).texts == ["first"])
        proceed.open()
        await hasSent.wait()
        let second = try await wire.ask(server.url)
        #expect(second.failure == .staleConnection && second.texts.isEmpty)
        let third = try await wire.ask(server.url)
        #expect(third.texts == ["first"])
        #expect(third.failure == nil && third.outcome?.isReusedConnection == false)
        // The connection that was left alone is used again.
        let fourth = try await wire.ask(server.url)
        #expect(fourth.texts == ["good"])
        #expect(fourth.outcome?.isReusedConnection == true)
        #expect(server.connections == 2)
        #expect(await wire.isAtRest)
    }

    @Test("L6 F-05 F-06: whole events before a cut are delivered, the one that was cut is not")
    func eventsBeforeACutAreDelivered() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + chunk("data: 1\n\ndata: 2\n\ndata: 3"))
        }
        let answer = try await Wire().ask(server.url)
        #expect(answer.texts == ["1", "2"])
        #expect(answer.failure == .cut)
    }

    @Test("L9 F-07 F-08: a close that ends a body proves nothing; what came is delivered, the last of it as a rest")
    func aCleanCloseLeavesATail() async throws {
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
    @Test(
        "L1 L2 F-26 F-49: a request on a kept connection that dies unanswered is sent once; the caller decides",
        arguments: [("", false), ("", true), ("HTTP/1.1 20", false), ("HTTP/1.1 20", true)], [100, 100_000])
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

    @Test("L3 F-26: a kept connection that the server closed is replaced before anything is sent on it")
    func aConnectionThatWasClosedWhileIdleIsReplaced() async throws {
        let closed = [Latch(), Latch(), Latch()]
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response("200 OK", "data: 1\n\n"))
            connection.close()
            closed[connection.number - 1].open()
        }
        let wire = try Wire()
        for latch in closed {
            let answer = try await wire.ask(server.url)
            #expect(answer.failure == nil)
            #expect(answer.outcome?.isReusedConnection == false)
            await latch.wait()
        }
        #expect(server.connections == 3 && server.requests == 3)
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

    @Test(
        "L14 L15 F-28 F-29: header fields and interim responses without end are stopped at a cap",
        arguments: HeaderBomb.allCases)
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

    @Test("L12 F-30: the bytes that came are counted, and a body beyond its limit is stopped")
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

    @Test("F-33: an event beyond the cap is stopped; those before it are delivered")
    func anEventBeyondTheLargestRecord() async throws {
        let wire = try Wire(TransportConfiguration(maxRecordBytes: 10_000))
        let server = ScriptedServer(
            answering: chunkedHead() + chunk("data: 1\n\n") + chunk("data: " + String(repeating: "a", count: 10_001))
                + chunk("\n\n") + lastChunk)
        let answer = try await wire.ask(server.url)
        #expect(answer.texts == ["1"])
        #expect(answer.failure == .tooLarge)
    }

    @Test("F-13 F-30: of a huge error page as much is kept as tells what is wrong")
    func aHugeErrorBodyIsCutAndStillOneRecord() async throws {
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

    @Test("L6: a cut leaves nothing behind: the same handle serves the next request")
    func theHandleOfAFailedTransferServesTheNext() async throws {
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
