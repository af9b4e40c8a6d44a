/// A slow, whole-input reading of the same rules, to hold the framer against. It shares nothing with it.
enum ReferenceParser {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func withoutMark(_ input: [UInt8]) -> [UInt8] {
        input.starts(with: mark) ? Array(input.dropFirst(3)) : input
    }

    /// The lines that were ended, then the rest.
    private static func lines(_ input: [UInt8]) -> (ended: [[UInt8]], rest: [UInt8]) {
        var ended: [[UInt8]] = []
        var line: [UInt8] = []
        var index = 0
        while index < input.count {
            let byte = input[index]
            if byte == 0x0A || byte == 0x0D {
                ended.append(line)
                line = []
                if byte == 0x0D, index + 1 < input.count, input[index + 1] == 0x0A { index += 1 }
            } else {
                line.append(byte)
            }
            index += 1
        }
        return (ended, line)
    }

    static func events(_ input: [UInt8]) -> Outcome {
        let (ended, rest) = lines(withoutMark(input))
        var outcome = Outcome()
        var event = Event()
        for line in ended {
            if line.isEmpty {
                if let record = event.record() { outcome.records.append(record) }
                event = Event()
            } else {
                event.take(line, into: &outcome)
            }
        }
        if !rest.isEmpty { event.take(rest, into: &outcome) }
        if var record = event.record() {
            record.kind = .tail
            outcome.records.append(record)
        }
        return outcome
    }

    private struct Event {
        var data: [[UInt8]] = []
        var name: [UInt8] = []
        var hasErrorField = false

        mutating func take(_ line: [UInt8], into outcome: inout Outcome) {
            let colon = line.firstIndex(of: 0x3A)
            let field = String(decoding: line[..<(colon ?? line.count)], as: UTF8.self)
            var value = colon.map { Array(line[($0 + 1)...]) } ?? []
            if value.first == 0x20 { value.removeFirst() }
            switch field {
            case "data": data.append(value)
            case "error":
                data.append(value)
                hasErrorField = true
            case "event": name = Array(value.prefix(64))
            case "id" where !value.contains(0) && value.count <= 128: outcome.id = value
            case "retry" where !value.isEmpty && value.allSatisfy { (0x30...0x39).contains($0) }:
                outcome.retry = Int64(String(decoding: value, as: UTF8.self)) ?? .max
            default: break
            }
        }

        func record() -> Record? {
            guard !data.isEmpty else { return nil }
            let name = name.isEmpty && hasErrorField ? Array("error".utf8) : name
            let isError = hasErrorField || name == Array("error".utf8)
            return Record(
                kind: isError ? .error : .data, name: name.isEmpty ? nil : name,
                bytes: Array(data.joined(separator: [0x0A])))
        }
    }

    static func jsonLines(_ input: [UInt8]) -> Outcome {
        let parts = withoutMark(input).split(separator: 0x0A, omittingEmptySubsequences: false).map(jsonLine)
        var outcome = Outcome()
        outcome.records = parts.dropLast().filter { !$0.isEmpty }.map { Record(kind: .data, name: nil, bytes: $0) }
        if let last = parts.last, !last.isEmpty {
            outcome.records.append(Record(kind: .tail, name: nil, bytes: last))
        }
        return outcome
    }

    private static func jsonLine(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let content = Array(line.drop { [0x20, 0x09, 0x0D].contains($0) })
        return content.last == 0x0D ? content.dropLast() : content
    }
}
