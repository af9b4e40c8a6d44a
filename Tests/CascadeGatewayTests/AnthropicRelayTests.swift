import CascadeFormats
import Foundation
import Testing

@testable import CascadeGateway

@Suite struct AnthropicRelayTests {
    private func relay(maxHeld: Int = 100) -> AnthropicStreamRelay {
        AnthropicStreamRelay(writer: AnthropicAnswerWriter(id: "1", model: "m"), maxHeld: maxHeld)
    }

    /// The events' types, and what their deltas say.
    private func told(_ relay: AnthropicStreamRelay) -> [String] {
        let text = relay.drain { String(decoding: $0, as: UTF8.self) }
        return text.components(separatedBy: "\n\n").compactMap { event in
            guard let data = event.components(separatedBy: "\ndata: ").last?.data(using: .utf8),
                let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
                let type = json["type"] as? String, let index = json["index"] as? Int
            else { return nil }
            let piece = (json["delta"] as? [String: Any])?["partial_json"] as? String
            return piece.map { "\(index) \($0)" } ?? "\(index) \(type.dropFirst("content_block_".count))"
        }
    }

    @Test("A call waits while the one before it is not whole, and goes on as it comes then")
    func turns() {
        let relay = relay()
        relay.toolCallStarted(index: 0, id: "a", name: "f")
        relay.toolCallStarted(index: 1, id: "b", name: "g")
        relay.toolCallArguments(index: 0, #"{"}""#.utf8.span)
        relay.toolCallArguments(index: 1, #"{"y""#.utf8.span)
        #expect(told(relay) == ["0 start", #"0 {"}""#])
        relay.toolCallArguments(index: 0, ":1}".utf8.span)
        #expect(told(relay) == ["0 :1}", "0 stop", "1 start", #"1 {"y""#])
        relay.toolCallArguments(index: 1, ":2}".utf8.span)
        relay.toolCallStarted(index: 2, id: "c", name: "h")
        #expect(told(relay) == ["1 :2}", "1 stop", "2 start"])
        relay.finished(.toolCalls)
        relay.end()
        #expect(told(relay) == ["2 stop"])
    }

    @Test("Calls that wait for one that is never whole are told at the end")
    func unfinished() {
        let relay = relay()
        relay.toolCallStarted(index: 0, id: "a", name: "f")
        relay.toolCallArguments(index: 0, "{".utf8.span)
        relay.toolCallStarted(index: 1, id: "b", name: "g")
        relay.toolCallArguments(index: 1, "[]".utf8.span)
        relay.toolCallStarted(index: 2, id: "c", name: "h")
        relay.finished(.length)
        relay.end()
        #expect(told(relay) == ["0 start", "0 {", "0 stop", "1 start", "1 []", "1 stop", "2 start", "2 stop"])
    }

    @Test("What waits is bounded")
    func bounded() {
        let relay = relay(maxHeld: 4)
        relay.toolCallStarted(index: 0, id: "a", name: "f")
        relay.toolCallStarted(index: 1, id: "b", name: "g")
        relay.toolCallArguments(index: 1, "[1,2".utf8.span)
        #expect(relay.problem == nil)
        relay.toolCallArguments(index: 1, "]".utf8.span)
        #expect(relay.problem?.code == "answer_too_long")
    }
}
