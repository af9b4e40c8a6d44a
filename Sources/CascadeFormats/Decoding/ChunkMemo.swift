internal import CCascadeJSON

/// The last chunk of a response that said one piece of text and no more, kept so that the chunks that differ from it in
/// nothing else need not be parsed.
///
/// Nothing is guessed. A text that equals a JSON text that was scanned, but for the inside of one string that is plain in
/// both, has the same structure and the same other values. And what those say to a decoder it knows already: while no
/// tool was called, all that a chunk does besides telling its text does nothing when it is done again.
struct ChunkMemo {
    enum Kind {
        case text, reasoning
    }

    private var chunk: [UInt8] = []
    private var kind = Kind.text
    /// The inside of the string, in `chunk`.
    private var inside = 0..<0
    /// Half of a surrogate pair waits for the other: the next text is not what it seems.
    private var isHolding = false
    /// Chunks in a row that were kept and did not help.
    private var misses = 0

    /// A longer chunk is not worth its copy.
    private static let maxBytes = 2048
    /// A format that says something else with every chunk is not to pay for those that do not.
    private static let maxMisses = 8

    /// Tells `sink` what the chunk says, where that is known without parsing it.
    ///
    /// - Returns: Whether it was.
    mutating func tell(_ record: RawSpan, count: Int, to sink: inout some ChatEventSink) -> Bool {
        guard let length = length(in: record, count: count) else { return false }
        misses = 0
        guard length > 0 else { return true }
        unsafe record.withUnsafeBytes { bytes in
            let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[inside.lowerBound...].prefix(length))
            unsafe text.withMemoryRebound(to: UInt8.self) { text in
                switch kind {
                case .text: unsafe sink.text(text.span)
                case .reasoning: unsafe sink.reasoning(text.span)
                }
            }
        }
        return true
    }

    /// How long the text is in a chunk that differs in nothing else.
    private func length(in record: RawSpan, count: Int) -> Int? {
        guard !chunk.isEmpty, !isHolding, count <= record.byteCount else { return nil }
        var length = 0
        // Both are read within the call, up to the counts given.
        let isVariant = unsafe chunk.withUnsafeBytes { known in
            unsafe record.withUnsafeBytes { bytes in
                unsafe casc_json_is_variant(
                    known.baseAddress!, known.count, inside.lowerBound, inside.upperBound, bytes.baseAddress!, count,
                    &length)
            }
        }
        return isVariant ? length : nil
    }

    // MARK: - Learning

    /// What a chunk has said while it was decoded.
    struct Said {
        fileprivate enum Text {
            case none
            /// One plain text, at this address.
            case one(UInt, count: Int, Kind)
            case other
        }

        /// Nothing but the tokens used.
        var isUsageAlone = false
        /// The whole answer in one event.
        var isWhole = false
        fileprivate var text = Text.none
        fileprivate var isHolding = false

        mutating func add(_ hit: JSONHit, as kind: Kind, isHolding: Bool) {
            guard hit.isText else { return }
            self.isHolding = isHolding
            if case .none = text, !hit.isEscaped {
                let bytes = unsafe hit.bytes
                text = .one(UInt(bitPattern: bytes.baseAddress), count: bytes.count, kind)
            } else {
                text = .other
            }
        }
    }

    /// A chunk was decoded, and the answer goes on.
    ///
    /// - Parameter isPure: No tool was called so far.
    mutating func learn(_ record: RawSpan, count: Int, said: Said, isPure: Bool) {
        if case .none = said.text { return }
        isHolding = said.isHolding
        guard case .one(let address, let length, let kind) = said.text, isPure, count <= Self.maxBytes,
            misses < Self.maxMisses
        else { return }
        unsafe record.withUnsafeBytes { bytes in
            // Not in the record: the parser's copy of it, because it holds invalid UTF-8.
            let start = UInt(bitPattern: bytes.baseAddress)
            guard address >= start, address - start + UInt(length) <= UInt(count) else { return }
            chunk.removeAll(keepingCapacity: true)
            unsafe chunk.append(contentsOf: bytes.prefix(count))
            inside = Int(address - start)..<Int(address - start) + length
        }
        self.kind = kind
        misses += 1
    }
}
