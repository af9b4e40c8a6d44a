import CascadeFormats
import Foundation
import Testing

@testable import CascadeGateway

@Suite struct ResponsesRelayTests {
    private func relay(maxKept: Int) throws -> ResponsesStreamRelay {
        let body = Array(#"{"model":"m","input":"a"}"#.utf8)
        let padded = body + [UInt8](repeating: 0, count: OpenAIChatCall.padding)
        let call = try ResponsesCall(padded.span, count: body.count)
        return ResponsesStreamRelay(
            writer: ResponsesWriter(call, id: "1", created: 1, model: "m"), maxKept: maxKept)
    }

    @Test("What is kept of an answer for its last events is bounded, all items together")
    func bounded() throws {
        let relay = try relay(maxKept: 10)
        relay.reasoning("12345".utf8.span)
        relay.text("1234".utf8.span)
        #expect(!relay.isTooLong)
        // Two bytes, escaped.
        relay.text("\n".utf8.span)
        #expect(relay.isTooLong)
        relay.fail(ResponsesStreamRelay.tooLong)
        let text = relay.drain { String(decoding: $0, as: UTF8.self) }
        #expect(text.contains(#""code":"answer_too_long""#))
        #expect(!text.contains("response.completed"))
    }

    @Test("Calls whose arguments come by turns are told apart")
    func turns() throws {
        let relay = try relay(maxKept: 1_000)
        relay.toolCallStarted(index: 0, id: "a", name: "f")
        relay.toolCallStarted(index: 1, id: "b", name: "g")
        relay.toolCallArguments(index: 0, #"{"x""#.utf8.span)
        relay.toolCallArguments(index: 1, "[]".utf8.span)
        relay.toolCallArguments(index: 0, ":1}".utf8.span)
        relay.finished(.toolCalls)
        relay.end()
        let text = relay.drain { String(decoding: $0, as: UTF8.self) }
        let last = try #require(text.components(separatedBy: "\n\n").last { !$0.isEmpty })
        #expect(last.hasPrefix("event: response.completed\n"))
        #expect(last.contains(#""call_id":"a","name":"f","arguments":"{\"x\":1}""#))
        #expect(last.contains(#""call_id":"b","name":"g","arguments":"[]""#))
    }

    @Test("Text after a call is an item of its own")
    func textAfterCall() throws {
        let relay = try relay(maxKept: 1_000)
        relay.text("one".utf8.span)
        relay.toolCallStarted(index: 0, id: "a", name: "f")
        relay.text("two".utf8.span)
        relay.finished(.stop)
        relay.end()
        let text = relay.drain { String(decoding: $0, as: UTF8.self) }
        #expect(text.components(separatedBy: "event: response.output_item.added\n").count == 4)
        #expect(text.components(separatedBy: "event: response.output_item.done\n").count == 4)
        #expect(text.components(separatedBy: "event: response.output_text.done\n").count == 3)
    }
}
