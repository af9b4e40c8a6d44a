/// A text on one line: a blank between its words, no control characters and no credentials.
struct MessageLine {
    private var bytes: [UInt8] = []
    /// Where the word begins that is under way.
    private var start = 0
    private var isAfterBearer = false

    /// Whether a text is such a line already, as most are. What is not ASCII is not looked at so closely.
    static func holds(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte >= UInt8(ascii: " "), byte < 0x7F else { return false }
            guard byte == UInt8(ascii: " ") else { continue }
            guard staysAsItIs(bytes.extracting(start..<index)) else { return false }
            start = index + 1
        }
        return staysAsItIs(bytes.extracting(start..<bytes.count))
    }

    private static func staysAsItIs(_ word: Span<UInt8>) -> Bool {
        !word.isEmpty && !Redaction.isBearer(word) && !Redaction.holdsCredential(word)
    }

    init(_ scalars: some Sequence<Unicode.Scalar>, capacity: Int) {
        bytes.reserveCapacity(capacity)
        for scalar in scalars {
            append(scalar)
        }
        endWord()
    }

    var text: String {
        String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        guard !Self.isBlank(scalar) else { return endWord() }
        if scalar.isASCII {
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            bytes.append(contentsOf: scalar.utf8)
        }
    }

    /// Puts a blank behind the word, or behind the mark that takes its place.
    private mutating func endWord() {
        guard start < bytes.count else { return }
        let (isSecret, isBearer) = lookAtWord()
        if isSecret {
            bytes.removeSubrange(start...)
            bytes.append(contentsOf: Redaction.mark.utf8)
        }
        isAfterBearer = isBearer
        bytes.append(UInt8(ascii: " "))
        start = bytes.count
    }

    private func lookAtWord() -> (isSecret: Bool, isBearer: Bool) {
        let word = bytes.span.extracting(start..<bytes.count)
        return (
            isAfterBearer || Redaction.holdsCredential(word), !isAfterBearer && Redaction.isBearer(word)
        )
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value <= 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
