/// How the body of an answer is cut into records.
public enum ResponseFraming: Sendable, Hashable, CaseIterable {
    /// Server-sent events; each event's data is a record.
    case serverSentEvents
    /// Lines of JSON; each line is a record.
    case ndjson
    /// The whole body is one record.
    case body
}

extension ProviderType {
    /// The framing to ask the transport for. Where it finds a whole body instead, the decoder takes that too.
    public func framing(streaming: Bool) -> ResponseFraming {
        guard streaming else { return .body }
        return format == .ollama ? .ndjson : .serverSentEvents
    }
}
