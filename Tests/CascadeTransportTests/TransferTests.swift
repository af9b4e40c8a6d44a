import CascadeTesting
import CascadeTransport
import Testing

@Suite("Transfer", .timeLimit(.minutes(1)))
struct TransferTests {
    @Test func eventsArriveInOrderAsRecords() async throws {
        let wire = try Wire()
        let server = ScriptedServer(
            answering: chunkedHead() + chunk("data: one\n\nda") + chunk("ta: two\n\n")
                + chunk("event: error\ndata: three\n\n: ping\n\n") + lastChunk)
        let answer = try await wire.ask(server.url)
        #expect(answer.texts == ["one", "two", "three"])
        #expect(answer.kinds == [.data, .data, .error])
        #expect(answer.status == 200)
        #expect(answer.failure == nil)
        let outcome = try #require(answer.outcome)
        #expect(outcome.isSent && !outcome.isReusedConnection)
        #expect(outcome.bodyBytes == 56)
        #expect(outcome.startedAt <= outcome.connectedAt && outcome.connectedAt <= outcome.headAt)
        #expect(outcome.headAt <= outcome.endedAt)
    }

    @Test func linesArriveAsRecords() async throws {
        let wire = try Wire()
        let server = ScriptedServer(
            answering: chunkedHead("application/x-ndjson") + chunk("{\"a\":1}\n{\"a\"") + chunk(":2}\n") + lastChunk)
        let answer = try await wire.ask(Ask(server.url).with { $0.framing = .ndjson })
        #expect(answer.texts == [#"{"a":1}"#, #"{"a":2}"#])
        #expect(answer.kinds == [.data, .data])
    }

    @Test func aBodyIsOneRecordThatMayBeLargerThanTheRing() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let text = String(repeating: "0123456789", count: 30_000)
        let server = ScriptedServer(answering: response("200 OK", text))
        let answer = try await wire.ask(Ask(server.url).with { $0.framing = .body })
        #expect(answer.kinds == [.body])
        #expect(answer.texts == [text])
    }

    @Test func recordsArriveWhileTheResponseIsUnderWay() async throws {
        let wire = try Wire()
        let proceed = Latch()
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + chunk("data: early\n\n"))
            proceed.waitOnThread()
            connection.send(chunk("data: late\n\n") + lastChunk)
        }
        let transfer = try wire.start(Ask(server.url))
        #expect(await receive(1, from: transfer) == ["early"])
        #expect(transfer.head.status == 200)
        #expect(transfer.head.fields.map(\.name) == ["Content-Type", "Transfer-Encoding"])
        proceed.open()
        let rest = await receive(transfer)
        #expect(rest.texts == ["late"])
    }

    @Test func theRequestIsSentAsItIs() async throws {
        var options = Endpoint.Options()
        options.headers = [("Authorization", "Bearer secret"), ("Content-Type", "application/json")]
        let wire = try Wire(options: options)
        let provider = try LoopbackProvider()
        let ask = Ask(provider.baseURL + "/chat/completions").with { $0.header = "X-Request-ID: 7" }
        #expect(try await wire.ask(ask).failure == nil)
        #expect(try await wire.ask(ask.with { $0.header = nil }).failure == nil)
        let sent = provider.log
        try #require(sent.count == 2)
        #expect(sent[0].method == "POST")
        #expect(sent[0].body == ask.body)
        #expect(sent[0].header("authorization") == "Bearer secret")
        #expect(sent[0].header("x-request-id") == "7")
        #expect(sent[0].header("expect") == nil)
        #expect(sent[1].header("x-request-id") == nil)
        #expect(sent[1].header("content-type") == "application/json")
    }

    @Test func getAndPostMayTakeTurnsOnAHandle() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider()
        for _ in 0..<2 {
            let list = try await wire.ask(
                Ask(provider.baseURL + "/models").with {
                    $0.method = .get
                    $0.framing = .body
                })
            #expect(list.status == 200 && list.kinds == [.body])
            #expect(try await wire.ask(provider.baseURL + "/chat/completions").texts.last == "[DONE]")
        }
        #expect(provider.log.map(\.method) == ["GET", "POST", "GET", "POST"])
        #expect(wire.loop.counters.easyHandles == 1)
    }

    @Test func oneConnectionServesRequestsOneAfterTheOther() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider()
        for index in 0..<20 {
            let answer = try await wire.ask(provider.baseURL + "/chat/completions")
            #expect(answer.texts.last == "[DONE]")
            #expect(answer.outcome?.isReusedConnection == (index > 0))
        }
        #expect(provider.counters.requests == 20)
        #expect(provider.counters.connectionsAccepted == 1)
        #expect(wire.loop.counters.connectionsOpened == 1)
        #expect(wire.loop.counters.easyHandles == 1)
    }

    @Test func finishingLetsTheRestComeSoThatTheConnectionServesAgain() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider(script: .init(chunks: 40))
        for _ in 0..<5 {
            let transfer = try wire.start(Ask(provider.baseURL + "/chat/completions"))
            #expect(await receive(3, from: transfer) != nil)
            transfer.finish()
        }
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        #expect(try await wire.ask(provider.baseURL + "/chat/completions").failure == nil)
        #expect(provider.counters.connectionsAccepted < 6)
    }

    @Test func finishingWaitsForTheEndOfTheBodyOnly() async throws {
        let wire = try Wire()
        let proceed = Latch()
        let server = ScriptedServer { connection in
            while connection.readRequest() != nil {
                connection.send(chunkedHead() + chunk("data: [DONE]\n\n"))
                if connection.number == 1 { proceed.waitOnThread() }
                connection.send(lastChunk)
            }
        }
        let transfer = try wire.start(Ask(server.url))
        #expect(await receive(1, from: transfer) == ["[DONE]"])
        transfer.finish()
        #expect(wire.loop.counters.openTransfers == 1)
        proceed.open()
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        #expect(try await wire.ask(server.url).outcome?.isReusedConnection == true)
        #expect(server.connections == 1)
    }

    @Test("F-30: what comes after the end of an answer is read for a moment only")
    func finishingGivesUpOnAnEndlessBody() async throws {
        let wire = try Wire()
        let closed = Latch()
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead())
            while connection.send(chunk("data: " + String(repeating: "x", count: 4000) + "\n\n")) {}
            closed.open()
        }
        let transfer = try wire.start(Ask(server.url))
        #expect(await receive(1, from: transfer) != nil)
        transfer.finish()
        await closed.wait()
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
    }

    @Test(arguments: ["204 No Content", "200 OK"])
    func anEmptyBodyIsAnEmptyRecord(status: String) async throws {
        let wire = try Wire()
        let fields = status.hasPrefix("204") ? "\r\n" : "Content-Length: 0\r\n\r\n"
        let server = ScriptedServer(answering: "HTTP/1.1 \(status)\r\n\(fields)")
        let answer = try await wire.ask(server.url)
        #expect(answer.records == [Answer.Record(kind: .body, bytes: [])])
        #expect(answer.status == Int(status.prefix(3)))
        #expect(answer.failure == nil)
    }

    @Test func anErrorStatusMakesTheBodyOneRecord() async throws {
        let wire = try Wire()
        let body = "data: not an event\n\ndata: neither\n\n"
        let server = ScriptedServer(answering: response("429 Too Many Requests", body, "Retry-After:  7 \r\n"))
        let answer = try await wire.ask(server.url)
        #expect(answer.records == [Answer.Record(kind: .body, bytes: Array(body.utf8))])
        #expect(answer.status == 429)
        #expect(answer.failure == nil)
        #expect(answer.fields.first?.name == "Retry-After")
        #expect(answer.fields.first?.value == "7")
    }

    @Test("F-16 F-19b: JSON where events were expected is one record, without the blank lines before it")
    func aJSONBodyWhereEventsWereExpectedIsOneRecord() async throws {
        let wire = try Wire()
        let server = ScriptedServer(answering: response("200 OK", "\n {\"error\":{}}"))
        let answer = try await wire.ask(server.url)
        #expect(answer.records == [Answer.Record(kind: .body, bytes: Array(#"{"error":{}}"#.utf8))])
    }

    @Test("F-28: an interim response is not the answer")
    func anInterimResponseIsNotTheResponse() async throws {
        let wire = try Wire()
        let server = ScriptedServer(
            answering: "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
                + response("201 Created", "data: x\n\n", "X-Kind: real\r\n"))
        let answer = try await wire.ask(server.url)
        #expect(answer.status == 201)
        #expect(answer.fields.map(\.name) == ["X-Kind", "Content-Length"])
    }

    @Test(
        "L16 F-21: a redirect is an answer and is not followed: no key goes to another host",
        arguments: [
            "301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect",
        ])
    func redirectsAreNotFollowed(status: String) async throws {
        var options = Endpoint.Options()
        options.headers = [("Authorization", "Bearer secret"), ("x-api-key", "secret"), ("api-key", "secret")]
        let wire = try Wire(options: options)
        let elsewhere = ScriptedServer(answering: response("200 OK", "data: leaked\n\n"))
        let server = ScriptedServer(answering: response(status, "moved", "Location: \(elsewhere.url)\r\n"))
        let answer = try await wire.ask(server.url)
        #expect(answer.status == Int(status.prefix(3)))
        #expect(answer.texts == ["moved"])
        #expect(answer.fields.first?.value == elsewhere.url)
        #expect(elsewhere.connections == 0)
    }

    @Test("L17 F-27: an error that comes while the request is still being sent is read")
    func anEarlyAnswerToALargeUploadIsKept() async throws {
        let wire = try Wire()
        let server = ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(response("413 Content Too Large", "too much", "Connection: close\r\n"))
            _ = connection.waitForClose()
        }
        let ask = Ask(server.url).with { $0.body = [UInt8](repeating: 0x20, count: 20 << 20) }
        let answer = try await wire.ask(ask)
        #expect(answer.status == 413)
        #expect(answer.texts == ["too much"])
        #expect(answer.failure == nil)
    }

    @Test func aLargeUploadArrivesWhole() async throws {
        let wire = try Wire()
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: 0x20 + $0 % 90) }
        let server = ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.send(response("200 OK", "data: \(Array(request.utf8.suffix(body.count)) == body)\n\n"))
        }
        #expect(try await wire.ask(Ask(server.url).with { $0.body = body }).texts == ["true"])
    }

    @Test func manyTransfersRunAtOnce() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider(script: .init(chunks: 5))
        let url = provider.baseURL + "/chat/completions"
        let lives = RequestBytes.Lives()
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<500 {
                group.addTask { try await wire.ask(Ask(url).with { $0.lives = lives }) }
            }
            for try await answer in group {
                #expect(answer.failure == nil)
                #expect(answer.texts.last == "[DONE]")
            }
        }
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        #expect(wire.loop.counters.runningTransfers == 0)
        #expect(wire.loop.counters.easyHandles <= 64)
        #expect(lives.isZero)
        #expect(provider.counters.requests == 500)
    }

    @Test(arguments: ["a\nb", "a\rb", "a\r\nX-Injected: b", "a\0b"])
    func aHeaderFieldThatInjectsIsRefused(value: String) throws {
        let loop = try EventLoop()
        for header in [("X-Test", value), (value, "x")] {
            var options = Endpoint.Options()
            options.headers = [header]
            #expect(throws: EventLoopError.self) { try Endpoint(loop: loop, options: options) }
        }
    }
}
