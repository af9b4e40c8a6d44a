internal import Cascade
internal import CascadeTransport

/// What they are told who keep account of requests: the client's key, the access log and the dashboard.
extension Exchange {
    /// Whether the request can be asked: its model is known, and its key lets it have that model, and so many tokens.
    /// Refuses it otherwise.
    func admits(_ request: inout ChatRequest, router: CascadeRouter) -> Bool {
        if let model = request.model, !router.knowsModel(model) {
            guard model == Models.anyModel else {
                refuse(Models.unknown(model))
                return false
            }
            request.model = nil
        }
        return admits(model: request.model, TokenEstimate(request))
    }

    /// It was answered in one piece.
    func account(for reply: ChatResponse) {
        let bytes = reply.toolCalls.reduce(reply.content.utf8.count + reply.reasoning.utf8.count) {
            $0 + $1.arguments.utf8.count
        }
        settle(KeyPass.Answer(usage: reply.usage, bytes: bytes), provider: reply.provider, model: reply.model)
        note(.answered, reply.attempts, usage: reply.usage)
    }

    /// The same.
    func account(for reply: EmbeddingResponse) {
        settle(KeyPass.Answer(usage: reply.usage), provider: reply.provider, model: reply.model)
        note(.answered, reply.attempts, usage: reply.usage)
    }

    /// Its answer in pieces has ended, in whatever way.
    func settle(_ stream: ChatStream) {
        settle(
            KeyPass.Answer(usage: stream.usage, bytes: stream.relayedBytes, isWhole: stream.isWhole),
            provider: stream.provider, model: stream.model)
    }

    /// There was an answer, or a part of one: its key pays for it, once.
    private func settle(_ answer: KeyPass.Answer, provider: String, model: String) {
        note(answer.usage)
        keyPass?.settle(answer, provider: provider, model: model)
    }

    /// Its answer in pieces has ended, or its reader has gone.
    func note(_ stream: ChatStream) {
        let attempts = stream.attempts
        note(
            FinishedRequest.Outcome(attempts.last?.outcome ?? .answered), attempts,
            timeToFirstToken: stream.timeToFirstToken, usage: stream.usage)
    }

    /// It was not answered, or not to its end: tells its client.
    func fail(_ error: CascadeError) {
        refuse(ErrorAnswer(error), AnswerFields(error))
        note(error)
    }

    /// It was not answered, or not to its end.
    func note(_ error: CascadeError) {
        // A client that goes away while it is being answered, each time, would otherwise never pay.
        if record.outcome == .clientGone, let attempt = error.attempts.last, attempt.outcome == .cancelled {
            keyPass?.settleUnread(provider: attempt.provider, model: attempt.model)
        }
        note(FinishedRequest.Outcome(error.code), error.attempts, error: error)
    }

    private func note(
        _ outcome: FinishedRequest.Outcome, _ attempts: [AttemptReport], timeToFirstToken: Duration? = nil,
        usage: Usage? = nil, error: CascadeError? = nil
    ) {
        let last = attempts.last
        activity?.add(
            FinishedRequest(
                id: requestID, path: path, outcome: outcome, provider: last?.provider, model: last?.model,
                code: error?.code.rawValue, message: error?.message, receivedAt: receivedAt, endedAt: EventLoop.now,
                timeToFirstToken: timeToFirstToken, usage: usage, attempts: attempts))
    }
}
