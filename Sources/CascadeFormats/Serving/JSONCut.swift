internal import CCascadeJSON

/// A JSON object without some of its members: the pieces of its text that remain, but for the brace that opens it.
struct JSONCut {
    private var pieces: [Range<Int>] = []
    private(set) var count = 0

    /// - Parameter members: Of the object that is the first `length` bytes of `text`, in their order.
    init(_ text: Span<UInt8>, count length: Int, without members: ArraySlice<casc_json_member>) {
        pieces.reserveCapacity(members.count + 1)
        var start = Self.skipBlanks(text, 0) + 1
        for member in members {
            keep(start..<member.key)
            let next = Self.skipBlanks(text, member.end)
            start = next < length && text[next] == UInt8(ascii: ",") ? next + 1 : member.end
            // The last one of all goes with the comma before it.
            if start == member.end { dropComma(text) }
        }
        keep(start..<length)
    }

    private mutating func keep(_ piece: Range<Int>) {
        guard !piece.isEmpty else { return }
        pieces.append(piece)
        count += piece.count
    }

    private mutating func dropComma(_ text: Span<UInt8>) {
        while let last = pieces.last {
            let kept = last.lastIndex { !Self.isBlank(text[$0]) }
            guard let kept else {
                count -= last.count
                pieces.removeLast()
                continue
            }
            guard text[kept] == UInt8(ascii: ",") else { return }
            count -= last.upperBound - kept
            pieces[pieces.count - 1] = last.lowerBound..<kept
            return
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func skipBlanks(_ text: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < text.count, isBlank(text[index]) { index += 1 }
        return index
    }

    /// Writes all ``count`` bytes.
    @unsafe func copy(from text: Span<UInt8>, to memory: UnsafeMutableRawPointer) {
        var offset = 0
        for piece in pieces {
            unsafe text.extracting(piece).withUnsafeBufferPointer { bytes in
                // A piece is never empty, and all of them are `count` bytes.
                unsafe (memory + offset).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
            }
            offset += piece.count
        }
    }

    /// The pieces as text; `nil` when nothing but the closing brace is left.
    func string(of text: Span<UInt8>) -> String? {
        var bytes: [UInt8] = []
        for piece in pieces { bytes.append(copying: text.extracting(piece)) }
        let isEmpty = bytes.allSatisfy { Self.isBlank($0) || $0 == UInt8(ascii: "}") }
        return isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}

/// Names of members to look for.
// @unchecked Sendable: a list of static strings, never changed.
@safe struct JSONMemberNames: @unchecked Sendable {
    fileprivate let names: [UnsafePointer<CChar>?]
    private init(_ names: [StaticString]) {
        // Static strings of the program text: null-terminated and never freed.
        unsafe self.names =
            names.map { unsafe UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) }
            + [nil]
    }

    private static let openAI = JSONMemberNames([
        "model", "stream", "stream_options", "max_tokens", "max_completion_tokens",
    ])
    private static let anthropic = JSONMemberNames(["model", "stream"])
    /// Where it is in OpenAI's list.
    static let streamOptions = 2
    static let includeUsage = JSONMemberNames(["include_usage"])

    /// Those that the router says itself.
    static func own(of format: WireFormat) -> JSONMemberNames {
        format == .openAI ? openAI : anthropic
    }
}

extension JSONParser {
    /// Every member of these names, in their order, until the next search; `nil` when the first `count` bytes of `text`,
    /// which padding must follow, are not one JSON object, or names in it are written with escapes.
    func members(
        of text: Span<UInt8>, count: Int, named names: JSONMemberNames
    ) -> ArraySlice<casc_json_member>? {
        precondition(text.count >= count + Int(CASC_JSON_PADDING), "a text is followed by padding")
        return unsafe text.withUnsafeBufferPointer { bytes in
            unsafe find(names.names, bytes.baseAddress!, count)
        }
    }
}
