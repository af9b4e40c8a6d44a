internal import Cascade

/// What became of an exchange, for the metrics and the access log. Filled on the way, without looking at a chunk.
struct ExchangeRecord {
    enum Outcome: String, CaseIterable {
        /// The answer has left, whatever its status.
        case complete
        /// An answer that had begun ended with an error; or one could not be sent, for want of memory.
        case cut
        /// The client did not wait for the end.
        case clientGone = "client_gone"
        /// The gateway was stopped before the end.
        case stopped
    }

    var status = 0
    var outcome = Outcome.complete
    var receivedBytes = 0
    /// Of the answer's body.
    var sentBytes = 0
    /// ``EventLoop/now`` when the first piece of a streamed answer was written, comments aside.
    var firstPieceAt: UInt64 = 0
    /// The same when the answer had left.
    var endedAt: UInt64 = 0
    var provider: String?
    var model: String?
    var attempts: Int?
    /// Microseconds in which no provider was being asked.
    var overhead: UInt64?
    var usage: Usage?
    /// Only where there is an access log.
    var client: String?
    var traceID: String?

    /// Nobody will read the rest of the answer, or any of it.
    mutating func breakOff(_ reason: Outcome) {
        outcome = reason
        // What other servers log of a client that did not wait for an answer to begin.
        if status == 0 { status = reason == .clientGone ? 499 : 503 }
    }

    /// What an answer's head tells, also one that came too late to be sent.
    mutating func note(_ head: AnswerHead) {
        if status == 0 { status = head.status }
        if let told = head.told { note(told) }
    }

    mutating func note(_ told: AnswerFields.Told) {
        provider = told.provider ?? provider
        model = told.model ?? model
        attempts = told.attempts
        overhead = told.overhead
    }
}
