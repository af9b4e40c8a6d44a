internal import Cascade
internal import CascadeFormats

/// A streamed answer as OpenAI's chunks.
final class OpenAIStreamRelay: ClientRelay {
    private let writer: OpenAIAnswerWriter
    private let includesUsage: Bool
    var json = JSONBytes()
    private var usage: Usage?

    init(writer: OpenAIAnswerWriter, includesUsage: Bool) {
        self.writer = writer
        self.includesUsage = includesUsage
        chunk { $0.raw(#""role":"assistant","content":"""#) }
    }

    /// The answer is whole.
    func end() {
        if includesUsage, let usage { writer.usageChunk(usage, to: &json) }
        json.raw("data: [DONE]\n\n")
    }

    private func chunk(_ delta: (inout JSONBytes) -> Void) {
        writer.beginChunk(&json)
        delta(&json)
        writer.endChunk(&json)
    }

    func text(_ utf8: Span<UInt8>) {
        chunk { json in
            json.raw(#""content":""#)
            json.escaped(utf8)
            json.raw("\"")
        }
    }

    func reasoning(_ utf8: Span<UInt8>) {
        chunk { json in
            json.raw(#""reasoning_content":""#)
            json.escaped(utf8)
            json.raw("\"")
        }
    }

    func toolCallStarted(index: Int, id: String, name: String) {
        chunk { json in
            json.raw(#""tool_calls":[{"index":"#)
            json.number(index)
            json.raw(#","id":"#)
            json.string(id)
            json.raw(#","type":"function","function":{"name":"#)
            json.string(name)
            json.raw(#","arguments":""}}]"#)
        }
    }

    func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        chunk { json in
            json.raw(#""tool_calls":[{"index":"#)
            json.number(index)
            json.raw(#","function":{"arguments":""#)
            json.escaped(utf8)
            json.raw("\"}}]")
        }
    }

    func usage(_ usage: Usage) {
        self.usage = usage
    }

    func finished(_ reason: FinishReason) {
        writer.finishChunk(reason, to: &json)
    }

    func identified(model: String?, id: String?) {}
}
