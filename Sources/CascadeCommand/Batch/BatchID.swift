/// Finds a line's id as it is written there: decoded and encoded again, a large or a decimal number would be another.
struct BatchID {
    private let bytes: [UInt8]
    private var at = 0

    private init(_ line: String) {
        bytes = Array(line.utf8)
    }

    /// The text of the member `id`; `nil` if there is none.
    ///
    /// - Parameter line: A JSON object, known to be sound.
    static func text(in line: String) -> String? {
        var scan = BatchID(line)
        return scan.find()
    }

    private mutating func find() -> String? {
        skip { $0 != UInt8(ascii: "{") }
        at += 1
        while at < bytes.count {
            skip { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "}") }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
            let key = value()
            skip { $0 != UInt8(ascii: ":") }
            at += 1
            skip(Self.isBlank)
            let member = value()
            if key.elementsEqual("\"id\"".utf8) { return String(validating: member, as: UTF8.self) }
        }
        return nil
    }

    private mutating func skip(_ isPassed: (UInt8) -> Bool) {
        while at < bytes.count, isPassed(bytes[at]) { at += 1 }
    }

    /// The value that begins here.
    private mutating func value() -> ArraySlice<UInt8> {
        let start = at
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return bytes[start..<at] }
                depth -= 1
            default:
                if depth == 0, isEnd(bytes[at]) { return bytes[start..<at] }
            }
            at += 1
        }
        return bytes[min(start, bytes.count)...]
    }

    /// What follows a number or a word.
    private func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || Self.isBlank(byte)
    }

    /// From the quote that opens a string to the one that closes it.
    private mutating func skipString() {
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
