/// An event of Anthropic's stream, on its way to a client of that format.
package enum AnthropicEvent {
    /// Writes the line that names the event, which is what its data gives as its type.
    ///
    /// - Parameter record: The event's data, `count` bytes with padding behind them.
    package static func writeName(of record: RawSpan, count: Int, to json: inout JSONBytes) {
        json.raw("event: ")
        if !writeLeadingType(of: record, count: count, to: &json) { writeType(of: record, count: count, to: &json) }
        json.raw("\n")
    }

    /// The type comes first as a rule.
    private static func writeLeadingType(of record: RawSpan, count: Int, to json: inout JSONBytes) -> Bool {
        let start: StaticString = #"{"type":""#
        let from = start.utf8CodeUnitCount
        guard RecordBytes.has(start, in: record, at: 0, count: count) else { return false }
        var end = from
        while end < count, isNameByte(record[end]) { end += 1 }
        guard end > from, end < count, record[end] == UInt8(ascii: "\"") else { return false }
        json.copy(record, from..<end)
        return true
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
    }

    private static func writeType(of record: RawSpan, count: Int, to json: inout JSONBytes) {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        guard let hits = try? parser.scan(record, count: count, plan: AnthropicTag.plan) else { return }
        for index in 0..<hits.count where hits.tag(index) == .type && hits[index].isText {
            for byte in hits[index].string.utf8 where isNameByte(byte) { json.copy(byte) }
            return
        }
    }
}

extension JSONBytes {
    /// Data of an event, which may be of several lines.
    package mutating func eventData(_ record: RawSpan, _ range: Range<Int>) {
        var start = range.lowerBound
        while let newline = RecordBytes.newline(in: record, from: start, count: range.upperBound) {
            copy(record, start..<newline)
            raw("\ndata: ")
            start = newline + 1
        }
        copy(record, start..<range.upperBound)
    }
}
