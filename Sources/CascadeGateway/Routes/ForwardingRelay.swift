internal import Cascade
internal import CascadeFormats

/// A streamed answer in the provider's own events, for a client that speaks the same format.
final class ForwardingRelay: ClientRelay {
    private let format: WireFormat
    private let includesUsage: Bool
    private var unasked = UnaskedUsage()
    var json = JSONBytes()

    /// - Parameter includesUsage: Whether the client has asked for the tokens used. They are asked of the provider in any
    ///   case, and what it says of them in events of their own, or of their absence, is left out.
    init(format: WireFormat, includesUsage: Bool) {
        self.format = format
        self.includesUsage = includesUsage
    }

    var takesRecords: Bool { true }
    func record(_ record: RawSpan, count: Int, isUsage: Bool) {
        guard includesUsage || !isUsage else { return }
        let unasked = includesUsage ? nil : unasked.range(in: record, count: count)
        write(record, count: count, without: unasked, to: &json)
    }

    /// Into a variable that is lent once, as each access to a member of an object is checked.
    private func write(_ record: RawSpan, count: Int, without cut: Range<Int>?, to json: inout JSONBytes) {
        if format == .anthropic { AnthropicEvent.writeName(of: record, count: count, to: &json) }
        json.raw("data: ")
        if let cut {
            json.eventData(record, 0..<cut.lowerBound)
            json.eventData(record, cut.upperBound..<count)
        } else {
            json.eventData(record, 0..<count)
        }
        json.raw("\n\n")
    }

    func end() {
        // Anthropic's own end is an event like the others.
        if format == .openAI { json.raw("data: [DONE]\n\n") }
    }

    // What the records say has been seen to by the router.

    func text(_ utf8: Span<UInt8>) {}
    func reasoning(_ utf8: Span<UInt8>) {}
    func toolCallStarted(index: Int, id: String, name: String) {}
    func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {}
    func usage(_ usage: Usage) {}
    func finished(_ reason: FinishReason) {}
    func identified(model: String?, id: String?) {}
}
