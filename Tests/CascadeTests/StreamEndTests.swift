import Cascade
import CascadeTesting
import Testing

@Suite("How a stream ends early")
struct StreamEndTests {
    private static let cuts: [Fault] = [
        .reset(afterChunks: 3), .truncate(afterChunks: 3), .cleanCut(afterChunks: 3),
        .closeDelimited(afterChunks: 3), .stall(afterChunks: 3), .errorInStream(afterChunks: 3),
        .malformedEvent(afterChunks: 3),
    ]

    @Test(
        "F-02 F-05 F-06 F-07 F-08 F-18: an answer that breaks off after its first token is a typed error with what was delivered, never spliced",
        arguments: Format.allCases, cuts)
    func cut(format: Format, fault: Fault) async throws {
        let script = Script(format: format, chunks: 6, fault: fault)
        let fixture = try RouterFixture(script, Script(text: "never")) { configuration in
            configuration.providers[0].timeouts.idle = .milliseconds(150)
        }
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        var text = ""
        let error = await failure {
            for try await piece in stream.text { text += piece }
        }
        let cut = try #require(error)
        #expect(cut.code == .streamCut && cut.isRetriable)
        #expect(script.expectedText.hasPrefix(text) && !text.isEmpty && cut.delivered?.content == text)
        #expect(cut.attempts.map(\.outcome) == [.cut] && cut.attempts == stream.attempts)
        #expect(cut.attempts[0].failureClass == .cut && cut.attempts[0].reason != nil)
        // An error that comes as an event may say which status it stands for.
        #expect(cut.attempts[0].status.map { $0 == 200 || $0 >= 400 } == true)
        #expect(fixture[1].counters.requests == 0)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.failed == 1 && metrics["p0"].cuts == 1 && metrics["p0"].failed == 1)
        #expect(fixture.reports.all == cut.attempts)
        // A cut answer does not become a whole one by being asked for again.
        #expect(await failure { try await stream.collect() } == cut)
    }

    @Test("F-07: a missing end marker is a cut, but where the model said why it stopped", arguments: Format.allCases)
    func noTerminal(format: Format) async throws {
        let fixture = try RouterFixture(Script(format: format, fault: .noTerminal))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let error = await failure { try await stream.collect() }
        #expect(error?.code == (format == .openai ? nil : .streamCut))
    }

    @Test("F-19: pings are no progress: a stream that only pings falls over", arguments: Format.allCases)
    func pings(format: Format) async throws {
        let fixture = try RouterFixture(
            Script(format: format, fault: .pings(every: .milliseconds(10))), Script(text: "good")
        ) { configuration in
            configuration.providers[0].timeouts.firstToken = .milliseconds(120)
        }
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        #expect(try await stream.collect().content == "good")
        #expect(stream.attempts[0].reason == "first_token_timeout")
    }

    private static let slow: Script = {
        var script = Script(chunks: 10_000)
        script.chunkDelay = .milliseconds(1)
        return script
    }()

    @Test("what a provider told of tokens counts, also where the answer was not read to its end")
    func usageOfADroppedStream() async throws {
        var script = Self.slow
        script.format = .anthropic
        let fixture = try RouterFixture(script) {
            $0.providers[0].models[0].costPerMillionInput = 1_000_000
        }
        do { _ = try await fixture.router.stream(ChatRequest("hi")) }
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics["p0"].promptTokens > 0)
        #expect(metrics["p0"].cost > 0 && metrics.spentToday == metrics["p0"].cost)
    }

    @Test("F-38: dropping the stream closes the upstream")
    func dropStream() async throws {
        let fixture = try RouterFixture(Self.slow)
        do { _ = try await fixture.router.stream(ChatRequest("hi")) }
        #expect(await fixture[0].waitForPeerClose() != nil)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.cancelled == 1 && metrics["p0"].failed == 0 && metrics["p0"].cuts == 0)
    }

    @Test("F-38: leaving the loop closes the upstream and gives the place back, also while the stream is held")
    func dropIterator() async throws {
        let fixture = try RouterFixture(Self.slow)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        for try await _ in stream.text { break }
        #expect(await fixture[0].waitForPeerClose() != nil)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.cancelled == 1)
        #expect(stream.attempts.map(\.outcome) == [.cancelled])
        #expect(await failure { try await stream.collect() }?.code == .cancelled)
    }

    @Test("cancel() ends the stream at once: the next step throws")
    func cancel() async throws {
        let fixture = try RouterFixture(Self.slow)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        stream.cancel()
        stream.cancel()
        #expect(fixture.router.metrics.isSettled)
        var iterator = stream.events.makeAsyncIterator()
        let error = await failure { try await iterator.next() }
        #expect(error?.code == .cancelled && error?.delivered?.content == "")
        #expect(try await iterator.next() == nil)
        #expect(await fixture[0].waitForPeerClose() != nil)
    }

    @Test("F-38: cancelling the task that reads ends the stream, in the middle of a wait too")
    func cancelReader() async throws {
        let fixture = try RouterFixture(Script(chunks: 4, fault: .stall(afterChunks: 2)))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let read = Recorder<String>()
        let reader = Task {
            await failure {
                for try await piece in stream.text { read.append(piece) }
            }
        }
        await eventually { read.all.joined().split(separator: " ").count == 2 }
        reader.cancel()
        let error = await reader.value
        #expect(error?.code == .cancelled && error?.delivered?.content == read.all.joined())
        #expect(await fixture[0].waitForPeerClose() != nil)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.cancelled == 1)
    }

    @Test("a queue of readers is cancelled by any of them")
    func cancelOneOfTwo() async throws {
        let fixture = try RouterFixture(Script(chunks: 4, fault: .stall(afterChunks: 1)))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let read = Recorder<String>()
        let readers = (0..<3).map { _ in
            Task {
                await failure {
                    for try await piece in stream.text { read.append(piece) }
                }
            }
        }
        await eventually { read.all.count == 1 }
        readers[1].cancel()
        for reader in readers { #expect(await reader.value?.code == .cancelled) }
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.cancelled == 1)
    }

    @Test(
        "F-38: cancelling the caller closes the upstream before the head, and before the first token",
        arguments: [
            Fault.noAnswer, .stall(afterChunks: 0), .pings(every: .milliseconds(5)),
        ])
    func cancelBeforeCommit(fault: Fault) async throws {
        let fixture = try RouterFixture(Script(fault: fault), Script(text: "never"))
        for (index, isStream) in [true, false].enumerated() {
            let caller = Task {
                await failure {
                    if isStream {
                        _ = try await fixture.router.stream(ChatRequest("hi"))
                    } else {
                        _ = try await fixture.router.complete(ChatRequest("hi"))
                    }
                }
            }
            #expect(await fixture[0].waitForRequests(index + 1))
            caller.cancel()
            let error = await caller.value
            #expect(error?.code == .cancelled && error?.attempts.map(\.outcome) == [.cancelled])
            #expect(await fixture[0].waitForPeerClose(ofRequest: index) != nil)
        }
        #expect(fixture[1].counters.requests == 0)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.cancelled == 2 && metrics["p0"].failed == 0)
        #expect(fixture.router.status["p0"].status == .healthy)
    }

    @Test("F-38: a task that was cancelled before it called sends nothing")
    func cancelledBefore() async throws {
        let fixture = try RouterFixture(Script())
        let caller = Task {
            await eventually { Task.isCancelled }
            return await failure { try await fixture.router.complete(ChatRequest("hi")) }
        }
        caller.cancel()
        #expect(await caller.value?.code == .cancelled)
        #expect(fixture[0].counters.requests == 0 && fixture.router.metrics.isSettled)
    }
}
