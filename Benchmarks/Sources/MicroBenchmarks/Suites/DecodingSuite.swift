internal import CascadeFormats

/// From a record to what the caller reads.
enum DecodingSuite {
    private static let types: [ProviderType] = [.openai, .anthropic, .ollama, .gemini]

    static var all: [MicroBenchmark] {
        types.flatMap { type in
            [
                event("decoding/event of \(type.rawValue) as bytes", .of(type), into: BytesSink.self, allowing: 0),
                event("decoding/event of \(type.rawValue) as String", .of(type), into: StringSink.self, allowing: 0),
            ]
        } + [longPiece, escapedPiece] + types.map(whole)
    }

    /// More than a String holds in itself: its storage is the one allocation.
    private static let longPiece = event(
        "decoding/event of openai as String of 40 bytes",
        .of(.openai, piece: " atmosphere scatters the shortest waves"), into: StringSink.self, allowing: 1)

    private static let escapedPiece = event(
        "decoding/event of openai, escaped, as bytes", .of(.openai, piece: #"\n\u00e9\"x\""#), into: BytesSink.self,
        allowing: 0)

    private struct Stream<Sink: PieceSink>: ~Copyable {
        var decoder: ResponseDecoder
        var sink: Sink
    }

    private static func event<Sink: PieceSink>(
        _ name: String, _ event: StreamedEvent, into sink: Sink.Type, allowing allowedMallocs: Double
    ) -> MicroBenchmark {
        let text = PaddedText(event.text)
        return MicroBenchmark(
            name, allowing: allowedMallocs,
            prepare: { Stream(decoder: ResponseDecoder(type: event.type, streaming: true), sink: Sink()) }
        ) { stream in
            stream.sink.clear()
            let status = stream.decoder.decode(
                text.bytes.span.bytes, count: text.count, kind: .data, into: &stream.sink)
            guard case .open = status, !stream.sink.isEmpty else { throw UnexpectedResult(expected: "a piece of text") }
        }
    }

    /// A decoder, the body, and the answer's text as the String that the caller gets.
    private static func whole(of type: ProviderType) -> MicroBenchmark {
        let answer = WholeAnswer.of(type)
        let text = PaddedText(answer.text)
        return MicroBenchmark(
            "decoding/whole answer of \(type.rawValue)", allowing: WholeAnswer.allowedMallocs(of: type), prepare: {}
        ) { _ in
            var decoder = ResponseDecoder(type: type, streaming: false)
            var collector = AnswerCollector()
            let status = decoder.decode(text.bytes.span.bytes, count: text.count, kind: .body, into: &collector)
            guard case .complete = status else { throw UnexpectedResult(expected: "a complete answer") }
            try expect(collector.content.utf8.count == WholeAnswer.contentBytes, "the whole text")
        }
    }
}

extension WholeAnswer {
    /// The text's String; the model's name and the answer's id, where they are long.
    fileprivate static func allowedMallocs(of type: ProviderType) -> Double {
        switch type.format {
        case .openAI, .anthropic: 3
        case .gemini: 2
        case .ollama: 1
        }
    }
}
