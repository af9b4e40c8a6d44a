internal import CascadeFormats

/// JSON of a report, whose members come in the order in which they were given.
indirect enum ReportValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([ReportValue])
    case object([(name: String, value: ReportValue)])

    /// A string; null where there is none.
    static func text(_ text: String?) -> ReportValue {
        text.map { .string($0) } ?? .null
    }

    static func count(_ count: Int?) -> ReportValue {
        count.map { .integer($0) } ?? .null
    }

    static func strings(_ texts: [String]) -> ReportValue {
        .array(texts.map { .string($0) })
    }

    static func decimal(_ value: Double?) -> ReportValue {
        value.map { .number($0) } ?? .null
    }

    /// Rounded to so many places.
    static func rounded(_ value: Double, places: Int) -> ReportValue {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        return .number((value * scale).rounded() / scale)
    }

    /// Milliseconds, to two places.
    static func milliseconds(_ duration: Duration) -> ReportValue {
        rounded(Double(duration.attoseconds) / 1e15, places: 2)
    }

    static func seconds(_ duration: Duration) -> ReportValue {
        let (whole, rest) = duration.components
        return rest == 0 ? .integer(Int(whole)) : .number(Double(duration.attoseconds) / 1e18)
    }

    var bytes: [UInt8] {
        var json = JSONBytes()
        write(to: &json)
        return json.bytes
    }

    private func write(to json: inout JSONBytes) {
        switch self {
        case .null: json.raw("null")
        case .bool(let value): json.raw(value ? "true" : "false")
        case .integer(let value): json.number(value)
        // JSON has no word for what is not finite.
        case .number(let value): json.raw(Array((value.isFinite ? "\(value)" : "null").utf8))
        case .string(let value): json.string(value)
        case .array(let values):
            json.raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 { json.raw(",") }
                value.write(to: &json)
            }
            json.raw("]")
        case .object(let members):
            json.raw("{")
            for (index, member) in members.enumerated() {
                if index > 0 { json.raw(",") }
                json.string(member.name)
                json.raw(":")
                member.value.write(to: &json)
            }
            json.raw("}")
        }
    }
}
