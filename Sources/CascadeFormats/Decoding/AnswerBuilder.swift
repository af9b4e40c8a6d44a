/// What every format's decoder does alike: passes text on, and holds what may only be said at the end.
struct AnswerBuilder {
    /// U+FFFD.
    static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    var tools = ToolCallAssembler()
    /// The reason the provider gave, held back until the answer is proved complete.
    var finish: FinishReason?
    /// Part of the answer has been seen, if only an empty one.
    var isBegun = false
    private var heldText: UInt16 = 0
    private var heldReasoning: UInt16 = 0
    private var isRefused = false
    private var isIdentified = false
    private var lastUsage: Usage?

    /// Half of a surrogate pair waits for the other.
    private var isHolding: Bool { heldText != 0 || heldReasoning != 0 }

    mutating func text(_ hit: JSONHit, parser: JSONParser, into sink: inout some ChatEventSink) {
        parser.withText(hit, held: &heldText) { sink.text($0) }
        parser.said.add(hit, as: .text, isHolding: isHolding)
    }

    mutating func reasoning(_ hit: JSONHit, parser: JSONParser, into sink: inout some ChatEventSink) {
        parser.withText(hit, held: &heldReasoning) { sink.reasoning($0) }
        parser.said.add(hit, as: .reasoning, isHolding: isHolding)
    }

    /// The text of a refusal is the answer's text; that it is a refusal shows in how the answer ends.
    mutating func refusal(_ hit: JSONHit, parser: JSONParser, into sink: inout some ChatEventSink) {
        guard hit.isText else { return }
        isRefused = true
        text(hit, parser: parser, into: &sink)
    }

    mutating func usage(_ usage: Usage, into sink: inout some ChatEventSink) {
        guard usage != lastUsage else { return }
        lastUsage = usage
        sink.usage(usage)
    }

    /// Reports the model and the id with the first piece that has either.
    mutating func identify(
        model: JSONHit?, id: JSONHit?, into sink: inout some ChatEventSink
    ) {
        guard !isIdentified, model?.isText == true || id?.isText == true else { return }
        isIdentified = true
        sink.identified(model: model?.text, id: id?.text)
    }

    /// Whether a clean end without the terminal marker still proves the answer complete.
    var isFinishedLeniently: Bool { finish != nil && !tools.hasOpenCall && !tools.hasNamelessCall }

    /// Ends the answer. A call without a name makes it no answer, and so does one whose arguments end in their middle,
    /// unless the reason says that the model was stopped there.
    mutating func complete(into sink: inout some ChatEventSink) -> DecodeStatus {
        guard !tools.hasNamelessCall else {
            return .failed(ProviderError(kind: .invalidResponse, message: "a tool call has no name"))
        }
        let reason = finalReason
        guard !tools.hasOpenCall || reason == .length || reason == .contentFilter else {
            return .failed(ProviderError(kind: .truncated, message: "a tool call ended in the middle of its arguments"))
        }
        flush(into: &sink)
        if reason != .length { tools.closeAll(into: &sink) }
        sink.finished(reason)
        return .complete
    }

    private var finalReason: FinishReason {
        let reason = finish ?? .stop
        guard reason == .stop else { return reason }
        return isRefused ? .contentFilter : tools.isEmpty ? .stop : .toolCalls
    }

    /// Half a surrogate pair whose other half never came.
    private mutating func flush(into sink: inout some ChatEventSink) {
        let replacement = Self.replacement
        if heldReasoning != 0 { sink.reasoning(replacement.span) }
        if heldText != 0 { sink.text(replacement.span) }
        heldReasoning = 0
        heldText = 0
    }
}
