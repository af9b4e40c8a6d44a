import CascadeTransport
import Synchronization
import Testing

@Suite("Transfer cancellation", .timeLimit(.minutes(1)))
struct TransferCancelTests {
    /// How far the transfer has come when it is cancelled.
    enum Phase: CaseIterable {
        case waitingForHead, waitingForTheRestOfTheHead, midBody, paused

        var bytes: String {
            switch self {
            case .waitingForHead: ""
            case .waitingForTheRestOfTheHead: "HTTP/1.1 200 OK\r\nX-Half: yes\r\n"
            case .midBody: chunkedHead() + chunk("data: 1\n\n")
            case .paused:
                chunkedHead()
                    + String(repeating: chunk("data: " + String(repeating: "x", count: 1000) + "\n\n"), count: 20)
            }
        }
    }

    /// Tells when the upstream saw its peer go.
    private final class Upstream: Sendable {
        let hasSent = Latch()
        let hasClosed = Latch()
        let closedAt = Mutex<ContinuousClock.Instant?>(nil)

        func serve(_ bytes: String) -> ScriptedServer {
            ScriptedServer { [self] connection in
                guard connection.readRequest() != nil else { return }
                connection.send(bytes)
                hasSent.open()
                let instant = connection.waitForClose()
                closedAt.withLock { $0 = instant }
                hasClosed.open()
            }
        }

        func closeTime(since instant: ContinuousClock.Instant) async -> Duration {
            await hasClosed.wait()
            return closedAt.withLock { $0 }.map { $0 - instant } ?? .seconds(1_000)
        }
    }

    private func reach(_ phase: Phase, _ wire: Wire, _ transfer: borrowing Transfer, _ upstream: Upstream) async {
        await upstream.hasSent.wait()
        switch phase {
        case .waitingForHead, .waitingForTheRestOfTheHead: break
        case .midBody: #expect(await receive(1, from: transfer) == ["1"])
        case .paused: #expect(await eventually { wire.loop.counters.pauses > 0 })
        }
    }

    /// The best of a few tries: this machine may be busy with something else in any one of them.
    private func best(_ attempt: () async throws -> Duration) async rethrows -> Duration {
        var best = Duration.seconds(1_000)
        for _ in 0..<5 where best >= .milliseconds(100) { best = min(best, try await attempt()) }
        return best
    }

    @Test(
        "L25 F-38: cancelling closes the connection within 100 ms, however far the answer has come",
        arguments: Phase.allCases)
    func cancellingClosesTheUpstreamAtOnce(phase: Phase) async throws {
        let time = try await best {
            let wire = try Wire(TransportConfiguration(ringBytes: 4096))
            let upstream = Upstream()
            let server = upstream.serve(phase.bytes)
            let transfer = try wire.start(Ask(server.url))
            await reach(phase, wire, transfer, upstream)
            let cancelled = ContinuousClock.now
            transfer.signal.cancel()
            let answer = await receive(transfer)
            #expect(answer.failure == .cancelled)
            #expect(answer.outcome?.isSent == true)
            return await upstream.closeTime(since: cancelled)
        }
        #expect(time < .milliseconds(100))
    }

    @Test(
        "L25 F-38: dropping a transfer closes its connection within 100 ms and lets go of the request",
        arguments: Phase.allCases)
    func droppingClosesTheUpstreamAtOnce(phase: Phase) async throws {
        let time = try await best {
            let wire = try Wire(TransportConfiguration(ringBytes: 4096))
            let upstream = Upstream()
            let server = upstream.serve(phase.bytes)
            let lives = RequestBytes.Lives()
            let transfer = try wire.start(Ask(server.url).with { $0.lives = lives })
            await reach(phase, wire, transfer, upstream)
            let dropped = ContinuousClock.now
            _ = consume transfer
            let time = await upstream.closeTime(since: dropped)
            #expect(await eventually { wire.loop.counters.openTransfers == 0 })
            #expect(wire.loop.counters.runningTransfers == 0)
            #expect(await eventually { lives.isZero })
            return time
        }
        #expect(time < .milliseconds(100))
    }

    /// A stream that is held open does not hold its request.
    @Test func theRequestIsLetGoOnceTheHeadIsThere() async throws {
        let server = Upstream().serve("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")
        let wire = try Wire()
        let lives = RequestBytes.Lives()
        let transfer = try wire.start(Ask(server.url).with { $0.lives = lives })
        await transfer.signal.wait()
        #expect(await eventually { lives.isZero })
        #expect(wire.loop.counters.runningTransfers == 1)
        transfer.signal.cancel()
    }

    @Test func aWaitingTaskIsWokenByACancelFromElsewhere() async throws {
        let wire = try Wire()
        let server = Upstream().serve("")
        let transfer = try wire.start(Ask(server.url))
        let signal = transfer.signal
        let handover = Mutex<Transfer?>(transfer)
        async let answer = receive(handover.withLock { $0.take()! })
        #expect(await eventually { server.requests == 1 })
        signal.cancel()
        #expect(await answer.failure == .cancelled)
    }

    @Test("F-38: an attempt may be cancelled while it connects")
    func cancellingWhileConnecting() async throws {
        let hole = BlackHole()
        let wire = try Wire()
        let transfer = try wire.start(Ask(hole.url))
        #expect(await eventually { wire.loop.counters.connectionsOpened == 1 })
        transfer.signal.cancel()
        let answer = await receive(transfer)
        #expect(answer.failure == .cancelled)
        #expect(answer.outcome?.isSent == false)
    }

    @Test func cancellingBeforeTheLoopHasSeenTheRequest() async throws {
        let wire = try Wire()
        let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
        let hold = Latch()
        let held = Latch()
        let blocker = Task(executorPreference: wire.loop.executor) {
            held.open()
            hold.waitOnThread()
        }
        await held.wait()
        let transfer = try wire.start(Ask(server.url))
        transfer.signal.cancel()
        _ = try wire.start(Ask(server.url))
        hold.open()
        await blocker.value
        #expect(await receive(transfer).failure == .cancelled)
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        #expect(server.requests == 0)
    }

    @Test func cancellingAfterTheEndChangesNothing() async throws {
        let wire = try Wire()
        let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
        let transfer = try wire.start(Ask(server.url))
        #expect(await eventually { wire.loop.counters.runningTransfers == 0 && server.requests == 1 })
        transfer.signal.cancel()
        transfer.signal.cancel()
        let answer = await receive(transfer)
        #expect(answer.failure == nil)
        #expect(answer.texts == ["1"])
    }

    @Test func whoeverOutlivesATransferCanDoNoHarm() async throws {
        let wire = try Wire()
        let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
        var stale: [Transfer.Signal] = []
        for _ in 0..<10 {
            let transfer = try wire.start(Ask(server.url))
            stale.append(transfer.signal)
            // The earlier ones name the slot that this one has now.
            for signal in stale.dropLast() {
                signal.cancel()
                await signal.wait()
            }
            #expect(await receive(transfer).failure == nil)
            #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        }
        #expect(wire.loop.counters.connectionsOpened == 1)
    }

    @Test func closingWakesWhoeverStillWaits() async throws {
        let wire = try Wire()
        let server = Upstream().serve("")
        for _ in 0..<200 {
            let transfer = try wire.start(Ask(server.url))
            let signal = transfer.signal
            async let waiting: Void = signal.wait()
            await Task.yield()
            _ = consume transfer
            await waiting
        }
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
    }
}
