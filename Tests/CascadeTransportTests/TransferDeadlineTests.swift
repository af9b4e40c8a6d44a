import CascadeTransport
import Testing

@Suite("Transfer deadlines", .timeLimit(.minutes(1)))
struct TransferDeadlineTests {
    private static let limit = Duration.milliseconds(60)
    /// Never reached by a test that passes.
    private static let far = Duration.seconds(30)

    /// All six, far away.
    private static var generous: TransferDeadlines {
        TransferDeadlines(
            connect: far, responseHead: far, firstToken: far, idle: far, progress: far,
            totalAt: EventLoop.now + 30_000_000_000)
    }

    /// A server that sends this, and then nothing more until its peer goes away.
    private static func stalling(after bytes: String) -> ScriptedServer {
        ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(bytes)
            _ = connection.waitForClose()
        }
    }

    private static func elapsed(_ answer: Answer) -> Duration {
        guard let outcome = answer.outcome else { return .zero }
        return .nanoseconds(Int64(outcome.endedAt - outcome.startedAt))
    }

    @Test("F-20: a connection that neither stands nor fails is given up in time")
    func connecting() async throws {
        let hole = BlackHole()
        let answer = try await Wire().ask(Ask(hole.url).with { $0.deadlines.connect = Self.limit })
        #expect(answer.failure == .connectTimeout)
        #expect(answer.outcome?.isSent == false)
        #expect(Self.elapsed(answer) >= Self.limit)
    }

    /// The limit is ours: the provider has done nothing wrong.
    @Test func waitingForAFreeConnection() async throws {
        let server = Self.stalling(after: "HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")
        let wire = try Wire(TransportConfiguration(connectionsPerHost: 1))
        let first = try wire.start(Ask(server.url))
        await first.signal.wait()
        let answer = try await wire.ask(Ask(server.url).with { $0.deadlines.connect = Self.limit })
        #expect(answer.failure == .local)
        #expect(answer.outcome?.failure?.message.contains("CASCADE_CONNECTIONS_PER_HOST") == true)
        #expect(server.connections == 1)
        first.signal.cancel()
    }

    @Test("F-17: header fields that do not come are waited for so long and no longer")
    func waitingForTheHead() async throws {
        let server = Self.stalling(after: "HTTP/1.1 200 OK\r\nX-Half: yes\r\n")
        var deadlines = Self.generous
        deadlines.responseHead = Self.limit
        let answer = try await Wire().ask(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(answer.failure == .headTimeout)
        #expect(Self.elapsed(answer) >= Self.limit)
    }

    @Test("F-17: a large request takes its time to be sent; the wait for an answer begins after it")
    func waitingForTheHeadBeginsWhenTheRequestIsSent() async throws {
        let server = ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            // The kernel's buffers are far smaller than the body, so the sending takes as long as this.
            for _ in 0..<40 {
                Latch().waitOnThread(milliseconds: 25)
                connection.discard((32 << 20) / 40)
            }
            connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        }
        var deadlines = Self.generous
        deadlines.responseHead = .milliseconds(600)
        let ask = Ask(server.url).with {
            $0.deadlines = deadlines
            $0.body = [UInt8](repeating: 0x20, count: 32 << 20)
        }
        let answer = try await Wire().ask(ask)
        #expect(answer.status == 400)
        #expect(Self.elapsed(answer) > .milliseconds(600))
    }

    @Test("F-17 F-19: bytes without a token do not put off the deadline of the first")
    func waitingForTheFirstToken() async throws {
        // Bytes keep coming, and are no tokens: only this deadline can tell.
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead())
            while connection.send(chunk(": ping\n\n")) { Latch().waitOnThread(milliseconds: 5) }
        }
        var deadlines = Self.generous
        deadlines.firstToken = Self.limit
        let answer = try await Wire().ask(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(answer.failure == .firstTokenTimeout)
        #expect(Self.elapsed(answer) >= Self.limit)
    }

    @Test("L18 F-18: a stream that stalls with its connection open is ended")
    func waitingForTheNextByte() async throws {
        let server = Self.stalling(after: chunkedHead() + chunk("data: 1\n\n"))
        var deadlines = Self.generous
        deadlines.idle = Self.limit
        let answer = try await Wire().ask(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(answer.failure == .idleTimeout)
        #expect(answer.texts == ["1"])
    }

    @Test("L18 F-18: any byte puts the idle deadline off")
    func bytesPutTheIdleDeadlineOff() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead())
            for _ in 0..<50 {
                connection.send(chunk(": ping\n\n"))
                Latch().waitOnThread(milliseconds: 20)
            }
            connection.send(lastChunk)
        }
        var deadlines = Self.generous
        // Far more than a ping's distance, and less than the whole takes.
        deadlines.idle = .milliseconds(800)
        let answer = try await Wire().ask(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(answer.failure == nil)
        #expect(Self.elapsed(answer) > .milliseconds(800))
    }

    @Test("L18 F-19: a stream of comments or single bytes alone makes no progress, and is ended")
    func waitingForTheNextToken() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + chunk("data: 1\n\n"))
            while connection.send(chunk(": ping\n\n")) { Latch().waitOnThread(milliseconds: 5) }
        }
        var deadlines = Self.generous
        // Later deadlines of other kinds must not hide it.
        deadlines.progress = Self.limit
        let wire = try Wire()
        let transfer = try wire.start(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(await receive(1, from: transfer) == ["1"])
        transfer.reportProgress()
        let reported = EventLoop.now
        let answer = await receive(transfer)
        #expect(answer.failure == .progressTimeout)
        let ended = try #require(answer.outcome).endedAt
        #expect(ended >= reported + 59_000_000)
        #expect(ended < reported + 5_000_000_000)
    }

    @Test("F-19b: blank lines before a whole body keep it alive, and are no progress", arguments: ["", "{"])
    func blanksAreNoProgressOfAWholeBody(begun: String) async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + (begun.isEmpty ? "" : chunk(begun)))
            while connection.send(chunk("\r\n \t")) { Latch().waitOnThread(milliseconds: 5) }
        }
        var deadlines = Self.generous
        deadlines.firstToken = Self.limit
        deadlines.progress = Self.limit
        let answer = try await Wire().ask(
            Ask(server.url).with {
                $0.deadlines = deadlines
                $0.framing = .body
            })
        #expect(answer.failure == (begun.isEmpty ? .firstTokenTimeout : .progressTimeout))
    }

    @Test func partsOfAWholeBodyAreProgress() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead())
            for _ in 0..<50 {
                connection.send(chunk("[1,"))
                Latch().waitOnThread(milliseconds: 20)
            }
            connection.send(lastChunk)
        }
        var deadlines = Self.generous
        deadlines.firstToken = .milliseconds(800)
        deadlines.progress = .milliseconds(800)
        let answer = try await Wire().ask(
            Ask(server.url).with {
                $0.deadlines = deadlines
                $0.framing = .body
            })
        #expect(answer.failure == nil && Self.elapsed(answer) > .milliseconds(800))
    }

    @Test func progressPutsItsDeadlineOff() async throws {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead())
            for index in 0..<50 {
                connection.send(chunk("data: \(index)\n\n"))
                Latch().waitOnThread(milliseconds: 20)
            }
            connection.send(lastChunk)
        }
        var deadlines = Self.generous
        deadlines.firstToken = .milliseconds(800)
        deadlines.progress = .milliseconds(800)
        let wire = try Wire()
        let transfer = try wire.start(Ask(server.url).with { $0.deadlines = deadlines })
        let started = EventLoop.now
        for _ in 0..<50 {
            guard await receive(1, from: transfer) != nil else { break }
            transfer.reportProgress()
        }
        #expect(EventLoop.now - started > 800_000_000)
        #expect(await receive(transfer).failure == nil)
    }

    @Test func theWhole() async throws {
        let server = Self.stalling(after: chunkedHead() + chunk("data: 1\n\n"))
        var deadlines = Self.generous
        let at = EventLoop.now + 60_000_000
        deadlines.totalAt = at
        let answer = try await Wire().ask(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(answer.failure == .totalTimeout)
        #expect(try #require(answer.outcome).endedAt >= at)
    }

    @Test func theTotalDeadlineMayBeMovedOrLifted() async throws {
        let wire = try Wire()
        let server = Self.stalling(after: chunkedHead() + chunk("data: 1\n\n"))
        // Earlier.
        var transfer = try wire.start(Ask(server.url).with { $0.deadlines = Self.generous })
        #expect(await receive(1, from: transfer) == ["1"])
        transfer.setTotalDeadline(EventLoop.now + 30_000_000)
        #expect(await receive(transfer).failure == .totalTimeout)
        // Lifted, so that the other one, which is later, is the one that fires.
        var deadlines = TransferDeadlines(idle: .milliseconds(700))
        deadlines.totalAt = EventLoop.now + 500_000_000
        transfer = try wire.start(Ask(server.url).with { $0.deadlines = deadlines })
        transfer.setTotalDeadline(nil)
        #expect(await receive(transfer).failure == .idleTimeout)
        // Set where there was none.
        transfer = try wire.start(Ask(server.url))
        transfer.setTotalDeadline(EventLoop.now + 30_000_000)
        #expect(await receive(transfer).failure == .totalTimeout)
    }

    @Test func aTotalDeadlineThatHasPassed() async throws {
        let server = Self.stalling(after: "")
        let answer = try await Wire().ask(Ask(server.url).with { $0.deadlines.totalAt = 1 })
        #expect(answer.failure == .totalTimeout)
    }

    /// Starts a transfer of more events than fit, with these deadlines, and waits until it is paused.
    private static func paused(_ wire: Wire, _ deadlines: TransferDeadlines) async throws -> Transfer {
        let events = String(repeating: chunk("data: " + String(repeating: "x", count: 1000) + "\n\n"), count: 100)
        let server = Self.stalling(after: chunkedHead() + events + lastChunk)
        let transfer = try wire.start(Ask(server.url).with { $0.deadlines = deadlines })
        #expect(await eventually { wire.loop.counters.pauses > 0 })
        return transfer
    }

    @Test("F-39: the time in which the caller does not read counts for no deadline but the total")
    func pausedTimeCountsForNoDeadlineButTheTotal() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let short = Duration.milliseconds(400)
        let deadlines = TransferDeadlines(
            connect: Self.far, responseHead: Self.far, firstToken: short, idle: short, progress: short)
        let transfer = try await Self.paused(wire, deadlines)
        // Another transfer's deadline shows that the time has passed.
        let stalled = Self.stalling(after: "")
        let other = try await wire.ask(Ask(stalled.url).with { $0.deadlines.responseHead = short * 2 })
        #expect(other.failure == .headTimeout)
        let answer = await receive(transfer)
        #expect(answer.records.count == 100)
        #expect(answer.failure == nil)

        let second = try Wire(TransportConfiguration(ringBytes: 4096))
        let late = try await Self.paused(second, deadlines)
        late.setTotalDeadline(EventLoop.now + 30_000_000)
        #expect(await eventually { second.loop.counters.runningTransfers == 0 })
        let cut = await receive(late)
        #expect(cut.failure == .totalTimeout)
        #expect(!cut.records.isEmpty && cut.records.count < 100)
    }

    @Test func theWaitForTheFirstTokenGoesOnAfterAPause() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let events = String(repeating: chunk("data: " + String(repeating: "x", count: 1000) + "\n\n"), count: 100)
        let server = Self.stalling(after: chunkedHead() + events)
        let ask = Ask(server.url).with { $0.deadlines.firstToken = .milliseconds(400) }
        let transfer = try wire.start(ask)
        #expect(await eventually { wire.loop.counters.pauses > 0 })
        let stalled = Self.stalling(after: "")
        let other = try await wire.ask(Ask(stalled.url).with { $0.deadlines.responseHead = .milliseconds(600) })
        #expect(other.failure == .headTimeout)
        let resumed = EventLoop.now
        let answer = await receive(transfer)
        #expect(answer.failure == .firstTokenTimeout)
        #expect(answer.records.count == 100)
        #expect(try #require(answer.outcome).endedAt > resumed + 50_000_000)
    }

    @Test func recordsThatTheConsumerHasNotReadAreNotTheProvidersFault() async throws {
        let wire = try Wire()
        let proceed = Latch()
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(chunkedHead() + chunk("data: 1\n\n"))
            proceed.waitOnThread()
            connection.send(chunk("data: 2\n\n") + lastChunk)
        }
        let stalled = Self.stalling(after: "")
        var deadlines = TransferDeadlines()
        deadlines.firstToken = .milliseconds(400)
        deadlines.progress = .seconds(10)
        let transfer = try wire.start(Ask(server.url).with { $0.deadlines = deadlines })
        await transfer.signal.wait()
        let other = try await wire.ask(Ask(stalled.url).with { $0.deadlines.responseHead = .milliseconds(800) })
        #expect(other.failure == .headTimeout)
        #expect(await receive(1, from: transfer) == ["1"])
        transfer.reportProgress()
        proceed.open()
        let answer = await receive(transfer)
        #expect(answer.texts == ["2"])
        #expect(answer.failure == nil)
    }
}
