internal import Glibc

/// The text that every answer must have, byte for byte.
final class ExpectedAnswer: Sendable {
    private let bytes: MappedArray<UInt8>

    init(_ text: some Collection<UInt8>) throws {
        bytes = try MappedArray(count: text.count)
        _ = bytes.elements.update(fromContentsOf: text)
    }

    /// Asks the last upstream once, by a way that is none of the engines', so that none is checked against itself.
    convenience init(of load: Load) throws {
        let body = load.with(isStreamed: false).body
        try self.init(PlainRequest.content(from: load.upstreams.last ?? "", body: body))
    }

    var count: Int { bytes.elements.count }

    /// Valid as long as this object.
    var start: UnsafePointer<UInt8>? { UnsafePointer(bytes.elements.baseAddress) }
}

/// Compares an answer as it comes, in pieces of any size, and allocates nothing.
struct AnswerCheck {
    private let expected: ExpectedAnswer
    private var position = 0
    private var isSame = true

    init(_ expected: ExpectedAnswer) {
        self.expected = expected
    }

    /// Whether all of the text came, and nothing else.
    var isWhole: Bool { isSame && position == expected.count }

    mutating func take(_ piece: String) {
        var piece = piece
        piece.withUTF8 { compare($0) }
    }

    mutating func take(_ piece: Span<UInt8>) {
        piece.withUnsafeBufferPointer { compare($0) }
    }

    private mutating func compare(_ piece: UnsafeBufferPointer<UInt8>) {
        guard isSame, let start = piece.baseAddress, let expectedStart = expected.start else {
            isSame = isSame && piece.isEmpty
            return
        }
        isSame = piece.count <= expected.count - position && memcmp(start, expectedStart + position, piece.count) == 0
        position += piece.count
    }
}
