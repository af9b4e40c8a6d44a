import Cascade
import CascadeTesting
import Testing

extension FaultMatrix {
    @Suite("What answers are made of")
    struct ContentTests {
        private func content(_ response: Raw, format: Format = .openai) async throws -> [String?] {
            var contents: [String?] = []
            try await withBed(Script(format: format, raw: response)) { bed in
                for streaming in [false, true] { contents.append(await bed.ask(streaming: streaming).reply?.content) }
            }
            return contents
        }

        private func streamed(_ response: Raw, format: Format = .openai) async throws -> StreamEnd {
            var end = StreamEnd()
            try await withBed(Script(format: format, raw: response)) { end = await $0.ask(streaming: true) }
            return end
        }

        private static let hello = [#"{"content":"hel"}"#, #"{"content":"lo"}"#]
        private static let completion = #"{"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}"#

        // MARK: Types

        @Test(
            "F-16: events are events, whatever their content type says",
            arguments: ["text/event-stream; charset=latin-1", "text/plain", "application/octet-stream", nil])
        func eventsOfAnyType(type: String?) async throws {
            let response = Wire.stream(type: type, Wire.openAIEvents(deltas: Self.hello))
            #expect(try await streamed(response).reply?.content == "hello")
        }

        @Test(
            "F-16: a whole answer is an answer, though a stream was asked for",
            arguments: ["application/json", "text/event-stream", "text/plain", nil])
        func wholeAnswerAsStream(type: String?) async throws {
            let response = Wire.response("200 OK", type: type, Self.completion)
            #expect(try await content(response) == ["hello", "hello"])
        }

        @Test(
            "F-16 F-13: a page or an error is none, whatever it calls itself",
            arguments: ["text/event-stream", "application/json", nil], ["<html>no</html>", #"{"error":{"code":500}}"#])
        func otherThingsOfAnyType(type: String?, body: String) async throws {
            try await withBed(Script(raw: Wire.response("200 OK", type: type, body)), Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .transient)
                }
            }
        }

        @Test(
            "F-22: a body in a coding that nobody asked for is no answer, and none of its bytes are shown",
            arguments: ["gzip", "br", "zstd"])
        func encoded(coding: String) async throws {
            // "data: {}" in gzip; the others are not decoded either.
            let bytes: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 73, 44, 73, 180, 82, 168, 174, 5, 0]
            let head = Wire.head(fields: "Content-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\n")
            let response = Raw(Array(head.utf8) + bytes)
            try await withBed(Script(raw: response), Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .transient)
                    #expect(end.attempts.first?.message?.utf8.allSatisfy { $0 >= 32 } == true)
                }
                #expect(bed[0].log[0].header("accept-encoding").map { $0 == "identity" } ?? true)
            }
        }

        // MARK: Text

        @Test("F-31: bytes that are no UTF-8 become U+FFFD each, and the rest of the text stays")
        func invalidUTF8() async throws {
            var event = Array(#"data: {"choices":[{"index":0,"delta":{"content":"a"#.utf8)
            event += [0xff, 0xc3]
            event += Array("b\"}}]}\n\n".utf8)
            let finish = #"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"
            let head = Wire.head(fields: "Connection: close\r\n")
            let response = Raw(Array(head.utf8) + event + Array(finish.utf8), ending: .close)
            #expect(try await streamed(response).reply?.content == "a\u{FFFD}\u{FFFD}b")
        }

        @Test(
            "F-32: halves of a surrogate pair meet across deltas, and one that stays alone becomes U+FFFD",
            arguments: [
                ([#"a\ud83d"#, #"\ude00b"#], "a😀b"), ([#"a\ud83d"#, "b"], "a\u{FFFD}b"),
                ([#"a\ude00"#, "b"], "a\u{FFFD}b"), (["a", #"\ud83d"#], "a\u{FFFD}"),
                ([#"\ud83d"#, "", #"\ude00"#], "😀"),
            ])
        func surrogates(pieces: [String], text: String) async throws {
            let response = Wire.openAI(deltas: pieces.map { #"{"content":"\#($0)"}"# })
            let end = try await streamed(response)
            #expect(end.reply?.content == text && end.told.text == text)
        }

        @Test("F-37: NUL, nothing and null are what they are")
        func emptiness() async throws {
            let deltas = [#"{"content":null}"#, #"{"content":"a\u0000"}"#, #"{"content":""}"#, #"{"content":"b"}"#]
            #expect(try await streamed(Wire.openAI(deltas: deltas)).reply?.content == "a\0b")
        }

        @Test(
            "F-35: of a key that comes twice the last counts, in a stream as in a body",
            arguments: [
                Wire.json(#"{"choices":[{"message":{"content":"a","content":"b"},"finish_reason":"stop"}]}"#)
            ])
        func duplicateKeys(response: Raw) async throws {
            #expect(try await content(response) == ["b", "b"])
            let end = try await streamed(Wire.openAI(deltas: [#"{"content":"a","content":"b"}"#]))
            #expect(end.reply?.content == "b")
        }

        // MARK: Sizes

        /// A byte more than the cap, in one event or in one body.
        private static func endless(_ type: String, _ beginning: String, cap: Int) -> Raw {
            let length = cap + 1
            let all = beginning.utf8.count + length
            let head = Wire.head(type: type, fields: "Content-Length: \(all)\r\n") + beginning
            return Raw(Array(head.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: length), ending: .hold)
        }

        @Test("F-33: an event of any size below the cap is whole")
        func largeEvent() async throws {
            try await withBed(Script(fault: .hugeEvent(bytes: 4 << 20))) { bed in
                #expect(await bed.ask(streaming: true).reply?.content.utf8.count == 4 << 20)
            }
        }

        @Test(
            "F-30 F-33: an event or a body above the cap is a failure, and the rest of it is not awaited",
            arguments: [true, false])
        func endlessRecord(streaming: Bool) async throws {
            let response =
                streaming
                ? Self.endless("text/event-stream", "data: ", cap: 16 << 20)
                : Self.endless("application/json", "", cap: 64 << 20)
            try await withBed(Script(raw: response), Script(text: "other")) { bed in
                let end = await bed.ask(streaming: streaming)
                #expect(end.reply?.content == "other" && end.attempts.first?.reason == "too_large")
                #expect(end.attempts.first?.failureClass == .transient && bed.countedFailures == 1)
                #expect(await bed[0].waitForPeerClose() != nil)
            }
        }

        private static func nested(_ depth: Int) -> String {
            String(repeating: #"{"a":["#, count: depth / 2) + String(repeating: "]}", count: depth / 2)
        }

        @Test("F-34: what is nested without end is passed over where nobody needs it, and no answer where someone does")
        func nesting() async throws {
            let aside = #"{"x":\#(Self.nested(100_000)),"choices":[{"message":{"content":"hello"}}]}"#
            #expect(try await content(Wire.json(aside)) == ["hello", "hello"])
            let call = #"{"function":{"name":"f","arguments":\#(Self.nested(100_000))}}"#
            let answer = Wire.json(#"{"message":{"tool_calls":[\#(call)]},"done":true}"#)
            try await withBed(Script(format: .ollama, raw: answer), Script(text: "other")) { bed in
                for streaming in [false, true] {
                    let end = await bed.ask(streaming: streaming)
                    #expect(end.reply?.content == "other" && end.attempts.first?.failureClass == .transient)
                }
            }
        }

        @Test("F-34: nor is a request with such arguments sent")
        func nestedRequest() async throws {
            let schema = String(repeating: #"{"a":"#, count: 200) + "1" + String(repeating: "}", count: 200)
            var request = ChatRequest("hi")
            request.tools = [Tool(name: "t", description: "", parameters: JSONText(schema))]
            try await withBed(Script(text: "never")) { bed in
                #expect(await bed.ask(request, streaming: false).error?.code == .invalidRequest)
                #expect(bed[0].counters.requests == 0)
            }
        }

        // MARK: Numbers

        @Test(
            "F-36 F-48: counts that cannot be are not taken, and of those that can the last",
            arguments: [
                ([#"{"prompt_tokens":1e400,"completion_tokens":3}"#], 0, 3),
                ([#"{"prompt_tokens":-4,"completion_tokens":3}"#], 0, 3),
                ([#"{"prompt_tokens":5.0,"completion_tokens":3}"#], 5, 3),
                ([#"{"prompt_tokens":9007199254740993,"completion_tokens":3}"#], 9_007_199_254_740_992, 3),
                ([#"{"prompt_tokens":99999999999999999999999,"completion_tokens":3}"#], 9_007_199_254_740_992, 3),
                ([#"{"prompt_tokens":-0,"completion_tokens":3}"#], 0, 3),
                ([#"{"prompt_tokens":5,"completion_tokens":1}"#, #"{"prompt_tokens":5,"completion_tokens":7}"#], 5, 7),
                ([#"{"prompt_tokens":5,"completion_tokens":7}"#, "null"], 5, 7),
            ] as [([String], Int, Int)])
        func usage(reports: [String], prompt: Int, completion: Int) async throws {
            let events = reports.map { #"data: {"choices":[{"delta":{"content":"a"}}],"usage":\#($0)}"# + "\n\n" }
            let end = #"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
            let reply = try await streamed(Wire.stream(events + [end, "data: [DONE]\n\n"])).reply
            #expect(reply?.usage?.promptTokens == prompt && reply?.usage?.completionTokens == completion)
        }

        @Test("F-48: where no usage is told none is made up", arguments: Format.allCases.filter { $0 != .ollama })
        func noUsage(format: Format) async throws {
            var script = Script(format: format)
            script.usage = false
            try await withBed(script) { bed in
                for streaming in [false, true] {
                    let reply = await bed.ask(streaming: streaming).reply
                    #expect(reply?.content == script.expectedText && reply?.usage == nil)
                }
                #expect(bed.router.metrics["p0"].promptTokens == 0)
            }
        }

        // MARK: Tool calls

        @Test(
            "F-47: a call whose arguments broke off is never whole, though a reason and a clean end follow",
            arguments: [true, false])
        func openCall(hasMarker: Bool) async throws {
            let call = #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"q\":"}}]}"#
            var events = Wire.openAIEvents(deltas: [call], finish: "tool_calls")
            if !hasMarker { events.removeLast() }
            let end = try await streamed(Wire.stream(events))
            #expect(end.error?.code == .streamCut && end.error?.delivered?.toolCallCount == 1 && !end.told.hasFinish)
        }
    }
}
