import Cascade
import CascadeTesting
import Testing

@Suite("Reading a stream")
struct StreamReadingTests {
    private static let words = Script(text: "one two three four")

    @Test("the pieces of the text make the answer, in every format", arguments: Format.allCases)
    func text(format: Format) async throws {
        let script = Script(format: format, chunks: 12)
        let fixture = try RouterFixture(script)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        #expect(stream.provider == "p0" && stream.model == "p0-model" && !stream.isFallbackModel)
        var pieces: [String] = []
        for try await piece in stream.text { pieces.append(piece) }
        #expect(pieces.joined() == script.expectedText && pieces.allSatisfy { !$0.isEmpty })
        #expect(stream.finishReason == .stop && stream.usage?.completionTokens == 12)
        #expect(stream.attempts.map(\.outcome) == [.answered])
        #expect(fixture.reports.all == stream.attempts)
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics["p0"].completionTokens == 12)
    }

    @Test("forEachText hands over the same text as bytes", arguments: Format.allCases)
    func bytes(format: Format) async throws {
        let script = Script(format: format, text: "Grüße, 世界 — 👩‍👩‍👧 ok", chunks: 7)
        let fixture = try RouterFixture(script)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        var bytes: [UInt8] = []
        try await stream.forEachText { piece in
            for index in piece.indices { bytes.append(piece[index]) }
        }
        #expect(String(decoding: bytes, as: UTF8.self) == script.expectedText)
        #expect(stream.usage != nil && stream.finishReason == .stop)
        // They were handed over to be used; a copy of them is kept for nobody.
        #expect(try await stream.collect().content.isEmpty)
    }

    @Test("events tell reasoning, tool calls, usage and the end", arguments: Format.allCases)
    func events(format: Format) async throws {
        var script = Script(format: format, text: "text")
        script.reasoning = "because"
        script.toolCall = LoopbackProvider.ToolCall(id: "c1", name: "look", arguments: #"{"at":"sky"}"#)
        let fixture = try RouterFixture(script)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        var reasoning = ""
        var text = ""
        var arguments = ""
        var names: [String] = []
        var last: ChatEvent?
        for try await event in stream.events {
            switch event {
            case .reasoning(let piece): reasoning += piece
            case .text(let piece): text += piece
            case .toolCallStarted(_, _, let name): names.append(name)
            case .toolCallArguments(_, let piece): arguments += piece
            case .usage: continue
            case .finished: break
            }
            last = event
        }
        #expect(reasoning == "because" && text == "text" && names == ["look"] && arguments.contains("sky"))
        #expect(last == .finished(.toolCalls) && stream.finishReason == .toolCalls)
        let reply = try await stream.collect()
        #expect(reply.toolCalls.map(\.name) == ["look"] && reply.toolCalls[0].arguments == arguments)
        #expect(reply.reasoning == "because")
    }

    @Test("a whole answer has the same content as a stream", arguments: Format.allCases)
    func wholeAnswer(format: Format) async throws {
        var script = Script(format: format, text: "text")
        script.reasoning = "because"
        script.toolCall = LoopbackProvider.ToolCall(id: "c1", name: "look", arguments: #"{"at":"sky"}"#)
        let fixture = try RouterFixture(script)
        let whole = try await fixture.router.complete(ChatRequest("hi"))
        let streamed = try await fixture.router.stream(ChatRequest("hi")).collect()
        #expect(whole.content == streamed.content && whole.reasoning == streamed.reasoning)
        #expect(whole.toolCalls.map(\.name) == streamed.toolCalls.map(\.name))
        #expect(whole.toolCalls.map(\.arguments.description) == streamed.toolCalls.map(\.arguments.description))
        #expect(whole.usage == streamed.usage && whole.finishReason == streamed.finishReason)
        #expect(whole.timeToFirstToken == whole.latency && whole.attempts.count == 1)
    }

    @Test("collect returns the part that was read before, too")
    func collectAfterPart() async throws {
        let fixture = try RouterFixture(Self.words)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        var iterator = stream.text.makeAsyncIterator()
        let first = try #require(try await iterator.next())
        let reply = try await stream.collect()
        #expect(reply.content == "one two three four" && reply.content.hasPrefix(first))
        #expect(try await iterator.next() == nil)
    }

    @Test("two readers at once share the pieces, and both come to the end")
    func twoReaders() async throws {
        var script = Script(chunks: 40)
        script.chunkDelay = .milliseconds(1)
        let fixture = try RouterFixture(script)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var count = 0
                    for try await piece in stream.text { count += piece.split(separator: " ").count }
                    return count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.reduce(0, +) == 40)
        #expect(try await stream.collect().content.split(separator: " ").count == 40)
    }

    @Test("F-39: a reader that is late makes the provider wait, and loses nothing")
    func lateReader() async throws {
        let script = Script(text: String(repeating: "0123456789abcdef", count: 1 << 20), chunks: 4_096)
        let fixture = try RouterFixture(script)
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        // Sixteen megabytes do not fit the ring and the largest socket buffers while nobody reads.
        #expect(await fixture[0].waitForRequests(1))
        #expect(fixture[0].log[0].outcome == .pending)
        var length = 0
        try await stream.forEachText { length += $0.count }
        #expect(length == 1 << 24)
        #expect(fixture[0].log[0].outcome == .answered)
    }

    @Test("an answer without a token is an answer")
    func emptyAnswer() async throws {
        let fixture = try RouterFixture(Script(chunks: 0))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        #expect(try await stream.collect().content == "")
        #expect(try await fixture.router.complete(ChatRequest("hi")).content == "")
        #expect(fixture.router.metrics.isSettled && fixture.router.metrics.answered == 2)
    }
}
