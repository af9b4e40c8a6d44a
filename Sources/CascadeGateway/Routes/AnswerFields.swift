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
    func told(since receivedAt: UInt64) -> Told {
        Told(
            provider: provider, model: model, attempts: attempts.count, overhead: overhead(since: receivedAt),
            droppedFields: droppedFields)
    }

    /// The same, counted.
    struct Told: Sendable {
        var provider: String?
        var model: String?
        var attempts: Int
        /// In microseconds.
        var overhead: UInt64
        var droppedFields: [String]

        func add(to fields: inout [(name: String, value: String)]) {
            if let provider { fields.append(("x-cascade-provider", provider)) }
            if let model { fields.append(("x-cascade-model", model)) }
            fields.append(("x-cascade-attempts", attempts.description))
            fields.append(("x-cascade-overhead-us", overhead.description))
            if !droppedFields.isEmpty {
                fields.append(("x-cascade-dropped-fields", droppedFields.joined(separator: ", ")))
            }
        }
    }

    /// Microseconds in which no provider was being asked: the gateway's own work, queueing, and pauses between attempts.
    private func overhead(since receivedAt: UInt64) -> UInt64 {
        let now = EventLoop.now
        let elapsed = (now - min(receivedAt, now)) / 1_000
        let asked = attempts.reduce(Duration.zero) { $0 + $1.latency }.wholeMicroseconds
        return elapsed - min(asked, elapsed)
    }
}

extension Exchange {
    /// The fields of an answer that no provider has a part in.
    func ownFields(_ contentType: String) -> [(name: String, value: String)] {
        var fields = fields(contentType)
        AnswerFields().told(since: receivedAt).add(to: &fields)
        return fields
    }
}
