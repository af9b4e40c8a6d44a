internal import Cascade
internal import CascadeTransport

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

extension Exchange {
    /// The request was answered in one piece.
    func note(_ response: ChatResponse) {
        note(.answered, response.attempts, usage: response.usage)
    }

    /// The answer in pieces has ended, or its reader has gone.
    func note(_ stream: ChatStream) {
        let attempts = stream.attempts
        note(
            FinishedRequest.Outcome(attempts.last?.outcome ?? .answered), attempts,
            timeToFirstToken: stream.timeToFirstToken, usage: stream.usage)
    }

    /// The request was not answered, or not to its end.
    func note(_ error: CascadeError) {
        note(FinishedRequest.Outcome(error.code), error.attempts, error: error)
    }

    private func note(
        _ outcome: FinishedRequest.Outcome, _ attempts: [AttemptReport], timeToFirstToken: Duration? = nil,
        usage: Usage? = nil, error: CascadeError? = nil
    ) {
        guard let history else { return }
        let last = attempts.last
        history.add(
            FinishedRequest(
                id: requestID, path: path, outcome: outcome, provider: last?.provider, model: last?.model,
                code: error?.code.rawValue, message: error?.message, receivedAt: receivedAt, endedAt: EventLoop.now,
                timeToFirstToken: timeToFirstToken, usage: usage, attempts: attempts))
    }
}

extension FinishedRequest.Outcome {
    fileprivate init(_ outcome: AttemptReport.Outcome) {
        self =
            switch outcome {
            case .answered: .answered
            case .failed: .failed
            case .cut: .cut
            case .cancelled: .cancelled
            }
    }

    fileprivate init(_ code: CascadeError.Code) {
        self =
            switch code {
            case .cancelled: .cancelled
            case .streamCut: .cut
            default: .failed
            }
    }
}
