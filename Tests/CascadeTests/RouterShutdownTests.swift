import Cascade
import CascadeTesting
import Foundation
import Glibc
import ServiceLifecycle
import Testing

/// What this process holds, as the kernel says.
private enum OwnProcess {
    static var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    static var loopThreads: Int {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.count { thread in
            name(ofThread: thread) == "cascade-loop\n"
        }
    }

    /// Not by Foundation, which forgets the memory that it reads into when a thread ends meanwhile.
    private static func name(ofThread thread: String) -> String? {
        let descriptor = open("/proc/self/task/\(thread)/comm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
        }
    }
}

@Suite("The life of a router", .serialized)
struct RouterShutdownTests {
    @Test(
        "F-50: shutting down ends what is in flight, whatever it waits for, with its own code",
        arguments: [
            Fault.noAnswer, .stall(afterChunks: 0), .status(500), .rateLimit(retryAfter: .seconds(20)),
        ])
    func inFlight(fault: Fault) async throws {
        let clock = MockClock()
        let fixture = try RouterFixture(Script(fault: fault), options: .quiet(clock: clock)) { configuration in
            configuration.cascade.maxAttemptsPerProvider = 2
            configuration.cascade.retryDelay = .seconds(8)
        }
        let isPaused = fault == .status(500) || fault == .rateLimit(retryAfter: .seconds(20))
        let callers = [
            Task { await failure { _ = try await fixture.router.complete(ChatRequest("hi")) } },
            Task { await failure { _ = try await fixture.router.stream(ChatRequest("hi")) } },
        ]
        // After a rate limit the second one may be held back before it sends anything.
        #expect(await fixture[0].waitForRequests(fault == .rateLimit(retryAfter: .seconds(20)) ? 1 : 2))
        if isPaused { await clock.waitForSleepers(2) }
        await fixture.router.shutdown()
        for caller in callers { #expect(await caller.value?.code == .shutdown) }
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.failed == 2 && metrics["p0"].cuts == 0)
    }

    @Test("F-50: a stream ends with what was delivered, also one that nobody reads")
    func streams() async throws {
        let fixture = try RouterFixture(Script(chunks: 9, fault: .stall(afterChunks: 2)))
        let read = try await fixture.router.stream(ChatRequest("hi"))
        let unread = try await fixture.router.stream(ChatRequest("hi"))
        let pieces = Recorder<String>()
        let reader = Task {
            await failure {
                for try await piece in read.text { pieces.append(piece) }
            }
        }
        await eventually { pieces.all.joined().split(separator: " ").count == 2 }
        await fixture.router.shutdown()
        let error = await reader.value
        #expect(error?.code == .shutdown && error?.delivered?.content == pieces.all.joined())
        #expect(await failure { try await unread.collect() }?.code == .shutdown)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.failed == 2)
    }

    @Test("F-50: within its grace a shutdown lets streams finish, and nobody in")
    func drain() async throws {
        let clock = MockClock()
        let script = Script(chunks: 40, chunkDelay: .milliseconds(2))
        let fixture = try RouterFixture(script, options: .quiet(clock: clock))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let shutdown = Task { await fixture.router.shutdown(within: .seconds(60)) }
        await clock.waitForSleepers(1)
        #expect(await failure { try await fixture.router.complete(ChatRequest("hi")) }?.code == .shutdown)
        #expect(try await stream.collect().content == script.expectedText)
        await shutdown.value
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.answered == 1)
    }

    @Test("F-50: what is not over when the grace is ends with what was delivered")
    func graceIsOver() async throws {
        let clock = MockClock()
        let fixture = try RouterFixture(
            Script(chunks: 9, fault: .stall(afterChunks: 2)), options: .quiet(clock: clock))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let pieces = Recorder<String>()
        let reader = Task {
            await failure {
                for try await piece in stream.text { pieces.append(piece) }
            }
        }
        await eventually { pieces.all.joined().split(separator: " ").count == 2 }
        let shutdown = Task { await fixture.router.shutdown(within: .seconds(60)) }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(60))
        await shutdown.value
        let error = await reader.value
        #expect(error?.code == .shutdown && error?.delivered?.content == pieces.all.joined())
    }

    @Test("F-50: a second shutdown, or a cancelled one, waits for nobody", arguments: [true, false])
    func impatience(cancels: Bool) async throws {
        let clock = MockClock()
        let fixture = try RouterFixture(Script(fault: .noAnswer), options: .quiet(clock: clock))
        let caller = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        #expect(await fixture[0].waitForRequests(1))
        let shutdown = Task { await fixture.router.shutdown(within: .seconds(60)) }
        await clock.waitForSleepers(1)
        if cancels { shutdown.cancel() } else { await fixture.router.shutdown() }
        await shutdown.value
        #expect(await caller.value?.code == .shutdown)
    }

    @Test("F-50: after it every call says so, and shutting down again does nothing")
    func afterwards() async throws {
        let fixture = try RouterFixture(Script())
        await fixture.router.shutdown()
        await fixture.router.shutdown()
        #expect(await failure { try await fixture.router.complete(ChatRequest("hi")) }?.code == .shutdown)
        #expect(await failure { try await fixture.router.stream(ChatRequest("hi")) }?.code == .shutdown)
        #expect(await failure { try fixture.router.reload(CascadeConfiguration()) }?.code == .shutdown)
        #expect(!fixture.router.setEnabled("p0", false))
        #expect(fixture.router.explain(ChatRequest("hi")).steps.isEmpty)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.failed == 2)
        #expect(await fixture.router.checkHealth().count == 1)
    }

    @Test("a stream keeps its router alive")
    func streamOutlivesRouter() async throws {
        let script = Script(chunks: 30)
        let provider = try LoopbackProvider(script: script)
        let configuration = CascadeConfiguration(loopback: [provider], formats: [.openai])
        func open() async throws -> ChatStream {
            try await CascadeRouter(configuration: configuration, options: .quiet).stream(ChatRequest("hi"))
        }
        #expect(try await open().collect().content == script.expectedText)
    }

    // In a process of its own, where no other test opens anything.
    @Test("making and letting go of routers, used and unused, leaves no descriptor and no thread")
    func leaks() async {
        await #expect(processExitsWith: .success) {
            let provider = try LoopbackProvider()
            let configuration = CascadeConfiguration(loopback: [provider], formats: [.openai])
            func once(_ index: Int) async {
                do {
                    let router = try CascadeRouter(configuration: configuration, options: .quiet)
                    if index % 3 > 0 { _ = try await router.complete(ChatRequest("hi")) }
                    if index % 3 > 1 { _ = try await router.stream(ChatRequest("hi")) }
                    if index.isMultiple(of: 2) { await router.shutdown() }
                } catch {
                    // The process's exit status alone would not say which.
                    Issue.record(error)
                }
            }
            for index in 0..<6 { await once(index) }
            await eventually { OwnProcess.loopThreads == 0 && provider.counters.openConnections == 0 }
            let descriptors = OwnProcess.descriptors
            for index in 0..<1_000 {
                await once(index)
                // Those that were let go end on their own: not all of them at once.
                if index % 50 == 49 { await eventually { OwnProcess.loopThreads == 0 } }
            }
            // The threads of routers that were let go end on their own, a moment later.
            await eventually { OwnProcess.loopThreads == 0 && provider.counters.openConnections == 0 }
            await eventually { OwnProcess.descriptors <= descriptors }
        }
    }

    @Test("two routers in one process do not touch each other")
    func two() async throws {
        let first = try RouterFixture(Script(text: "first"))
        let second = try RouterFixture(Script(text: "second"))
        #expect(try await first.router.complete(ChatRequest("hi")).content == "first")
        await first.router.shutdown()
        #expect(try await second.router.complete(ChatRequest("hi")).content == "second")
    }

    @Test("F-50: as a service it runs until the group shuts down")
    func service() async throws {
        var options = RouterOptions.quiet
        options.shutdownGrace = .zero
        let fixture = try RouterFixture(Script(fault: .noAnswer), options: options)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: fixture.router)], logger: RouterOptions.quiet.logger))
        let running = Task { try await group.run() }
        let caller = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        #expect(await fixture[0].waitForRequests(1))
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(await caller.value?.code == .shutdown)
    }

    @Test("a service whose task is cancelled shuts down, too")
    func cancelledService() async throws {
        let fixture = try RouterFixture(Script())
        let running = Task { try await fixture.router.run() }
        running.cancel()
        try await running.value
        #expect(await failure { try await fixture.router.complete(ChatRequest("hi")) }?.code == .shutdown)
    }
}
