import Cascade
import CascadeTesting
import Foundation
import Logging
import Testing

@Suite("Requests, their limits and their counts")
struct RouterRequestTests {
    @Test("what a format cannot express is reported, or refused with strict fields", arguments: Format.allCases)
    func droppedFields(format: Format) async throws {
        var request = ChatRequest("hi")
        request.presencePenalty = 0.5
        request.user = "someone"
        request.parallelToolCalls = false
        let lenient = try RouterFixture(Script(format: format))
        let dropped = try await lenient.router.complete(request).droppedFields
        #expect(try await lenient.router.stream(request).droppedFields == dropped)
        #expect(dropped.isEmpty == (format == .openai))
        let strict = try RouterFixture(Script(format: format), Script(text: "other")) {
            $0.cascade.strictFields = true
        }
        let reply = try await strict.router.complete(request)
        #expect(reply.provider == (format == .openai ? "p0" : "p1") && reply.droppedFields.isEmpty)
        #expect(reply.attempts.count == 1)
    }

    @Test("a request that no format can express is refused, and nothing is sent")
    func cannotEncode() async throws {
        let fixture = try RouterFixture(Script(), Script())
        var request = ChatRequest("hi")
        request.tools = [Tool(name: "t", description: "", parameters: "{not json")]
        for _ in 0..<2 {
            let error = await failure { [request] in try await fixture.router.complete(request) }
            #expect(error?.code == .invalidRequest && error?.message.contains("tools[0]") == true)
        }
        let none = await failure { try await fixture.router.stream(ChatRequest(messages: [])) }
        #expect(none?.code == .invalidRequest)
        #expect(fixture[0].counters.requests == 0)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.requests == 3 && metrics.failed == 3 && metrics["p0"].attempts == 0)
    }

    @Test("F-17: one deadline covers the whole cascade", arguments: [true, false])
    func deadline(isStream: Bool) async throws {
        let fixture = try RouterFixture(Script(fault: .noAnswer), Script(fault: .noAnswer)) { configuration in
            configuration.providers[0].timeouts.responseHeaders = .milliseconds(50)
        }
        var request = ChatRequest("hi")
        request.deadline = .milliseconds(120)
        let error = await failure { [request] in
            if isStream {
                _ = try await fixture.router.stream(request)
            } else {
                _ = try await fixture.router.complete(request)
            }
        }
        #expect(error?.code == .deadlineExceeded && error?.message.hasPrefix("no answer within 120 ms (p0: ") == true)
        #expect(error?.attempts.map(\.provider) == ["p0", "p1"])
        #expect(error?.attempts.map(\.reason) == ["head_timeout", "total_timeout"])
        #expect(await fixture[1].waitForPeerClose() != nil)
        #expect(fixture.router.metrics.isSettled)
    }

    @Test("the deadline does not cut an answer that is streaming")
    func deadlineAfterCommit() async throws {
        var script = Script(chunks: 30)
        script.chunkDelay = .milliseconds(5)
        let fixture = try RouterFixture(script)
        var request = ChatRequest("hi")
        request.deadline = .milliseconds(60)
        #expect(try await fixture.router.stream(request).collect().content == script.expectedText)
    }

    @Test("F-42: at the limit of requests the next one waits its turn")
    func waitsItsTurn() async throws {
        let clock = MockClock()
        var options = RouterOptions.quiet(clock: clock)
        options.tuning.maxConcurrentRequests = 1
        let fixture = try RouterFixture(Script(text: "good"), options: options)
        fixture[0].push(next: [Script(fault: .noAnswer)])
        let first = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        #expect(await fixture[0].waitForRequests(1))
        let second = Task { try await fixture.router.complete(ChatRequest("hi")).content }
        await clock.waitForSleepers()
        #expect(fixture.router.metrics.active == 1 && fixture[0].counters.requests == 1)
        first.cancel()
        #expect(await first.value?.code == .cancelled)
        #expect(try await second.value == "good")
        #expect(fixture.router.metrics.isSettled && clock.sleeperCount == 0)
    }

    @Test(
        "F-38 F-42: a turn that does not come in time is an error, a cancelled wait another",
        arguments: [
            CascadeError.Code.overloaded, .cancelled, .shutdown,
        ])
    func turnNeverComes(code: CascadeError.Code) async throws {
        let clock = MockClock()
        var options = RouterOptions.quiet(clock: clock)
        options.tuning.memoryLimitBytes = 1
        let fixture = try RouterFixture(Script(fault: .noAnswer), options: options)
        let first = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        #expect(await fixture[0].waitForRequests(1))
        let second = Task { await failure { try await fixture.router.stream(ChatRequest("hi")) } }
        await clock.waitForSleepers()
        switch code {
        case .overloaded: clock.advance(by: .seconds(10))
        case .cancelled: second.cancel()
        default: await fixture.router.shutdown()
        }
        let error = await second.value
        #expect(error?.code == code && error?.attempts.isEmpty == true)
        first.cancel()
        _ = await first.value
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.requests == 2 && fixture[0].counters.requests == 1)
        #expect(metrics.cancelled == (code == .cancelled ? 2 : code == .shutdown ? 0 : 1))
    }

    @Test("a large request that gives up lets smaller ones behind it in")
    func headOfQueue() async throws {
        let clock = MockClock()
        var options = RouterOptions.quiet(clock: clock)
        options.tuning.memoryLimitBytes = 8 * options.tuning.ringBytes
        let fixture = try RouterFixture(Script(text: "good"), options: options)
        fixture[0].push(next: [Script(fault: .noAnswer)])
        let first = Task { await failure { try await fixture.router.complete(ChatRequest("hi")) } }
        #expect(await fixture[0].waitForRequests(1))
        let text = String(repeating: "x", count: 8 * options.tuning.ringBytes)
        let large = Task { await failure { try await fixture.router.complete(ChatRequest(text)) } }
        await clock.waitForSleepers(1)
        let small = Task { try await fixture.router.complete(ChatRequest("hi")).content }
        await clock.waitForSleepers(2)
        large.cancel()
        #expect(await large.value?.code == .cancelled)
        #expect(try await small.value == "good")
        first.cancel()
        _ = await first.value
        #expect(fixture.router.metrics.isSettled)
    }

    @Test("F-42: what is kept of an answer counts against the memory limit until it has ended")
    func answerTakesMemory() async throws {
        let clock = MockClock()
        var options = RouterOptions.quiet(clock: clock)
        options.tuning.memoryLimitBytes = 8 * options.tuning.ringBytes
        var long = Script(text: String(repeating: "0123456789abcdef", count: 1 << 16), chunks: 64)
        long.fault = .stall(afterChunks: 60)
        let fixture = try RouterFixture(long, options: options)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        fixture[0].setScript(Script(text: "good"))
        let read = Recorder<Int>()
        let reader = Task {
            await failure {
                for try await piece in stream.text { read.append(piece.utf8.count) }
            }
        }
        await eventually { read.all.reduce(0, +) == 60 << 14 }
        let next = Task { try await fixture.router.complete(ChatRequest("hi")).content }
        await clock.waitForSleepers(1)
        reader.cancel()
        #expect(await reader.value?.code == .cancelled)
        #expect(try await next.value == "good")
        #expect(fixture.router.metrics.isSettled)
    }

    @Test("two hundred requests at once all find an answer while the first provider fails every second one")
    func manyAtOnce() async throws {
        var failing = Script(fault: .status(500))
        failing.faultEvery = 2
        let fixture = try RouterFixture(failing, Script())
        let expected = Script().expectedText
        let right = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let request = ChatRequest("hi \(index)")
                    if index.isMultiple(of: 2) {
                        return (try? await fixture.router.complete(request))?.content == expected
                    }
                    return (try? await fixture.router.stream(request).collect())?.content == expected
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 200)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.answered == 200 && metrics.fallbacks > 0)
        #expect(metrics.providers.map(\.successful).reduce(0, +) == 200)
    }

    @Test("failures of every passing kind in turn: the first provider is asked each time", arguments: [true, false])
    func passingFaults(isStream: Bool) async throws {
        var failing = Script()
        failing.faults = [.status(500), .resetBeforeHead, .status(503), .truncate(afterChunks: 0)]
        failing.faultEvery = 2
        let fixture = try RouterFixture(failing, Script()) {
            $0.cascade.circuitBreaker.failureThreshold = 1_000
        }
        for index in 0..<16 {
            let request = ChatRequest("hi")
            let reply =
                try await isStream
                ? fixture.router.stream(request).collect() : fixture.router.complete(request)
            #expect(reply.content == Script().expectedText)
            #expect(reply.attempts.map(\.provider) == (index.isMultiple(of: 2) ? ["p0"] : ["p0", "p1"]))
        }
        #expect(fixture.providers.map(\.counters.requests) == [16, 8])
    }

    @Test("the figures of status and metrics")
    func figures() async throws {
        let fixture = try RouterFixture(Script(format: .ollama), Script(format: .anthropic)) { configuration in
            configuration.providers[1].models.append(ModelConfiguration(name: "other"))
        }
        for _ in 0..<3 { _ = try await fixture.router.complete(ChatRequest("hi")) }
        fixture[0].setScript(Script(format: .ollama, fault: .status(500)))
        _ = try await fixture.router.stream(ChatRequest("hi")).collect()
        let metrics = fixture.router.metrics
        #expect(metrics.requests == 4 && metrics.answered == 4 && metrics.fallbacks == 1 && metrics.failed == 0)
        let first = metrics["p0"]
        #expect(first.totalRequests == 4 && first.successful == 3 && first.failed == 1 && first.errorRate == 0.25)
        #expect(first.attempts == 4 && first.promptTokens == 27 && first.completionTokens == 24)
        #expect(first.latency.count == 3 && first.timeToFirstToken.count == 0 && first.averageLatency > .zero)
        #expect(first.status == .degraded && first.type == .ollama)
        #expect(metrics["p1"].timeToFirstToken.count == 1 && metrics["p1"].status == .healthy)
        let status = fixture.router.status
        #expect(status.healthyCount == 1 && status.degradedCount == 1 && status.unhealthyCount == 0)
        #expect(status["p1"].models == ["p1-model", "other"] && status["p1"].defaultModel == "p1-model")
        #expect(status.providers.map(\.priority) == [1, 2])
    }

    @Test("images and sounds are read from files, and a bad file is the caller's error")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cascade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ bytes: [UInt8]) throws -> String {
            let url = folder.appending(path: name)
            try Data(bytes).write(to: url)
            return url.path
        }
        let png = try file("a.bin", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        let link = folder.appending(path: "link.png").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: png)
        let fixture = try RouterFixture(Script()) { configuration in
            configuration.providers[0].models[0].capabilities = ["text", "vision", "audio"]
        }
        func ask(_ part: ContentPart) async throws {
            _ = try await fixture.router.complete(ChatRequest(messages: [.user([.text("what?"), part])]))
        }
        for path in [png, link] {
            try await ask(.image(.file(path: path)))
            #expect(fixture[0].log.last?.bodyText.contains("data:image/png;base64,iVBORw0KGgo=") == true)
        }
        try await ask(.audio(.file(path: try file("a.wav", Array("RIFF0000WAVEfmt ".utf8)))))
        #expect(fixture[0].log.last?.bodyText.contains("\"wav\"") == true)
        let large = try file("large.png", [0x89, 0x50, 0x4E, 0x47])
        try FileHandle(forWritingTo: URL(filePath: large)).truncate(atOffset: 21 << 20)
        let bad: [(ContentPart, String)] = [
            (.image(.file(path: folder.path)), "is a directory"),
            (.image(.file(path: folder.path + "/none.png")), "no such file"),
            (.image(.file(path: large)), "is 21 MiB; at most 20 MiB"),
            (.image(.file(path: try file("text.png", Array("hello".utf8)))), "not a JPEG, PNG, GIF, WebP or BMP"),
            (.image(.file(path: "/dev/null")), "is not a regular file"),
            (.audio(.file(path: png)), "not a WAV or MP3"),
        ]
        for (part, message) in bad {
            let error = await failure { try await ask(part) }
            #expect(error?.code == .invalidRequest && error?.message.contains(message) == true)
        }
        #expect(fixture[0].counters.requests == 3 && fixture.router.metrics.isSettled)
    }
}
