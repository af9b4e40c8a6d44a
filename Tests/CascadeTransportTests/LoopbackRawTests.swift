import CascadeTesting
import Testing

@Suite("LoopbackProvider's raw responses")
struct LoopbackRawTests {
    private typealias Raw = LoopbackProvider.RawResponse
    private typealias Script = LoopbackProvider.Script

    private static let chat = "/v1/chat/completions"
    private static let sound = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func ask(_ response: Raw) throws -> LoopbackClient.Reply {
        let provider = try LoopbackProvider(script: Script(raw: response))
        return try LoopbackClient(port: provider.port).post(Self.chat, "{}")
    }

    @Test func everyByteIsSentAsItIs() throws {
        #expect(try ask(Raw(Self.sound)).body == "ok")
        var slow = Raw("HTTP/1.1 200 OK\r\nContent-", ending: .close)
        slow.append("Length: 2\r\n\r\no", after: .milliseconds(2))
        slow.append("k")
        slow.sendsSingleBytes = true
        #expect(try ask(slow).body == "ok")
    }

    @Test func theConnectionEndsAsAskedFor() throws {
        let begun = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"
        #expect(try ask(Raw(begun, ending: .close)).ending == .closed)
        #expect(try ask(Raw(begun, ending: .halfClose)).ending == .closed)
        #expect(try ask(Raw(begun, ending: .reset)).ending == .reset)
        #expect(try ask(Raw(ending: .close)).ending == .closed)
    }

    @Test func theBodyDecides() throws {
        var script = Script(text: "usual")
        script.respond = { $0 == Array("1".utf8) ? Raw(Self.sound) : nil }
        let provider = try LoopbackProvider(script: script)
        let client = try LoopbackClient(port: provider.port)
        #expect(client.post(Self.chat, "1").body == "ok")
        #expect(client.post(Self.chat, "2").body.contains("usual"))
        provider.push(next: [Script(raw: Raw(Self.sound)), Script(text: "pushed")])
        #expect(client.post(Self.chat, "2").body == "ok")
        #expect(client.post(Self.chat, "1").body.contains("pushed"))
    }

    @Test func aRequestMayBeAnsweredBeforeItIsThere() throws {
        var script = Script(raw: Raw(Self.sound, ending: .hold))
        script.answersEarly = true
        let provider = try LoopbackProvider(script: script)
        let client = try LoopbackClient(port: provider.port)
        client.send("POST \(Self.chat) HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nabc")
        #expect(client.read().body == "ok")
        #expect(provider.counters.requests == 1 && provider.log[0].bodyLength == 0)
    }
}
