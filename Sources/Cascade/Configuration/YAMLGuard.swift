/// Looks over YAML text for what would cost too much to parse.
///
/// An alias stands for a whole value, so a few nested ones stand for millions of values. Values are shared and walked
/// with a budget afterwards, but keys are hashed in full while parsing, so aliases in keys have to be seen before. The
/// look is at bytes, without knowing quotes and comments: it may count too many, never too few.
struct YAMLGuard {
    /// `*name`, everywhere.
    private(set) var aliases = 0
    /// Whether anything but a plain word may be a mapping's key.
    private(set) var hasComplexKey = false

    static let maxAliases = 100
    /// So many cannot stand for more than some ten thousand values, wherever they are.
    static let maxAliasesBesideComplexKeys = 24

    init(_ bytes: borrowing [UInt8]) {
        for index in bytes.indices {
            let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: "\n")
            let followsWord = index > 0 && Self.isWord(bytes[index - 1])
            switch bytes[index] {
            case UInt8(ascii: "*") where !followsWord && Self.isWord(next):
                aliases += 1
                var end = index + 1
                while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
                if Self.isKeyIndicator(after: end, in: bytes) { hasComplexKey = true }
            case UInt8(ascii: "?") where !followsWord:
                hasComplexKey = true
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if Self.isKeyIndicator(after: index + 1, in: bytes) { hasComplexKey = true }
            default:
                break
            }
        }
    }

    var isAcceptable: Bool {
        aliases <= Self.maxAliases && !(hasComplexKey && aliases > Self.maxAliasesBesideComplexKeys)
    }

    /// Whether the next byte that is no blank is a colon.
    private static func isKeyIndicator(after start: Int, in bytes: borrowing [UInt8]) -> Bool {
        var index = start
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") {
            index += 1
        }
        return index < bytes.count && bytes[index] == UInt8(ascii: ":")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
