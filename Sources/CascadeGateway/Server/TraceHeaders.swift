internal import CCascadeServer
internal import Tracing

/// The header of a request for the process's tracer, which knows the names of its fields: `traceparent` and its kin.
// @unchecked Sendable: a tracer may keep the carrier that it read from. `raw` is there within the server's `begin` alone,
// on the loop's thread; later readers find nothing.
@safe private final class TraceHeaders: @unchecked Sendable {
    private var raw: OpaquePointer?

    init(_ raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    subscript(name: String) -> String? {
        guard let raw = unsafe raw, let value = unsafe casc_exchange_header(raw, name) else { return nil }
        return unsafe String(cString: value)
    }

    func end() {
        unsafe raw = nil
    }

    struct Reader: Extractor {
        func extract(key: String, from carrier: TraceHeaders) -> String? { carrier[key] }
    }
}

/// What the client's request is a part of.
struct TraceContext {
    private let context: ServiceContext

    /// In the server's `begin`.
    @unsafe init(_ raw: OpaquePointer) {
        let headers = unsafe TraceHeaders(raw)
        var context = ServiceContext.topLevel
        InstrumentationSystem.instrument.extract(headers, into: &context, using: TraceHeaders.Reader())
        headers.end()
        self.context = context
    }

    /// Spans that `work` starts are parts of it.
    func run(_ work: () async -> Void) async {
        await ServiceContext.withValue(context) { await work() }
    }
}

/// The W3C's `traceparent`: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
enum TraceParent {
    /// The trace's identifier, if the field is sound; one of a later version may have more parts.
    static func traceID(of field: String) -> String? {
        let parts = field.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.count == 4 || parts[0] != "00", parts[0] != "ff" else { return nil }
        let lengths = [2, 32, 16, 2]
        for (part, length) in zip(parts, lengths) {
            guard part.utf8.count == length, part.utf8.allSatisfy(isDigit) else { return nil }
        }
        let isNone = parts[1].utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        return isNone ? nil : String(parts[1])
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
