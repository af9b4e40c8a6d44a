internal import CascadeFormats

private let types: [ProviderType] = [
    .openai, .anthropic, .ollama, .gemini, .openrouter, .llamacpp, .deepseek, .mistral,
]

/// A response's body as it is framed and decoded, whole and in pieces, and with every chunk made unlike the one before.
///
/// The first byte chooses the provider and whether a stream was asked for, the second in how many pieces the rest comes.
func fuzzDecoding(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    var input = Input(bytes, length)
    let choice = input.byte()
    let pieces = Int(input.byte())
    let type = types[Int(choice) % types.count]
    let streaming = choice & 0x80 == 0
    let framing = type.framing(streaming: streaming)
    let body = input.bytes

    let whole = FramedRecords(body, as: framing, pieces: 1)
    let split = FramedRecords(body, as: framing, pieces: pieces)
    require(whole.records == split.records && whole.isTooLarge == split.isTooLarge, "a split does not show")

    let first = Decoded(whole.records, type: type, streaming: streaming)
    let again = Decoded(whole.records, type: type, streaming: streaming)
    require(first.sink.events == again.sink.events && first.status == again.status, "the same bytes say the same")
    let parsed = Decoded(unalike(whole.records), type: type, streaming: streaming)
    require(first.sink.events == parsed.sink.events, "what is known of the last chunk does not show")
    require(first.status.kind == parsed.status.kind, "what is known of the last chunk does not show in the end")
    // U+FFFD is three bytes in place of one.
    require(first.sink.byteCount <= 3 * body.count + 64, "no more is told than came")
    return 0
}

/// The same records for a parser, others for a comparison of bytes: no two have as many blanks.
private func unalike(_ records: [FramedRecord]) -> [FramedRecord] {
    records.enumerated().map { index, record in
        guard record.bytes.first == UInt8(ascii: "{") else { return record }
        let blanks = [UInt8](repeating: UInt8(ascii: " "), count: index % 2 + 1)
        return FramedRecord(kind: record.kind, bytes: [UInt8(ascii: "{")] + blanks + record.bytes.dropFirst())
    }
}

private struct Decoded {
    var sink = PromiseSink()
    var status = DecodeStatus.open

    init(_ records: [FramedRecord], type: ProviderType, streaming: Bool) {
        var decoder = ResponseDecoder(type: type, streaming: streaming)
        for record in records {
            let before = status
            let events = sink.events.count
            status = record.withPadding { span, count in
                decoder.decode(span, count: count, kind: record.kind, into: &sink)
            }
            require(before.isOpen || (status == before && sink.events.count == events), "an answer ends once")
            checkEnd()
        }
        let before = status
        status = decoder.finish(into: &sink)
        require(before.isOpen || status == before, "an answer ends once")
        require(!status.isOpen, "at the end it is known how it ended")
        require(status != .complete || decoder.sawTerminal || isLenient(type), "an end is proved")
        checkEnd()
    }

    private func isLenient(_ type: ProviderType) -> Bool {
        type.format == .openAI || type.format == .gemini
    }

    private func checkEnd() {
        require(sink.isFinished == (status == .complete), "an answer is finished when it is complete, and only then")
    }
}

extension FramedRecord {
    /// In a block of just its size and the padding's.
    func withPadding<Result>(_ body: (RawSpan, Int) -> Result) -> Result {
        let padded = bytes + [UInt8](repeating: UInt8(ascii: "\""), count: 64)
        return padded.withUnsafeBytes { body($0.bytes, bytes.count) }
    }
}

extension DecodeStatus {
    fileprivate var isOpen: Bool { self == .open }

    fileprivate var kind: ProviderError.Kind? {
        if case .failed(let error) = self { error.kind } else { nil }
    }
}
