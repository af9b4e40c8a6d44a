/// Reads a text word by word, without a list of them.
struct TextWords {
    private(set) var rest: Substring.UTF8View
    private let separators: String

    /// - Parameter separators: Bytes of ASCII. Several of them in a row separate like one.
    init(_ text: Substring, separators: String) {
        self.rest = text.utf8
        self.separators = separators
        skipSeparators()
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next word, which is empty at the end.
    mutating func next() -> Substring {
        let end = rest.firstIndex { separators.utf8.contains($0) } ?? rest.endIndex
        let word = Substring(rest[..<end])
        rest = rest[end...]
        skipSeparators()
        return word
    }

    private mutating func skipSeparators() {
        rest = rest.drop { separators.utf8.contains($0) }
    }
}
