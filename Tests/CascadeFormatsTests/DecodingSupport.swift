import CascadeFormats
import Foundation
import Testing

/// A record as the framing would hand it over.
struct Record: Sendable {
    var bytes: [UInt8]
    var kind: RecordKind

    init(_ bytes: some Sequence<UInt8>, _ kind: RecordKind = .data) {
        self.bytes = Array(bytes)
        self.kind = kind
    }

    init(_ text: String, _ kind: RecordKind = .data) {
        self.init(text.utf8, kind)
    }
}

/// Bytes of a file among the fixtures.
func fixture(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures")
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
}

/// A simple reading of server-sent events, for streams without the odd cases.
func serverSentEvents(_ bytes: [UInt8]) -> [Record] {
    let text = String(decoding: bytes, as: UTF8.self)
    var records: [Record] = []
    var data: [String] = []
    var isError = false
    for line in text.split(separator: #/\r\n|\n/#, omittingEmptySubsequences: false) {
        if line.isEmpty {
            if !data.isEmpty { records.append(Record(data.joined(separator: "\n"), isError ? .error : .data)) }
            (data, isError) = ([], false)
        } else if line.hasPrefix("data: ") {
            data.append(String(line.dropFirst(6)))
        } else if line.hasPrefix("error: ") {
            data.append(String(line.dropFirst(7)))
            isError = true
        } else if line == "event: error" {
            isError = true
        }
    }
    if !data.isEmpty { records.append(Record(data.joined(separator: "\n"), .tail)) }
    return records
}

/// The records of a fixture, by its extension.
func records(of name: String) throws -> [Record] {
    let bytes = try fixture(name)
    if name.hasSuffix(".sse") { return serverSentEvents(bytes) }
    if name.hasSuffix(".ndjson") { return bytes.split(separator: UInt8(ascii: "\n")).map { Record($0) } }
    return [Record(bytes, .body)]
}

/// Remembers all events and checks the promises a decoder makes to its sink.
struct RecordingSink: ChatEventSink {
    var events: [ChatEvent] = []
    var model: String?
    var id: String?
    private var identified = 0
    private var calls = 0

    private mutating func add(_ event: ChatEvent) {
        #expect(!events.contains { if case .finished = $0 { true } else { false } }, "an event after the end: \(event)")
        events.append(event)
    }

    private func string(_ utf8: Span<UInt8>) -> String {
        let isEmpty = utf8.isEmpty
        #expect(!isEmpty)
        var bytes: [UInt8] = []
        for i in utf8.indices { bytes.append(utf8[i]) }
        let text = String(validating: bytes, as: UTF8.self)
        #expect(text != nil, "a piece is not UTF-8")
        return text ?? ""
    }

    mutating func text(_ utf8: Span<UInt8>) { add(.text(string(utf8))) }
    mutating func reasoning(_ utf8: Span<UInt8>) { add(.reasoning(string(utf8))) }
    mutating func toolCallStarted(index: Int, id: String, name: String) {
        #expect(index == calls && !id.isEmpty)
        calls += 1
        add(.toolCallStarted(index: index, id: id, name: name))
    }
    mutating func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        #expect(index < calls)
        add(.toolCallArguments(index: index, string(utf8)))
    }
    mutating func usage(_ usage: Usage) { events.append(.usage(usage)) }
    mutating func finished(_ reason: FinishReason) { add(.finished(reason)) }
    mutating func identified(model: String?, id: String?) {
        identified += 1
        #expect(identified == 1)
        self.model = model
        self.id = id
    }
}

/// What became of a response.
struct Decoded {
    var answer = AnswerCollector()
    var recorded = RecordingSink()
    /// After each record.
    var statuses: [DecodeStatus] = []
    /// After the clean end.
    var status = DecodeStatus.open
    var sawTerminal = false

    var error: ProviderError? {
        if case .failed(let error) = status { error } else { nil }
    }
}

private let padding = [UInt8](repeating: UInt8(ascii: "\""), count: 64)

/// Decodes records, and then the clean end of the transport.
func decode(_ records: [Record], as type: ProviderType, streaming: Bool = true) -> Decoded {
    var result = Decoded()
    var decoder = ResponseDecoder(type: type, streaming: streaming)
    var second = ResponseDecoder(type: type, streaming: streaming)
    for record in records {
        let bytes = record.bytes + padding
        // Bytes have no padding of their own that could be uninitialised.
        let status = unsafe decoder.decode(
            bytes.span.bytes, count: record.bytes.count, kind: record.kind, into: &result.answer)
        let again = unsafe second.decode(
            bytes.span.bytes, count: record.bytes.count, kind: record.kind, into: &result.recorded)
        #expect(again == status)
        result.statuses.append(status)
    }
    result.status = decoder.finish(into: &result.answer)
    let again = second.finish(into: &result.recorded)
    #expect(again == result.status)
    result.sawTerminal = decoder.sawTerminal
    return result
}

func decode(_ lines: [String], as type: ProviderType, streaming: Bool = true) -> Decoded {
    decode(lines.map { Record($0) }, as: type, streaming: streaming)
}

/// An error's classification, of a text body.
func classify(
    _ type: ProviderType, _ status: Int, _ body: String, _ fields: [(name: String, value: String)] = [],
    now: Int64? = nil
) -> ProviderError {
    let bytes = Array(body.utf8) + padding
    return unsafe ErrorClassifier.classify(
        type: type, head: ResponseHead(status: status, fields: fields), body: bytes.span.bytes,
        count: body.utf8.count, now: now)
}
