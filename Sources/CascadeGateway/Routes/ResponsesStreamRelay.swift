internal import Cascade
internal import CascadeFormats

/// A streamed answer as the events of OpenAI's Responses format.
///
/// The format's last events repeat the answer, so its text is kept, once and already escaped.
final class ResponsesStreamRelay: ClientRelay {
    private let writer: ResponsesWriter
    var json = JSONBytes()
    private var items: [ResponsesItem] = []
    /// The item that text or reasoning goes to.
    private var open: Int?
    /// The item of each call, in the calls' order. They are open to the end: their arguments may come by turns.
    private var calls: [Int] = []
    private var sequence = 0
    private var usage: Usage?
    private var finish = FinishReason.stop
    private var keptBytes = 0
    private let maxKept: Int

    /// - Parameter maxKept: Bytes of the answer that are kept at most.
    init(writer: ResponsesWriter, maxKept: Int = 64 << 20) {
        self.writer = writer
        self.maxKept = maxKept
        tell("response.created")
        tell("response.in_progress")
    }

    /// Whether the answer is longer than is kept: it cannot be brought to its end.
    var isTooLong: Bool { keptBytes > maxKept }

    static var tooLong: ErrorAnswer {
        ErrorAnswer(
            status: 502, type: .server, code: "answer_too_long",
            message:
                "the answer is longer than the 64 MiB that the last events can repeat; chat completions have no bound"
        )
    }

    /// The answer is whole.
    func end() {
        let status = ResponsesWriter.Status(finish)
        closeOpen(status)
        for index in calls { closeCall(index, status) }
        event(status.event) { json in
            json.raw(#","response":"#)
            writer.response(status, output: writer.output(items, status), usage: usage, to: &json)
        }
    }

    /// The answer broke off. Clients that look for `error` find it there.
    func fail(_ error: ErrorAnswer) {
        event("error") { Self.write(error, to: &$0) }
    }

    /// The same before anything was told.
    static func failure(_ error: ErrorAnswer) -> [UInt8] {
        var json = JSONBytes()
        json.raw("event: error\ndata: {\"type\":\"error\",\"sequence_number\":0")
        write(error, to: &json)
        json.raw("}\n\n")
        return json.bytes
    }

    private static func write(_ error: ErrorAnswer, to json: inout JSONBytes) {
        json.raw(#","code":"#)
        if let code = error.code { json.string(code) } else { json.raw("null") }
        json.raw(#","message":"#)
        json.string(error.message)
        json.raw(#","param":null,"error":"#)
        json.raw(error.object)
    }

    // MARK: - Events

    private func event(_ type: StaticString, _ members: (inout JSONBytes) -> Void) {
        json.raw("event: ")
        json.raw(type)
        json.raw("\ndata: {\"type\":\"")
        json.raw(type)
        json.raw(#"","sequence_number":"#)
        json.number(sequence)
        sequence += 1
        members(&json)
        json.raw("}\n\n")
    }

    private func tell(_ type: StaticString) {
        event(type) { json in
            json.raw(#","response":"#)
            writer.response(.inProgress, output: [], usage: nil, to: &json)
        }
    }

    /// An event about the item, or about the one part of its content.
    private func event(_ type: StaticString, item index: Int, hasPart: Bool, _ members: (inout JSONBytes) -> Void) {
        event(type) { json in
            json.raw(#","item_id":""#)
            writer.writeID(of: items[index], index: index, to: &json)
            json.raw(#"","output_index":"#)
            json.number(index)
            if hasPart { json.raw(#","content_index":0"#) }
            members(&json)
        }
    }

    private func itemEvent(_ type: StaticString, _ index: Int, _ status: ResponsesWriter.Status) {
        event(type) { json in
            json.raw(#","output_index":"#)
            json.number(index)
            json.raw(#","item":"#)
            writer.write(items[index], index: index, status, to: &json)
        }
    }

    private func partEvent(_ type: StaticString, _ index: Int) {
        event(type, item: index, hasPart: true) { json in
            json.raw(#","part":"#)
            items[index].writePart(to: &json)
        }
    }

    /// A piece of the item's text, which the item keeps.
    private func delta(_ type: StaticString, _ index: Int, hasPart: Bool, _ utf8: Span<UInt8>) {
        var start = 0
        event(type, item: index, hasPart: hasPart) { json in
            json.raw(#","delta":""#)
            start = json.bytes.count
            json.escaped(utf8)
            items[index].escaped += json.bytes[start...]
            keptBytes += json.bytes.count - start
            json.raw("\"")
            if case .message = items[index].kind { json.raw(#","logprobs":[]"#) }
        }
    }

    private func done(_ type: StaticString, _ index: Int, hasPart: Bool, named name: StaticString) {
        event(type, item: index, hasPart: hasPart) { json in
            json.raw(name)
            json.raw(items[index].escaped)
            json.raw("\"")
            if case .message = items[index].kind { json.raw(#","logprobs":[]"#) }
        }
    }

    // MARK: - Items

    private func begin(_ kind: ResponsesItem.Kind) -> Int {
        closeOpen(.completed)
        items.append(ResponsesItem(kind))
        let index = items.count - 1
        itemEvent("response.output_item.added", index, .inProgress)
        return index
    }

    private func beginText(_ kind: ResponsesItem.Kind) -> Int {
        let index = begin(kind)
        partEvent("response.content_part.added", index)
        open = index
        return index
    }

    /// - Parameter status: Of the answer, where the item is the last of it.
    private func closeOpen(_ status: ResponsesWriter.Status) {
        guard let index = open.take() else { return }
        if case .reasoning = items[index].kind {
            done("response.reasoning_text.done", index, hasPart: true, named: #","text":""#)
        } else {
            done("response.output_text.done", index, hasPart: true, named: #","text":""#)
        }
        partEvent("response.content_part.done", index)
        itemEvent("response.output_item.done", index, index == items.count - 1 ? status : .completed)
    }

    private func closeCall(_ index: Int, _ status: ResponsesWriter.Status) {
        done("response.function_call_arguments.done", index, hasPart: false, named: #","arguments":""#)
        itemEvent("response.output_item.done", index, index == items.count - 1 ? status : .completed)
    }

    // MARK: - What is decoded

    func text(_ utf8: Span<UInt8>) {
        var index = -1
        if let open, case .message = items[open].kind { index = open } else { index = beginText(.message) }
        delta("response.output_text.delta", index, hasPart: true, utf8)
    }

    func reasoning(_ utf8: Span<UInt8>) {
        var index = -1
        if let open, case .reasoning = items[open].kind { index = open } else { index = beginText(.reasoning) }
        delta("response.reasoning_text.delta", index, hasPart: true, utf8)
    }

    func toolCallStarted(index: Int, id: String, name: String) {
        calls.append(begin(.call(id: id, name: name)))
    }

    func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        guard calls.indices.contains(index) else { return }
        delta("response.function_call_arguments.delta", calls[index], hasPart: false, utf8)
    }

    func usage(_ usage: Usage) {
        self.usage = usage
    }

    func finished(_ reason: FinishReason) {
        finish = reason
    }

    func identified(model: String?, id: String?) {}
}
