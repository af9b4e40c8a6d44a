/// Tells, piece by piece, whether an object or array has been closed, by counting brackets outside strings.
///
/// It only answers whether a tool call's arguments can be whole; it does not check them.
package struct JSONBalance: Sendable {
    private var depth = 0
    private var isInString = false
    private var isAfterBackslash = false
    private(set) var isStarted = false

    package init() {}

    /// Something came, and everything that was opened is closed.
    package var isComplete: Bool { isStarted && depth <= 0 && !isInString }

    package mutating func feed(_ piece: Span<UInt8>) {
        for i in piece.indices {
            feed(piece[i])
        }
    }

    private mutating func feed(_ byte: UInt8) {
        isStarted = isStarted || byte > UInt8(ascii: " ")
        guard !isInString else { return feedInString(byte) }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }

    private mutating func feedInString(_ byte: UInt8) {
        if isAfterBackslash {
            isAfterBackslash = false
        } else if byte == UInt8(ascii: "\\") {
            isAfterBackslash = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }
}
