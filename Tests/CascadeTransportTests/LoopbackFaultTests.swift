import CascadeTesting
import Foundation
import Testing

@Suite("LoopbackProvider's faults")
struct LoopbackFaultTests {
    typealias Fault = LoopbackProvider.Fault
    typealias Format = LoopbackProvider.WireFormatName
    typealias Script = LoopbackProvider.Script

    static let chat = "/v1/chat/completions"
    static let streaming = #"{"model":"m","messages":[],"stream":true}"#
    static let plain = #"{"model":"m","messages":[],"stream":false}"#

    private func ask(_ fault: Fault, _ body: String = streaming) throws -> LoopbackClient.Reply {
        let provider = try LoopbackProvider(script: Script(chunks: 4, fault: fault))
        return try LoopbackClient(port: provider.port).post(Self.chat, body)
    }

    // MARK: Text

    @Test func everyKindHasATextThatIsReadBack() throws {
        for (form, _) in Fault.allKinds {
            let text = form.replacingOccurrences(of: "[:TIME]", with: ":2s")
                .replacingOccurrences(of: ":TIME", with: ":250ms").replacingOccurrences(of: ":BYTES", with: ":64k")
                .replacingOccurrences(of: ":CODE", with: ":503").replacingOccurrences(of: ":N", with: ":2")
            let fault = try #require(Fault(text), "\(text)")
            #expect(Fault(fault.description) == fault)
        }
        #expect(Fault("rate-limit") == .rateLimit(retryAfter: nil))
        #expect(Fault("rate-limit:3") == .rateLimit(retryAfter: .seconds(3)))
        #expect(Fault("reset-after") == .reset(afterChunks: 0))
    }

    @Test(arguments: [
        "", "nonsense", "refuse:1", "status", "status:99", "status:x", "reset-after:-1", "reset-after:x",
        "slow-headers", "slow-headers:1h", "huge-event:9g", "pings:0", ":", "html:1000",
    ])
    func whatIsNoFaultIsRefused(_ text: String) {
        #expect(Fault(text) == nil)
    }

    // MARK: Connections

    @Test func refusedConnectionsAreRefusedUntilTheScriptChanges() throws {
        let provider = try LoopbackProvider()
        let idle = try LoopbackClient(port: provider.port)
        #expect(idle.get("/health").status == 200)
        provider.setScript(Script(fault: .refuse))
        #expect(idle.waitForEnd() == .closed)
        #expect(throws: LoopbackClient.Failure.connect(ECONNREFUSED)) { try LoopbackClient(port: provider.port) }
        provider.setScript(Script())
        #expect(try LoopbackClient(port: provider.port).get("/health").status == 200)
    }

    @Test(arguments: [
        (Fault.resetBeforeHead, LoopbackClient.Ending.reset), (.closeBeforeHead, .closed), (.refuse, .reset),
    ])
    func endsBeforeAnyByte(_ fault: Fault, _ ending: LoopbackClient.Ending) throws {
        let provider = try LoopbackProvider()
        provider.push(next: [Script(fault: fault)])
        let reply = try LoopbackClient(port: provider.port).post(Self.chat, Self.streaming)
        #expect(reply.ending == ending)
        #expect(reply.raw.isEmpty)
    }

    @Test func cutsTheHead() throws {
        let reply = try ask(.cutHead)
        #expect(reply.ending == .closed)
        #expect(reply.status == 0)
        #expect(reply.raw.starts(with: Data("HTTP/1.1 200 OK\r\n".utf8)))
    }

    // MARK: Cut streams

    @Test(arguments: [
        (Fault.reset(afterChunks: 2), LoopbackClient.Ending.reset), (.truncate(afterChunks: 2), .closed),
        (.cleanCut(afterChunks: 2), .complete), (.closeDelimited(afterChunks: 2), .closed),
    ])
    func endsAfterItsChunks(_ fault: Fault, _ ending: LoopbackClient.Ending) async throws {
        let provider = try LoopbackProvider(script: Script(chunks: 4, fault: fault))
        let reply = try LoopbackClient(port: provider.port).post(Self.chat, Self.streaming)
        #expect(reply.status == 200)
        #expect(reply.ending == ending)
        #expect(reply.body.contains("from"))
        #expect(!reply.body.contains("our"))
        #expect(!reply.body.contains("[DONE]"))
        let record = try #require(await provider.waitForOutcome())
        #expect(record.chunksSent == 2)
        #expect(record.fault == fault)
    }

    @Test func truncationIsWithinATransferChunk() throws {
        let reply = try ask(.truncate(afterChunks: 1))
        let tail = String(decoding: reply.raw, as: UTF8.self).components(separatedBy: "\r\n").suffix(2)
        let size = try #require(Int(tail.first ?? "", radix: 16))
        #expect(tail.last?.utf8.count == size / 2)
    }

    @Test(arguments: [
        (Fault.reset(afterChunks: 0), LoopbackClient.Ending.reset), (.truncate(afterChunks: 0), .closed),
        (.cleanCut(afterChunks: 0), .complete),
    ])
    func aBodyThatDoesNotStreamIsCutInHalf(_ fault: Fault, _ ending: LoopbackClient.Ending) throws {
        let whole = try ask(.closeAfterAnswer, Self.plain)
        let reply = try ask(fault, Self.plain)
        #expect(reply.ending == ending)
        #expect(reply.raw == whole.raw.prefix(whole.raw.count / 2))
    }

    @Test func onlyTheTerminalMarkerIsMissing() throws {
        for (format, marker) in [
            (Format.openai, "[DONE]"), (.anthropic, "message_stop"), (.ollama, #""done":true"#), (.gemini, "STOP"),
        ] {
            let sound = try LoopbackProvider(script: Script(chunks: 4))
            let whole = try LoopbackAnswerReader.ask(sound, format, isStreaming: true)
            sound.setScript(Script(chunks: 4, fault: .noTerminal))
            let reply = try LoopbackAnswerReader.ask(sound, format, isStreaming: true)
            #expect(reply.ending == .complete)
            #expect(reply.chunks == whole.chunks.dropLast())
            #expect(whole.chunks.last?.contains(marker) == true)
        }
    }

    @Test func stallsUntilThePeerGoes() async throws {
        let provider = try LoopbackProvider(script: Script(chunks: 4, fault: .stall(afterChunks: 1)))
        let before = ContinuousClock.now
        do {
            let client = try LoopbackClient(port: provider.port)
            client.send(LoopbackClient.post(Self.chat, Self.streaming))
            let start = try client.read(until: "Light")
            #expect(!start.contains("from"))
            #expect(provider.log.first?.outcome == .pending)
        }
        let record = try #require(await provider.waitForPeerClose())
        #expect(record.outcome == .abandoned)
        #expect(record.chunksSent == 1)
        let closed = try #require(record.closedByPeerAt)
        #expect(before < record.receivedAt && record.receivedAt < closed)
        #expect(provider.counters.openConnections == 0)
    }

    @Test func seesAReset() async throws {
        let provider = try LoopbackProvider(script: Script(fault: .noAnswer))
        do {
            let client = try LoopbackClient(port: provider.port)
            client.resetsOnClose()
            client.send(LoopbackClient.post(Self.chat, Self.streaming))
            #expect(await provider.waitForRequests(1))
        }
        #expect(await provider.waitForPeerClose()?.outcome == .abandoned)
    }

    @Test func pingsWithoutContent() throws {
        let provider = try LoopbackProvider(script: Script(chunks: 4, fault: .pings(every: .milliseconds(1))))
        let client = try LoopbackClient(port: provider.port)
        client.send(LoopbackClient.post("/v1/messages", Self.streaming))
        let ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n"
        let chunk = "\(String(ping.utf8.count, radix: 16))\r\n\(ping)\r\n"
        let text = try client.read(until: String(repeating: chunk, count: 4))
        #expect(!text.contains("content_block"))
    }

    // MARK: Answers gone wrong

    @Test(arguments: Format.allCases)
    func anErrorEndsTheStream(_ format: Format) throws {
        let provider = try LoopbackProvider(script: Script(chunks: 4, fault: .errorInStream(afterChunks: 2)))
        let reply = try LoopbackAnswerReader.ask(provider, format, isStreaming: true)
        #expect(reply.ending == .complete)
        #expect(reply.chunks.last?.contains(#""error":"#) == true)
        let answer = try LoopbackAnswerReader(reply, format, isStreaming: true)
        #expect(answer.textEvents == 2)
        #expect(!answer.isTerminated)
    }

    @Test(arguments: [
        (Fault.status(503), 503, #""error":"#), (.html(502), 502, "<!DOCTYPE html>"), (.errorIn200, 200, #""error":"#),
        (.auth, 401, "invalid_api_key"), (.contextLength, 400, "context_length_exceeded"),
        (.quota, 429, "insufficient_quota"), (.overloaded, 503, "server_is_overloaded"),
        (.rateLimit(retryAfter: nil), 429, "rate_limit_exceeded"), (.emptyBody, 200, ""),
    ])
    func answersWithAProblem(_ fault: Fault, _ status: Int, holding text: String) throws {
        for body in [Self.streaming, Self.plain] {
            let reply = try ask(fault, body)
            #expect(reply.status == status)
            #expect(reply.ending == .complete)
            #expect(text.isEmpty ? reply.raw.isEmpty : reply.body.contains(text))
        }
    }

    @Test func problemsHaveTheShapeOfTheirFormat() throws {
        let provider = try LoopbackProvider(script: Script(fault: .rateLimit(retryAfter: .milliseconds(2_500))))
        let openAI = try LoopbackAnswerReader.ask(provider, .openai, isStreaming: true)
        #expect(openAI.header("Retry-After") == "2.5")
        #expect((openAI.json["error"] as? [String: Any])?["code"] as? String == "rate_limit_exceeded")
        let anthropic = try LoopbackAnswerReader.ask(provider, .anthropic, isStreaming: true)
        #expect((anthropic.json["error"] as? [String: Any])?["type"] as? String == "rate_limit_error")
        let ollama = try LoopbackAnswerReader.ask(provider, .ollama, isStreaming: true)
        #expect(ollama.json["error"] is String)
        let gemini = try LoopbackAnswerReader.ask(provider, .gemini, isStreaming: true)
        #expect(gemini.header("Retry-After") == nil)
        #expect(gemini.body.contains(#""retryDelay":"2.5s""#))
        provider.setScript(Script(fault: .overloaded))
        #expect(try LoopbackAnswerReader.ask(provider, .anthropic, isStreaming: false).status == 529)
    }

    @Test func malformedEventsComeBetweenSoundOnes() throws {
        let sound = try ask(.closeAfterAnswer)
        let reply = try ask(.malformedEvent(afterChunks: 1))
        #expect(reply.chunks.count == sound.chunks.count + 1)
        #expect(reply.chunks[2] == "data: {\"choices\":[{\"delta\":\n\n")
        #expect(reply.chunks.last == "data: [DONE]\n\n")
    }

    @Test func oneByteAtATimeMakesTheSameAnswer() throws {
        let sound = try ask(.closeAfterAnswer)
        let reply = try ask(.oneByteAtATime)
        #expect(reply.head == sound.head)
        #expect(reply.raw == sound.raw)
    }

    @Test func sizesAreAsAsked() throws {
        let event = try ask(.hugeEvent(bytes: 100_000))
        #expect(event.chunks.contains { $0.contains(String(repeating: "x", count: 100_000)) })
        #expect(try ask(.hugeHeaders(bytes: 30_000)).head.utf8.count > 30_000)
    }

    @Test func otherOddAnswers() throws {
        #expect(try ask(.wrongContentType).header("Content-Type") == "text/plain")
        let garbage = try ask(.garbage)
        #expect(garbage.ending == .closed && !garbage.head.hasPrefix("HTTP"))
        let provider = try LoopbackProvider(script: Script(fault: .closeAfterAnswer))
        let client = try LoopbackClient(port: provider.port)
        let reply = client.post(Self.chat, Self.streaming)
        #expect(reply.ending == .complete && reply.header("Connection") == nil)
        #expect(client.waitForEnd() == .closed)
        provider.setScript(Script(fault: .slowHeaders(.milliseconds(20))))
        let start = ContinuousClock.now
        #expect(try LoopbackClient(port: provider.port).post(Self.chat, Self.streaming).ending == .complete)
        #expect(ContinuousClock.now - start >= .milliseconds(20))
    }

    // MARK: When faults strike

    @Test func pushedScriptsComeFirstAndOnce() throws {
        let provider = try LoopbackProvider()
        provider.push(next: [Script(fault: .status(500)), Script(fault: .auth)])
        let client = try LoopbackClient(port: provider.port)
        #expect((0..<3).map { _ in client.post(Self.chat, Self.plain).status } == [500, 401, 200])
    }

    @Test func everySecondRequestFails() throws {
        var script = Script(fault: .status(503))
        script.faultEvery = 2
        let provider = try LoopbackProvider(script: script)
        let client = try LoopbackClient(port: provider.port)
        #expect((0..<4).map { _ in client.post(Self.chat, Self.plain).status } == [200, 503, 200, 503])
    }

    @Test func faultsTakeTurns() throws {
        var script = Script()
        script.faults = [.status(500), .status(503), .truncate(afterChunks: 0)]
        script.faultEvery = 2
        let provider = try LoopbackProvider(script: script)
        func endings(_ count: Int) throws -> [String] {
            // A connection each: the truncated answer ends its own.
            try (0..<count).map { _ in
                let reply = try LoopbackClient(port: provider.port).post(Self.chat, Self.plain)
                return "\(reply.status) \(reply.ending)"
            }
        }
        let round = [
            "200 complete", "500 complete", "200 complete", "503 complete", "200 complete", "200 closed",
        ]
        #expect(try endings(8) == round + round.prefix(2))
        provider.setScript(script)
        #expect(try endings(6) == round)
        #expect(script.fault == .status(500))
        script.fault = nil
        #expect(script.faults.isEmpty)
    }

    @Test func chanceFollowsItsSeed() throws {
        var script = Script(fault: .status(503))
        script.faultProbability = 0.5
        let provider = try LoopbackProvider(script: script)
        let client = try LoopbackClient(port: provider.port)
        func statuses() -> [Int] { (0..<64).map { _ in client.post(Self.chat, Self.plain).status } }
        let first = statuses()
        provider.setScript(script)
        #expect(statuses() == first)
        #expect(Set(first) == [200, 503])
        script.seed = 2
        provider.setScript(script)
        #expect(statuses() != first)
    }

    @Test func probesFailOnlyIfAskedTo() throws {
        var script = Script(fault: .status(503))
        let provider = try LoopbackProvider(script: script)
        let client = try LoopbackClient(port: provider.port)
        #expect(client.get("/v1/models").status == 200)
        script.faultsProbes = true
        provider.setScript(script)
        #expect(client.get("/v1/models").status == 503)
    }
}
