internal import CascadeFormats

/// A sink as the router's own ones are, which are not public: it keeps one piece of text at a time.
protocol PieceSink: ChatEventSink, SendableMetatype {
    init()
    var isEmpty: Bool { get }
    mutating func clear()
}

extension PieceSink {
    mutating func reasoning(_ utf8: Span<UInt8>) {}
    mutating func toolCallStarted(index: Int, id: String, name: String) {}
    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {}
    mutating func usage(_ usage: Usage) {}
    mutating func finished(_ reason: FinishReason) {}
    mutating func identified(model: String?, id: String?) {}
}

/// Keeps text as bytes, in a buffer that is used again.
struct BytesSink: PieceSink {
    private var bytes: [UInt8] = []

    init() {}

    var isEmpty: Bool { bytes.isEmpty }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func text(_ utf8: Span<UInt8>) {
        utf8.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }
}

/// Makes a String of each piece.
struct StringSink: PieceSink {
    private var piece = ""

    init() {}

    var isEmpty: Bool { piece.isEmpty }

    mutating func clear() {
        piece = ""
    }

    mutating func text(_ utf8: Span<UInt8>) {
        guard let valid = try? UTF8Span(validating: utf8) else { return }
        piece = String(copying: valid)
    }
}
