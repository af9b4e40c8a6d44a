import CascadeTesting
import Foundation
import Testing

@Suite("LoopbackProvider")
struct LoopbackProviderTests {
    typealias Script = LoopbackProvider.Script
    typealias Format = LoopbackProvider.WireFormatName

    static let chat = "/v1/chat/completions"
    static let streaming = #"{"model":"m","messages":[],"stream":true}"#
    static let plain = #"{"model":"m","messages":[],"stream":false}"#

    // MARK: Answers

    @Test(arguments: Format.allCases, [true, false])
    func answersInEveryFormat(_ format: Format, isStreaming: Bool) throws {
        var script = Script(text: "Grüße \"to\"\nyou 👋", chunks: 5)
        script.reasoning = "hm"
        script.toolCall = LoopbackProvider.ToolCall(name: "look", arguments: #"{"at":["sky","sea"]}"#)
        let provider = try LoopbackProvider(script: script)
        let reply = try LoopbackAnswerReader.ask(provider, format, isStreaming: isStreaming)
        let answer = try LoopbackAnswerReader(reply, format, isStreaming: isStreaming)
        #expect(reply.ending == .complete)
        #expect(answer.text == script.expectedText)
        #expect(answer.text == "Grüße \"to\"\nyou 👋")
        #expect(answer.reasoning == "hm")
        #expect(answer.toolArguments == script.toolCall?.arguments)
        #expect(answer.model == "asked-model")
        #expect(answer.completionTokens == 5)
        #expect(answer.isTerminated)
        if isStreaming { #expect(answer.textEvents == 5) }
    }

    @Test func everyChunkIsAWordOfItsOwn() throws {
        let script = Script(chunks: 100)
        #expect(Set(script.expectedText.split(separator: " ")).count == 100)
        let provider = try LoopbackProvider(script: script)
        let reply = try LoopbackAnswerReader.ask(provider, .openai, isStreaming: true)
        #expect(try LoopbackAnswerReader(reply, .openai, isStreaming: true).text == script.expectedText)
    }

    @Test func usageIsStreamedToThoseWhoAskForIt() throws {
        let provider = try LoopbackProvider()
        let client = try LoopbackClient(port: provider.port)
        let without = client.post(Self.chat, Self.streaming).body
        let with = client.post(
            Self.chat, #"{"model":"m","stream":true,"stream_options":{"include_usage": true}}"#
        ).body
        #expect(!without.contains("usage"))
        #expect(with.contains(#""total_tokens":17"#))
    }

    @Test func geminiWithoutEventsStreamsAnArray() throws {
        let provider = try LoopbackProvider(script: Script(chunks: 3))
        let reply = try LoopbackClient(port: provider.port).post("/v1beta/models/g:streamGenerateContent", "{}")
        let array = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [[String: Any]]
        #expect(array?.count == 4)
        #expect(reply.header("Content-Type") == "application/json")
    }

    @Test func baseURLIsWhatAProviderOfTheFormatHas() throws {
        let provider = try LoopbackProvider(script: Script(format: .gemini))
        #expect(provider.baseURL == "http://127.0.0.1:\(provider.port)/v1beta")
        provider.setScript(Script(format: .openai))
        #expect(provider.baseURL == "http://127.0.0.1:\(provider.port)/v1")
        #expect(provider.baseURL(for: .ollama) == "http://127.0.0.1:\(provider.port)")
    }

    @Test(arguments: [
        ("/v1/models", #""id":"loopback-model""#), ("/v1beta/models", "models/loopback-model"),
        ("/api/tags", #""name":"loopback-model""#), ("/api/version", "version"), ("/health", "running"),
    ])
    func answersProbes(_ path: String, holding text: String) throws {
        let provider = try LoopbackProvider()
        let reply = try LoopbackClient(port: provider.port).get(path)
        #expect(reply.status == 200)
        #expect(reply.body.contains(text))
    }

    @Test func aMissingModelExistsOnceItIsPulled() throws {
        var script = Script(chunks: 1)
        script.missingModels = ["m"]
        let provider = try LoopbackProvider(script: script)
        let client = try LoopbackClient(port: provider.port)
        let missing = client.post("/api/chat", Self.plain)
        #expect(missing.status == 404)
        #expect(missing.json["error"] as? String == "model 'm' not found")
        let pull = client.post("/api/pull", #"{"model":"m"}"#)
        #expect(pull.chunks.first == "{\"status\":\"pulling manifest\"}\n")
        #expect(pull.chunks.last == "{\"status\":\"success\"}\n")
        #expect(client.post("/api/chat", Self.plain).status == 200)
        #expect(client.get("/api/tags").body.contains(#""name":"m""#))
    }

    // MARK: HTTP

    @Test func twoRequestsShareAConnection() throws {
        let provider = try LoopbackProvider()
        let client = try LoopbackClient(port: provider.port)
        #expect(client.post(Self.chat, Self.streaming).ending == .complete)
        #expect(client.post(Self.chat, Self.plain).ending == .complete)
        #expect(provider.counters.connectionsAccepted == 1)
        #expect(provider.log.map(\.connection) == [1, 1])
    }

    @Test func closesWhenAskedTo() throws {
        let provider = try LoopbackProvider()
        let client = try LoopbackClient(port: provider.port)
        #expect(client.post(Self.chat, Self.plain, fields: "Connection: close\r\n").status == 200)
        #expect(client.waitForEnd() == .closed)
    }

    @Test func logsWhatWasSent() async throws {
        let provider = try LoopbackProvider(script: Script(chunks: 4))
        let client = try LoopbackClient(port: provider.port)
        _ = client.post("/v1/messages?beta=1", Self.streaming, fields: "X-Api-Key: k1\r\n")
        let record = try #require(await provider.waitForOutcome())
        #expect(record.method == "POST")
        #expect(record.path == "/v1/messages?beta=1")
        #expect(record.header("x-api-key") == "k1")
        #expect(record.bodyText == Self.streaming)
        #expect(record.chunksSent == 4)
        #expect(record.outcome == .answered)
        #expect(record.closedByPeerAt == nil)
    }

    @Test func theLogDropsTheOldest() throws {
        let provider = try LoopbackProvider(logLimit: 2)
        let client = try LoopbackClient(port: provider.port)
        for _ in 0..<7 { _ = client.get("/health") }
        #expect(provider.counters.requests == 7)
        #expect((2...4).contains(provider.log.count))
        #expect(provider.log.last?.index == 6)
    }

    @Test func readsBodiesInTransferChunksAndInPieces() async throws {
        let provider = try LoopbackProvider()
        let client = try LoopbackClient(port: provider.port)
        client.send("POST \(Self.chat) HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        #expect(client.read().status == 100)
        client.send("b\r\n{\"model\":\"c\r\n")
        client.send("2;x=y\r\n\"}\r\n0\r\n")
        client.send("Trailer: 1\r\n\r\n")
        let reply = client.read()
        #expect(reply.json["model"] as? String == "c")
        #expect(provider.log.first?.bodyText == #"{"model":"c"}"#)
    }

    @Test func readsAndWritesBodiesLargerThanAnySocketBuffer() async throws {
        let provider = try LoopbackProvider(script: Script(fault: .hugeEvent(bytes: 8 << 20)))
        let client = try LoopbackClient(port: provider.port)
        let body = #"{"x":"\#(String(repeating: "y", count: 3 << 20))","stream":true}"#
        client.send(LoopbackClient.post(Self.chat, body))
        // By now the provider writes without anyone reading.
        #expect(await provider.waitForRequests(1))
        let reply = client.read()
        #expect(reply.ending == .complete)
        #expect(reply.raw.count > 8 << 20)
        #expect(provider.log.first?.bodyLength == body.utf8.count)
    }

    @Test func somethingElseThanHTTPIsRefused() throws {
        let provider = try LoopbackProvider()
        let client = try LoopbackClient(port: provider.port)
        client.send("hello\r\n\r\n")
        #expect(client.read().status == 400)
        #expect(client.waitForEnd() == .closed)
    }

    // MARK: Many connections and pace

    @Test func servesTwoHundredConnectionsAtOnce() throws {
        let script = Script(chunks: 10, chunkDelay: .milliseconds(2))
        let provider = try LoopbackProvider(script: script)
        let clients = try (0..<200).map { _ in try LoopbackClient(port: provider.port) }
        for client in clients { client.send(LoopbackClient.post(Self.chat, Self.streaming)) }
        for client in clients {
            let answer = try LoopbackAnswerReader(client.read(), .openai, isStreaming: true)
            #expect(answer.text == script.expectedText)
            #expect(answer.isTerminated)
        }
        #expect(provider.counters.connectionsAccepted == 200)
        #expect(provider.counters.openConnections == 200)
    }

    @Test func theHeadComesBeforeThePace() throws {
        let provider = try LoopbackProvider(script: Script(chunks: 2, chunkDelay: .seconds(600)))
        let client = try LoopbackClient(port: provider.port)
        client.send(LoopbackClient.post(Self.chat, Self.streaming))
        let start = try client.read(until: #""role":"assistant""#)
        #expect(!start.contains("Light"))
        #expect(provider.log.first?.chunksSent == 0)
        #expect(provider.log.first?.outcome == .pending)
    }

    @Test func chunksKeepTheirDistance() async throws {
        var script = Script(chunks: 4, chunkDelay: .milliseconds(5))
        script.firstDelay = .milliseconds(10)
        let provider = try LoopbackProvider(script: script)
        let start = ContinuousClock.now
        let client = try LoopbackClient(port: provider.port)
        client.send(LoopbackClient.post(Self.chat, Self.streaming))
        let first = try client.read(until: "Light")
        #expect(!first.contains("[DONE]"))
        let reply = client.read()
        #expect(reply.ending == .complete)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
    }
}
