/// How a record came: what the framing knows of it.
public enum RecordKind: Sendable, Hashable, CaseIterable {
    /// One event's data, or one line.
    case data
    /// As ``data``, of an event that is called an error.
    case error
    /// What was pending, without its end, when the transport ended cleanly.
    case tail
    /// A whole body.
    case body
}

/// Where an answer stands after a record.
public enum DecodeStatus: Sendable, Hashable {
    /// More is to come.
    case open
    /// The answer is proved complete: the format's terminal marker came, or a complete body.
    case complete
    /// There is no answer, or no more of it.
    case failed(ProviderError)
}

/// What a format's decoder made of one text.
enum ChunkOutcome {
    case open
    case complete
    case failed(ProviderError)
    /// The text is an error; ``ErrorBody`` tells which.
    case error
    /// The text is none of the format's; it may be an error in a shape of its own.
    case unknown
}
