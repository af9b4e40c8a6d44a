internal import Cascade

/// A request that has ended, as the dashboard tells of it.
struct FinishedRequest: Sendable {
    enum Outcome: String, Sendable { case answered, failed, cut, cancelled }

    var id: String
    var path: String
    var outcome: Outcome
    /// Who answered, or failed last.
    var provider: String?
    var model: String?
    /// Of the failure.
    var code: String?
    var message: String?
    /// ``EventLoop/now`` when the request was complete, and when its answer was.
    var receivedAt: UInt64
    var endedAt: UInt64
    /// From the call of the router; `nil` for an answer that was not streamed.
    var timeToFirstToken: Duration?
    var usage: Usage?
    var attempts: [AttemptReport]
}

extension FinishedRequest.Outcome {
    init(_ outcome: AttemptReport.Outcome) {
        self =
            switch outcome {
            case .answered: .answered
            case .failed: .failed
            case .cut: .cut
            case .cancelled: .cancelled
            }
    }

    init(_ code: CascadeError.Code) {
        self =
            switch code {
            case .cancelled: .cancelled
            case .streamCut: .cut
            default: .failed
            }
    }
}
