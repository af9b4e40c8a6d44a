import CascadeTesting
import CascadeTransport
import Foundation
import Synchronization
import Testing

@Suite("EventLoop", .timeLimit(.minutes(1)))
struct EventLoopTests {
    @Test func tasksThatPreferTheExecutorRunOnOneThreadOfTheLoop() async throws {
        let loop = try EventLoop()
        func thread() -> UInt64 { UInt64(UInt(pthread_self())) }
        let first = await Task(executorPreference: loop.executor) { thread() }.value
        let threads = await withTaskGroup(of: UInt64.self) { group in
            for _ in 0..<20 {
                group.addTask(executorPreference: loop.executor) {
                    await Task.yield()
                    return thread()
                }
            }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(threads == [first])
        #expect(first != thread())
    }

    @Test func jobsWakeASleepingLoop() async throws {
        let loop = try EventLoop()
        for _ in 0..<50 {
            let before = loop.counters.rounds
            await Task(executorPreference: loop.executor) {}.value
            #expect(loop.counters.rounds >= before)
        }
        #expect(loop.counters.wakes > 0)
        #expect(loop.counters.wakes <= 60)
    }

    @Test func aRequestOnTheLoopsThreadWakesNobody() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider()
        let url = provider.baseURL + "/chat/completions"
        try await withTaskExecutorPreference(wire.loop.executor) {
            let first = try await wire.ask(url)
            #expect(first.failure == nil)
            let wakes = wire.loop.counters.wakes
            for _ in 0..<10 {
                let answer = try await wire.ask(url)
                #expect(answer.failure == nil)
            }
            #expect(wire.loop.counters.wakes == wakes)
        }
    }

    @Test func afterAShutdownJobsRunElsewhere() async throws {
        let loop = try EventLoop()
        let old = await Task(executorPreference: loop.executor) { UInt(pthread_self()) }.value
        loop.shutdown()
        await loop.waitUntilStopped()
        #expect(await Task(executorPreference: loop.executor) { UInt(pthread_self()) }.value != old)
    }

    @Test(arguments: 0..<20)
    func anIdleLoopStops(round: Int) async throws {
        let loop = try EventLoop()
        if round.isMultiple(of: 2) { await Task(executorPreference: loop.executor) {}.value }
        loop.shutdown()
        loop.shutdown()
        await loop.waitUntilStopped()
        await loop.waitUntilStopped()
    }

    @Test func aLoopThatIsStoppedFromItsOwnThreadStops() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider(script: .init(fault: .noAnswer))
        let url = provider.baseURL + "/chat/completions"
        try await withTaskExecutorPreference(wire.loop.executor) {
            let transfer = try wire.start(Ask(url))
            #expect(await provider.waitForRequests(1))
            wire.loop.shutdown()
            #expect(await receive(transfer).failure == .shutdown)
        }
        await wire.loop.waitUntilStopped()
    }

    @Test("F-50: a loop that is shut down ends what is under way, and says so")
    func shutdownEndsWhatIsUnderWay() async throws {
        let wire = try Wire()
        let provider = try LoopbackProvider(script: .init(fault: .stall(afterChunks: 1)))
        let hole = BlackHole()
        let lives = RequestBytes.Lives()
        let url = provider.baseURL + "/chat/completions"
        let answers = Task {
            try await withThrowingTaskGroup(of: Answer.self) { group in
                for index in 0..<40 {
                    let onLoop = index.isMultiple(of: 3) ? wire.loop.executor : nil
                    let ask = Ask(index.isMultiple(of: 4) ? hole.url : url).with { $0.lives = lives }
                    group.addTask(executorPreference: onLoop) { try await wire.ask(ask) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(await provider.waitForRequests(30))
        wire.loop.shutdown()
        for answer in try await answers.value { #expect(answer.failure == .shutdown) }
        await wire.loop.waitUntilStopped()
        #expect(lives.isZero)
        #expect(wire.loop.counters.openTransfers == 0)
        #expect(wire.loop.counters.runningTransfers == 0)
        #expect(wire.loop.counters.easyHandles == 0)
        #expect(await eventually { provider.counters.openConnections == 0 })
    }

    @Test func lateCallsAfterAShutdownAreHarmless() async throws {
        let wire = try Wire()
        let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
        let transfer = try wire.start(Ask(server.url))
        let signal = transfer.signal
        #expect(await eventually { wire.loop.counters.runningTransfers == 0 && server.requests == 1 })
        wire.loop.shutdown()
        // The loop waits for this transfer, which had ended before.
        while let late = try? wire.start(Ask(server.url)) { _ = consume late }
        let answer = await receive(transfer)
        #expect(answer.texts == ["1"])
        #expect(answer.failure == nil)
        await wire.loop.waitUntilStopped()
        signal.cancel()
        await signal.wait()
        #expect(throws: Wire.NotStarted.self) { _ = try wire.start(Ask(server.url)) }
        _ = try Endpoint(loop: wire.loop, options: Endpoint.Options())
        wire.loop.shutdown()
    }

    @Test func endpointsAndTheirHandlesGoWhenTheyAreLetGo() async throws {
        let loop = try EventLoop()
        let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
        do {
            var wire: Wire? = try Wire()
            let counters = { [loop = wire!.loop] in loop.counters }
            #expect(try await wire!.ask(server.url).failure == nil)
            #expect(counters().endpoints == 1 && counters().easyHandles == 1)
            wire = nil
            #expect(await eventually { counters().endpoints == 0 })
            #expect(counters().easyHandles == 0)
        }
        #expect(loop.counters.endpoints == 0)
    }

    @Test func anIdleLoopClosesItsConnectionsAndHandles() async throws {
        let wire = try Wire(TransportConfiguration(connectionMaxIdle: .seconds(1)))
        let provider = try LoopbackProvider()
        let url = provider.baseURL + "/chat/completions"
        #expect(try await wire.ask(url).failure == nil)
        // Jobs alone are no reason to keep connections.
        let jobs = Task(executorPreference: wire.loop.executor) {
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(await provider.waitForPeerClose() != nil)
        jobs.cancel()
        #expect(wire.loop.counters.easyHandles == 0)
        let answer = try await wire.ask(url)
        #expect(answer.failure == nil)
        #expect(answer.outcome?.isReusedConnection == false)
        #expect(wire.loop.counters.connectionsOpened == 2)
    }
}
