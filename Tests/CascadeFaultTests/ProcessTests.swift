import CascadeTesting
import CascadeTransport
import Glibc
import Testing

@testable import Cascade

extension FaultMatrix {
    @Suite("This process, its callers and its time")
    struct ProcessTests {
        // MARK: Callers

        /// Where a request may be when its caller goes away.
        enum Phase: CaseIterable {
            case connecting, head, firstToken, wholeAnswer, reading, backOff, cooldown, admission
        }

        @Test(
            "F-38: whoever goes away is gone in every phase: the upstream is closed, and nobody is blamed",
            arguments: Phase.allCases)
        func callerGoes(phase: Phase) async throws {
            let hole = BlackHole()
            let stalling = Raw(Wire.head(fields: Wire.chunked), ending: .hold)
            let begun = Raw(
                Wire.head(fields: Wire.chunked) + Wire.chunk(Wire.openAIEvents(deltas: [#"{"content":"a"}"#])[0]),
                ending: .hold)
            let response: Raw =
                switch phase {
                case .firstToken: stalling
                case .reading: begun
                case .backOff: Wire.response("500 No", "{}")
                case .cooldown: Wire.response("429 No", fields: "Retry-After: 20\r\n", "{}")
                case .connecting, .head, .wholeAnswer, .admission: Raw(ending: .hold)
                }
            try await withBed(
                Script(raw: response),
                configure: { configuration in
                    configuration.cascade.maxAttemptsPerProvider = 2
                    configuration.cascade.retryDelay = .seconds(30)
                    if phase == .connecting { configuration.providers[0].baseURL = "http://127.0.0.1:\(hole.port)" }
                },
                tune: { if phase == .admission { $0.tuning.maxConcurrentRequests = 1 } }
            ) { bed in
                var first: Task<StreamEnd, Never>?
                if phase == .admission {
                    first = Task { await bed.ask(streaming: true) }
                    #expect(await bed[0].waitForRequests(1))
                }
                let caller = Task { await bed.ask(streaming: phase != .wholeAnswer) }
                await reach(phase, bed)
                caller.cancel()
                #expect(await caller.value.error?.code == .cancelled)
                first?.cancel()
                _ = await first?.value
                if phase != .connecting { #expect(await bed[0].waitForOutcome() != nil) }
                #expect(bed[0].counters.requests == (phase == .connecting ? 0 : 1))
                let blame = phase == .backOff ? 1 : 0
                #expect(bed.countedFailures == blame && bed.router.metrics["p0"].cuts == 0)
                #expect(bed.router.metrics.cancelled == (phase == .admission ? 2 : 1))
            }
        }

        private func reach(_ phase: Phase, _ bed: Bed) async {
            switch phase {
            case .connecting:
                await eventually("a connection is tried") {
                    bed.router.core.loops[0].counters.connectionsOpened == 1
                }
            case .head, .wholeAnswer: #expect(await bed[0].waitForRequests(1))
            case .firstToken: #expect(await bed[0].waitForRequests(1))
            case .reading: await eventually("a token is there") { bed.router.metrics["p0"].timeToFirstToken.count == 1 }
            case .backOff, .cooldown, .admission: await bed.clock.waitForSleepers()
            }
        }

        @Test("F-39: a reader that does not read makes the provider wait, is not timed out, and loses nothing")
        func slowReader() async throws {
            // Sixteen megabytes do not fit the ring and the largest socket buffers.
            let piece = String(repeating: "0123456789abcdef", count: 1 << 10)
            var events = Wire.openAIEvents(deltas: [#"{"content":"\#(piece)"}"#])
            events[0] = String(repeating: events[0], count: 1 << 10)
            let response = Raw(Wire.head() + events.joined(), ending: .close)
            try await withBed(
                Script(raw: response),
                configure: { $0.providers[0].timeouts.idle = .milliseconds(150) }
            ) { bed in
                let stream = try await bed.router.stream(ChatRequest("hi"))
                await eventually("the ring is full") { bed.router.core.loops[0].counters.pauses > 0 }
                #expect(bed.router.core.admission.bytes < 4 << 20)
                // Longer than the provider may be silent, by the transfer's own clock.
                try await Task.sleep(for: .milliseconds(250))
                #expect(bed[0].log[0].outcome == .pending)
                var length = 0
                try await stream.forEachText { length += $0.count }
                #expect(length == 1 << 24 && bed[0].log[0].outcome == .brokenOff)
            }
        }

        // MARK: The process

        @Test("F-40: no child inherits a connection or a loop's descriptor of a router at work")
        func inheritance() async throws {
            let before = Set(Descriptors.all)
            let begun =
                Wire.head(fields: Wire.chunked) + Wire.chunk(Wire.openAIEvents(deltas: [#"{"content":"a"}"#])[0])
            try await withBed(Script(raw: Raw(begun, ending: .hold))) { bed in
                let stream = try await bed.router.stream(ChatRequest("hi"))
                let own = Descriptors.all.filter { !before.contains($0) }
                let inherited = own.filter { descriptor in
                    let flags = fcntl(descriptor, F_GETFD)
                    // libcurl's own pair, which wakes it and carries nothing, is beyond reach.
                    return flags >= 0 && flags & FD_CLOEXEC == 0 && domain(of: descriptor) != AF_UNIX
                }
                #expect(own.count > 4 && inherited.isEmpty)
                stream.cancel()
            }
        }

        /// Of a socket; nil for other descriptors.
        private func domain(of descriptor: Int32) -> Int32? {
            var domain: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            return unsafe getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 ? domain : nil
        }

        @Test("F-41: a connection that dies under an upload raises no signal")
        func brokenPipe() async throws {
            let handler = signal(SIGPIPE, SIG_DFL)
            defer { signal(SIGPIPE, handler) }
            var early = Script(raw: Raw(ending: .reset))
            early.answersEarly = true
            let request = ChatRequest(String(repeating: "long ", count: 1 << 20))
            try await withBed(early, Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(request, streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .ambiguous)
                }
            }
        }

        @Test("F-42: without descriptors the fault is ours: nobody is blamed or asked instead, and it passes")
        func noDescriptors() async throws {
            try await withBed(Script(text: "good"), Script(text: "never")) { bed in
                for streaming in [false, true] {
                    let hoard = Hoard()
                    let end = await bed.ask(streaming: streaming)
                    hoard.release()
                    #expect(end.error?.code == .local && end.error?.isRetriable == true)
                    #expect(end.attempts.map(\.failureClass) == [.local])
                }
                #expect(bed.countedFailures == 0 && bed[1].counters.requests == 0)
                #expect(await bed.ask(streaming: true).reply?.content == "good")
            }
        }

        // MARK: Time and crowds

        @Test("F-43: when hours pass at once, pauses are over and a stream under way goes on")
        func clockJumps() async throws {
            let script = Script(chunks: 4)
            try await withBed(
                script, Script(text: "other"), configure: { $0.cascade.circuitBreaker.failureThreshold = 1 }
            ) { bed in
                let stream = try await bed.router.stream(ChatRequest("hi"))
                bed[0].push(next: [Script(fault: .status(500))])
                #expect(await bed.ask(streaming: false).reply?.content == "other")
                #expect(bed.router.status["p0"].circuitState == .open)
                bed.clock.advance(by: .seconds(8 * 3_600))
                #expect(try await stream.collect().content == script.expectedText)
                #expect(await bed.ask(streaming: false).attempts.map(\.provider) == ["p0"])
            }
        }

        @Test("F-45: however many providers there are, a request makes no more attempts than it may")
        func attempts() async throws {
            let failing = Script(raw: Wire.response("500 No", "{}"))
            try await withBed(
                failing, failing, failing, failing,
                configure: {
                    $0.cascade.maxAttempts = 3
                    $0.cascade.maxAttemptsPerProvider = 2
                }
            ) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.error?.code == .allProvidersFailed)
                    #expect(end.attempts.map(\.provider) == ["p0", "p1", "p2"])
                }
                #expect(bed.providers.map(\.counters.requests) == [2, 2, 2, 0])
            }
        }

        @Test("F-45: second attempts come out of one budget, which requests that fail do not fill")
        func budget() async throws {
            try await withBed(
                Script(raw: Wire.response("500 No", "{}")),
                configure: {
                    $0.cascade.maxAttemptsPerProvider = 2
                    $0.cascade.circuitBreaker.failureThreshold = 1_000
                },
                tune: { $0.clock = SystemClock() }
            ) { bed in
                for _ in 0..<30 { #expect(await bed.ask(streaming: false).error != nil) }
                #expect(bed[0].counters.requests == 40)
            }
        }

        @Test("F-46: those who left a provider together do not come back together")
        func herd() async throws {
            var times: Set<Duration> = []
            for seed in 0..<6 {
                try await withBed(
                    Script(raw: Wire.response("500 No", "{}")),
                    configure: { $0.cascade.circuitBreaker.failureThreshold = 1 },
                    tune: { $0.seed = UInt64(seed) }
                ) { bed in
                    _ = await bed.ask(streaming: false)
                    times.insert(try #require(bed.router.status["p0"].circuitOpenFor))
                }
            }
            #expect(times.count == 6)
            #expect(times.allSatisfy { $0 >= .seconds(54) && $0 <= .seconds(66) })
        }

        @Test("F-46: of a crowd that waits for a provider, two try it when its time has come")
        func probes() async throws {
            try await withBed(
                Script(raw: Wire.response("500 No", "{}")), Script(text: "other"),
                configure: { $0.cascade.circuitBreaker.failureThreshold = 1 }
            ) { bed in
                _ = await bed.ask(streaming: false)
                bed[0].setScript(Script(raw: Raw(ending: .hold)))
                bed.clock.advance(by: .seconds(70))
                let crowd = (0..<20).map { _ in Task { await bed.ask(streaming: true) } }
                #expect(await bed[1].waitForRequests(19))
                #expect(await bed[0].waitForRequests(3))
                await eventually("all others are answered") { bed.router.metrics.answered == 19 }
                for caller in crowd { caller.cancel() }
                for caller in crowd { _ = await caller.value }
                #expect(bed.router.metrics.cancelled == 2 && bed[0].counters.requests == 3)
            }
        }
    }
}

/// All the descriptors that this process may still open.
private final class Hoard {
    private var descriptors: [Int32] = []
    private var usual = rlimit()

    init() {
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
        var lower = usual
        lower.rlim_cur = 256
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &lower)
        while true {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            descriptors.append(descriptor)
        }
    }

    func release() {
        for descriptor in descriptors { close(descriptor) }
        descriptors = []
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
    }
}
