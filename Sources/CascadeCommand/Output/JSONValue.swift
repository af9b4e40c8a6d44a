/// A JSON value whose objects keep the order of their keys, so that the same result always prints the same line.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])
    /// JSON that somebody else wrote, printed as it stands.
    case verbatim(String)

    struct Member: Sendable, Hashable {
        var key: String
        var value: JSONValue
    }

    /// The members in order; those that are `nil` are left out.
    static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object([Member](members))
    }

    /// A text, or null.
    static func text(_ text: String?) -> JSONValue {
        text.map { .string($0) } ?? .null
    }

    static func count(_ count: Int?) -> JSONValue {
        count.map { .integer($0) } ?? .null
    }

    /// Milliseconds with three digits behind the point.
    static func milliseconds(_ duration: Duration) -> JSONValue {
        let microseconds = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        return .number(Double(microseconds) / 1000)
    }
}

extension [JSONValue.Member] {
    /// The members in order; those that are `nil` are left out.
    init(_ members: KeyValuePairs<String, JSONValue?>) {
        self = members.compactMap { key, value in value.map { JSONValue.Member(key: key, value: $0) } }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value on one line.
    var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        // JSON knows neither infinity nor NaN.
        case .number(let value): text += value.isFinite ? Self.digits(value) : "null"
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .verbatim(let json): Self.writeEscaped(json, to: &text)
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func digits(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: write(scalar, to: &text)
            }
        }
        text += "\""
    }

    /// In sound JSON these characters can only stand within a string, so that the escape is one.
    private static func writeEscaped(_ json: String, to text: inout String) {
        for scalar in json.unicodeScalars {
            if scalar == "\r" || scalar == "\t" { text += " " } else { write(scalar, to: &text) }
        }
    }

    private static func write(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        // A terminal obeys control characters; line separators would end a line for some readers of JSON lines.
        case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
            let hex = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: text.unicodeScalars.append(scalar)
        }
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: AnyKey.self) {
            self = .object(
                try keyed.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    Member(key: $0.stringValue, value: try keyed.decode(JSONValue.self, forKey: $0))
                })
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !list.isAtEnd { values.append(try list.decode(JSONValue.self)) }
            self = .array(values)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let value = try? single.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? single.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? single.decode(Double.self) {
            self = .number(value)
        } else {
            self = .string(try single.decode(String.self))
        }
    }
}

/// Any key of an object.
struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}
