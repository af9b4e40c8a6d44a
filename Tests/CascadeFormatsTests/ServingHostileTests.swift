import Testing

@testable import CascadeFormats

/// What clients of the gateway may send. Whatever it is, it is read or refused.
@Suite struct ServingHostileTests {
    enum Kind: CaseIterable {
        case completion, control, embedding, responses, embeddingAnswer

        /// A request with every member that is read.
        var sound: String {
            switch self {
            case .completion:
                #"{"messages":[{"role":"user","content":"a","images":["data:image/png;base64,AAAA","iVBORw0KGgoA"],"#
                    + #""audio":{"data":"AAAA","format":"wav"}}],"model":"m","temperature":0.5,"max_tokens":3}"#
            case .control: #"{"action":"enable"}"#
            case .embedding:
                #"{"model":"m","input":["a","\u00e9"],"encoding_format":"base64","dimensions":3,"user":"u"}"#
            case .responses:
                #"{"model":"m","instructions":"i","input":[{"role":"user","content":[{"type":"input_text","text":"a"},"#
                    + #"{"type":"input_image","image_url":"https://h/i.png"}]},{"type":"reasoning","#
                    + #""summary":[{"text":"s"}]},"#
                    + #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"#
                    + #""function_call_output","call_id":"c","output":"o"}],"tools":[{"type":"function","name":"f"}],"#
                    + #""tool_choice":{"type":"function","name":"f"},"text":{"format":{"type":"json_object"}}}"#
            case .embeddingAnswer:
                #"{"data":[{"index":1,"embedding":[0.5,-1e-3]},{"index":0,"embedding":"AAAAPwAAgL8="}],"#
                    + #""usage":{"prompt_tokens":3,"total_tokens":3}}"#
            }
        }

        /// - Returns: Whether it was read; anything but a reading or a refusal is thrown.
        func reads(_ bytes: [UInt8]) -> Bool {
            let padded = bytes + [UInt8](repeating: 0, count: OpenAIChatCall.padding)
            do {
                switch self {
                case .completion: _ = try RouterCompletionCall(padded.span, count: bytes.count)
                case .control: _ = try RouterControlCall(padded.span, count: bytes.count)
                case .embedding: _ = try OpenAIEmbeddingCall(padded.span, count: bytes.count)
                case .responses:
                    let call = try ResponsesCall(padded.span, count: bytes.count)
                    let writer = ResponsesWriter(call, id: "1", created: 1, model: "m")
                    _ = writer.answer(content: "a", reasoning: "", toolCalls: [], finishReason: .stop, usage: nil)
                case .embeddingAnswer:
                    _ = unsafe try EmbeddingDecoder.decode(
                        type: .openai, padded.span.bytes, count: bytes.count, expected: 2)
                }
                return true
            } catch {
                return false
            }
        }
    }

    @Test(arguments: Kind.allCases) func `a text that ends early is refused wherever it ends`(kind: Kind) {
        let bytes = Array(kind.sound.utf8)
        #expect(kind.reads(bytes))
        for end in bytes.indices { #expect(!kind.reads(Array(bytes[..<end])), "\(end)") }
    }

    @Test(arguments: Kind.allCases) func `a text that was changed anyhow is read or refused`(kind: Kind) {
        let bytes = Array(kind.sound.utf8)
        var generator = SeededGenerator(seed: 7)
        let marks = Array("{}[],:\"\\0-en".utf8) + [0x00, 0x80, 0xFF]
        var refused = 0
        for _ in 0..<4_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let at = Int.random(in: changed.indices, using: &generator)
                let end = min(changed.count, at + Int.random(in: 1...12, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: changed[at] = marks.randomElement(using: &generator) ?? 0
                case 1 where end - at < changed.count: changed.removeSubrange(at..<end)
                case 2: changed.insert(contentsOf: changed[at..<end], at: at)
                default: changed.swapAt(at, Int.random(in: changed.indices, using: &generator))
                }
            }
            if !kind.reads(changed) { refused += 1 }
        }
        // Most changes break something; were none refused, nothing would have been looked at.
        #expect(refused > 1_000)
    }
}
