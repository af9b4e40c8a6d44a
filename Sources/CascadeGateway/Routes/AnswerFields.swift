internal import Cascade
internal import CascadeTransport

/// What the header of an answer tells of its way through the cascade.
struct AnswerFields {
    var provider: String?
    var model: String?
    var attempts: [AttemptReport] = []
    var droppedFields: [String] = []

    init() {}

    init(_ error: CascadeError) {
        provider = error.cause?.provider
        model = error.cause?.model
        attempts = error.attempts
    }

    init(_ response: ChatResponse) {
        provider = response.provider
        model = response.model
        attempts = response.attempts
        droppedFields = response.droppedFields
    }

    init(_ response: EmbeddingResponse) {
        provider = response.provider
        model = response.model
        attempts = response.attempts
        droppedFields = response.droppedFields
    }

    init(_ stream: ChatStream) {
        provider = stream.provider
        model = stream.model
        attempts = stream.attempts
        droppedFields = stream.droppedFields
    }

    /// - Parameter receivedAt: When the request was complete.
    func list(since receivedAt: UInt64) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        if let provider { list.append(("x-cascade-provider", provider)) }
        if let model { list.append(("x-cascade-model", model)) }
        list.append(("x-cascade-attempts", "\(attempts.count)"))
        list.append(("x-cascade-overhead-us", "\(overhead(since: receivedAt))"))
        if !droppedFields.isEmpty {
            list.append(("x-cascade-dropped-fields", droppedFields.joined(separator: ", ")))
        }
        return list
    }

    /// Microseconds in which no provider was being asked: the gateway's own work, queueing, and pauses between attempts.
    private func overhead(since receivedAt: UInt64) -> Int64 {
        let elapsed = Int64(clamping: EventLoop.now - min(receivedAt, EventLoop.now)) / 1_000
        let asked = attempts.reduce(Duration.zero) { $0 + $1.latency }
        return max(0, elapsed - Int64(clamping: asked.attoseconds / 1_000_000_000_000))
    }
}

extension Exchange {
    /// The fields of an answer that no provider has a part in.
    func ownFields(_ contentType: String) -> [(name: String, value: String)] {
        fields(contentType) + AnswerFields().list(since: receivedAt)
    }
}
