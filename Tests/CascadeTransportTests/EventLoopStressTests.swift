import CascadeTesting
import CascadeTransport
import Foundation
import Testing

@Suite("EventLoop under stress", .timeLimit(.minutes(1)))
struct EventLoopStressTests {
    /// SplitMix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test("F-38 F-42: whatever callers do, no transfer, handle or request is left behind")
    func whateverTasksDoNothingIsLeftBehind() async throws {
        var options = Endpoint.Options()
        options.maxIdle = 8
        let wire = try Wire(TransportConfiguration(ringBytes: 4096, maxIdle: 8), options: options)
        let provider = try LoopbackProvider(script: .init(chunks: 60), logLimit: 0)
        let closed = ClosedPort()
        let lives = RequestBytes.Lives()
        let ask = Ask(provider.baseURL + "/chat/completions").with { $0.lives = lives }
        let refused = Ask(closed.url).with { $0.lives = lives }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<12 {
                group.addTask(executorPreference: worker.isMultiple(of: 3) ? wire.loop.executor : nil) {
                    var generator = Generator(state: UInt64(worker))
                    for _ in 0..<200 { try await Self.step(wire, ask, refused, &generator) }
                }
            }
            try await group.waitForAll()
        }
        #expect(await eventually { wire.loop.counters.openTransfers == 0 })
        #expect(wire.loop.counters.runningTransfers == 0)
        #expect(await eventually { lives.isZero })
        #expect(wire.loop.counters.easyHandles <= 8)
        // It still works.
        #expect(try await wire.ask(ask).failure == nil)
        wire.loop.shutdown()
        await wire.loop.waitUntilStopped()
    }

    private static func step(_ wire: Wire, _ ask: Ask, _ refused: Ask, _ generator: inout Generator) async throws {
        let choice = Int.random(in: 0..<9, using: &generator)
        let transfer = try wire.start(choice == 0 ? refused : ask)
        let signal = transfer.signal
        let canceller = choice == 1 ? Task.detached { signal.cancel() } : nil
        defer { canceller?.cancel() }
        switch choice {
        case 0: #expect(await receive(transfer).failure == .connect)
        case 1:
            let failure = await receive(transfer).failure
            #expect(failure == nil || failure == .cancelled)
            _ = await canceller?.value
        case 2: _ = consume transfer
        case 3:
            signal.cancel()
            #expect(await receive(transfer).failure == .cancelled)
        case 4:
            _ = await receive(Int.random(in: 1..<20, using: &generator), from: transfer)
        case 5:
            _ = await receive(Int.random(in: 1..<60, using: &generator), from: transfer)
            transfer.finish()
        case 6:
            transfer.setTotalDeadline(EventLoop.now + UInt64.random(in: 0..<3_000_000, using: &generator))
            let failure = await receive(transfer).failure
            #expect(failure == nil || failure == .totalTimeout)
        case 7:
            _ = await receive(1, from: transfer)
            async let waiting: Void = signal.wait()
            _ = consume transfer
            await waiting
        default: #expect(await receive(transfer).failure == nil)
        }
    }

    /// Sockets, event, epoll and timer descriptors of this process, and what of these a child would inherit.
    private static func descriptors() throws -> (all: [String], inherited: [String]) {
        let files = FileManager.default
        var all: [String] = []
        var inherited: [String] = []
        for name in try files.contentsOfDirectory(atPath: "/proc/self/fd").sorted() {
            guard let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
                target.hasPrefix("socket:") || target.hasPrefix("anon_inode:")
            else { continue }
            all.append(name)
            if let number = Int32(name), fcntl(number, F_GETFD) & FD_CLOEXEC == 0 { inherited.append(name) }
        }
        return (all, inherited)
    }

    @Test("L28 F-40: connections are not inherited by child processes, and none is left behind")
    func noDescriptorIsLeftBehindOrInherited() async {
        // In a process of its own, where no other test opens and closes descriptors.
        await #expect(processExitsWith: .success) {
            func round() async throws {
                let inherited = try EventLoopStressTests.descriptors().inherited.count
                let provider = try LoopbackProvider()
                let wire = try Wire()
                let transfer = try wire.start(Ask(provider.baseURL + "/chat/completions"))
                #expect(await receive(3, from: transfer) != nil)
                // libcurl's own pair of sockets, by which nothing is sent, is the exception.
                #expect(try EventLoopStressTests.descriptors().inherited.count <= inherited + 2)
                _ = await receive(transfer)
                let stalled = try LoopbackProvider(script: .init(fault: .noAnswer))
                let cancelled = try wire.start(Ask(stalled.baseURL + "/chat/completions"))
                #expect(await stalled.waitForRequests(1))
                cancelled.signal.cancel()
                #expect(await receive(cancelled).failure == .cancelled)
                wire.loop.shutdown()
                await wire.loop.waitUntilStopped()
            }
            // Whatever the runtime opens once is open after the first round.
            try await round()
            let before = try EventLoopStressTests.descriptors().all
            try await round()
            let isBack = await eventually { (try? EventLoopStressTests.descriptors().all) == before }
            #expect(isBack)
        }
    }

    @Test("F-41: writing to a peer that is gone raises no signal")
    func aPeerThatIsGoneRaisesNoSignal() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let wire = try Wire()
            let server = ScriptedServer { connection in
                guard connection.readHead() != nil else { return }
                connection.reset()
            }
            for _ in 0..<20 {
                let ask = Ask(server.url).with { $0.body = [UInt8](repeating: 0x20, count: 4 << 20) }
                let answer = try await wire.ask(ask)
                #expect(answer.failure == .reset || answer.failure == .noResponse)
            }
        }
    }

    @Test("L27 F-42: a lack of descriptors is this process's own fault, and never the provider's")
    func aLackOfDescriptorsIsTheProcesssOwnFault() async {
        await #expect(processExitsWith: .success) {
            let server = ScriptedServer(answering: response("200 OK", "data: 1\n\n"))
            let other = ScriptedServer(answering: "")
            let wire = try Wire()
            #expect(try await wire.ask("http://localhost:\(server.port)/").failure == nil)
            var limit = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let full = rlimit(rlim_cur: 64, rlim_max: limit.rlim_max)
            unsafe withUnsafePointer(to: full) { _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), $0) }
            var hoard: [Int32] = []
            while case let descriptor = dup(1), descriptor >= 0 { hoard.append(descriptor) }
            let failed = try await wire.ask("http://127.0.0.1:1/")
            let unresolved = try await wire.ask("http://name.invalid/")
            // One to spare becomes the socket; the certificates are a file for which there is none.
            close(hoard.removeLast())
            let uncertified = try await wire.ask("https://127.0.0.1:\(other.port)/")
            for descriptor in hoard { close(descriptor) }
            #expect(uncertified.failure == .local)
            #expect(failed.failure == .local)
            #expect(unresolved.failure == .local)
            #expect(try await wire.ask(server.url).failure == nil)
        }
    }
}
