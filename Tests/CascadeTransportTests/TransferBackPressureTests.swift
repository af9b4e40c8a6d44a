import CascadeTransport
import Testing

@Suite("Transfer back pressure", .timeLimit(.minutes(1)))
struct TransferBackPressureTests {
    /// A stream of numbered events in HTTP chunks of `size` bytes, and the texts of its events.
    private static func flood(bytes: Int, chunkSize size: Int) -> (response: [UInt8], texts: [String]) {
        var texts: [String] = []
        var body: [UInt8] = []
        while body.count < bytes {
            // Of many lengths, so that records end everywhere in the ring.
            texts.append("\(texts.count) " + String(repeating: "x", count: texts.count * 37 % 700))
            body += Array("data: \(texts.last!)\n\n".utf8)
        }
        var response = Array(chunkedHead().utf8)
        for start in stride(from: 0, to: body.count, by: size) {
            let part = body[start..<min(start + size, body.count)]
            response += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8)
        }
        return (response + Array(lastChunk.utf8), texts)
    }

    private static func server(_ response: [UInt8]) -> ScriptedServer {
        ScriptedServer { connection in
            while connection.readRequest() != nil { connection.send(response) }
        }
    }

    @Test(arguments: [4096, 65536], [1, 7, 4096, 100_000])
    func aFloodArrivesWholeAndInOrder(ring: Int, chunkSize: Int) async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: ring))
        let (response, texts) = Self.flood(bytes: chunkSize < 10 ? 200_000 : 2_000_000, chunkSize: chunkSize)
        let server = Self.server(response)
        // On another thread, and on the loop's own.
        let elsewhere = try await wire.ask(server.url)
        #expect(elsewhere.failure == nil)
        #expect(elsewhere.texts == texts)
        let inLoop = try await withTaskExecutorPreference(wire.loop.executor) { try await wire.ask(server.url) }
        #expect(inLoop.failure == nil)
        #expect(inLoop.texts == texts)
        #expect(server.connections == 1)
    }

    @Test("L26 F-39: a caller that does not read stops the transfer at a full ring, and loses nothing")
    func aConsumerThatDoesNotReadPausesTheTransferAndLosesNothing() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let (response, texts) = Self.flood(bytes: 8_000_000, chunkSize: 100_000)
        let server = Self.server(response)
        let transfer = try wire.start(Ask(server.url))
        #expect(await eventually { wire.loop.counters.pauses == 1 })
        // What came before the pause is there, and nothing came after it.
        let rounds = wire.loop.counters.rounds
        var answer = Answer()
        guard case .record = take(from: transfer, into: &answer) else {
            Issue.record("the ring is empty")
            return
        }
        #expect(wire.loop.counters.rounds <= rounds + 1)
        let rest = await receive(transfer)
        #expect(answer.texts + rest.texts == texts)
        #expect(rest.failure == nil)
        #expect(wire.loop.counters.pauses > 1)
    }

    @Test("L26 F-39: callers that read slowly get all of their streams")
    func aSlowConsumerGetsAllOfManyStreams() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let (response, texts) = Self.flood(bytes: 100_000, chunkSize: 3000)
        let server = Self.server(response)
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for index in 0..<20 {
                let wantsLoop = index.isMultiple(of: 2)
                group.addTask(executorPreference: wantsLoop ? wire.loop.executor : nil) {
                    let transfer = try wire.start(Ask(server.url))
                    var answer = Answer()
                    while true {
                        switch take(from: transfer, into: &answer) {
                        case .record: await Task.yield()
                        case .empty: await transfer.signal.wait()
                        case .ended(let outcome):
                            answer.outcome = outcome
                            return answer
                        }
                    }
                }
            }
            for try await answer in group {
                #expect(answer.failure == nil)
                #expect(answer.texts == texts)
            }
        }
        #expect(wire.loop.counters.pauses > 0)
    }

    /// A transfer whose exchange is over, and whose last record finds no room in the ring.
    private static func unfinished(_ wire: Wire, deadline: UInt64? = nil) async throws -> Transfer {
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            // With its header and its padding each event takes a quarter of the ring.
            let body = String(repeating: "data: " + String(repeating: "x", count: 952) + "\n\n", count: 4) + "data:"
            connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)")
        }
        let transfer = try wire.start(Ask(server.url).with { $0.deadlines.totalAt = deadline })
        #expect(await eventually { wire.loop.counters.runningTransfers == 0 && server.requests == 1 })
        return transfer
    }

    @Test func theLastRecordWaitsForRoom() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let transfer = try await Self.unfinished(wire)
        #expect(wire.loop.counters.pauses == 0)
        let answer = await receive(transfer)
        #expect(answer.kinds == [.data, .data, .data, .data, .tail])
        #expect(answer.texts.last == "")
        #expect(answer.failure == nil)
    }

    @Test func aTransferThatWaitsForRoomMayBeCancelledOrTimeOut() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let cancelled = try await Self.unfinished(wire)
        cancelled.signal.cancel()
        // What a job on the loop's thread sees is after the cancelling.
        await Task(executorPreference: wire.loop.executor) {}.value
        #expect(await receive(cancelled).failure == .cancelled)
        let at = EventLoop.now + 300_000_000
        let late = try await Self.unfinished(wire, deadline: at)
        let stalled = ScriptedServer { connection in _ = connection.waitForClose() }
        let later = Ask(stalled.url).with { $0.deadlines.totalAt = at + 50_000_000 }
        #expect(try await wire.ask(later).failure == .totalTimeout)
        #expect(await receive(late).failure == .totalTimeout)
    }

    @Test func aTransferThatWaitsForRoomMayBeClosed() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        for drains in [true, false] {
            let transfer = try await Self.unfinished(wire)
            if drains { transfer.finish() } else { _ = consume transfer }
            #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        }
        wire.loop.shutdown()
        await wire.loop.waitUntilStopped()
        #expect(wire.loop.counters.openTransfers == 0)
    }

    @Test func aBodyThatSpillsWaitsForTheOneBefore() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let events = (0..<6).map { "\($0)" + String(repeating: "x", count: 20_000) }
        let server = ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            let body = events.map { "data: \($0)\n\n" }.joined()
            connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)")
        }
        let transfer = try wire.start(Ask(server.url))
        #expect(await eventually { wire.loop.counters.pauses > 0 })
        #expect(await receive(transfer).texts == events)
    }

    @Test func theHandleOfATransferThatWasClosedWhilePausedServesTheNext() async throws {
        let wire = try Wire(TransportConfiguration(ringBytes: 4096))
        let (response, texts) = Self.flood(bytes: 100_000, chunkSize: 5000)
        let server = Self.server(response)
        for round in 1...3 {
            let pauses = wire.loop.counters.pauses
            _ = try wire.start(Ask(server.url))
            let paused = try wire.start(Ask(server.url))
            #expect(await eventually { wire.loop.counters.pauses > pauses })
            if round == 2 { paused.finish() } else { _ = consume paused }
            #expect(try await wire.ask(server.url).texts == texts)
        }
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
    }
}
