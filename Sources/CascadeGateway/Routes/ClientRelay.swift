internal import Cascade

/// Puts a streamed answer into a client's format.
protocol ClientRelay: AnswerRelay {
    /// What has been written since the last call.
    func take() -> [UInt8]
    /// The answer is whole.
    func end()
    /// Why the answer cannot be told to its end.
    var problem: ErrorAnswer? { get }
}

extension ClientRelay {
    var problem: ErrorAnswer? { nil }
}

extension Exchange {
    /// Sends the answer as `relay` writes it, to its end. The answer has been opened.
    func pass(_ stream: ChatStream, to relay: some ClientRelay) async throws(CascadeError) {
        defer { settle(stream) }
        while try await stream.relay(to: relay) {
            guard write(relay.take()) else { return abandon(stream) }
            await waitForRoom()
            if let problem = relay.problem {
                refuse(problem, AnswerFields(stream))
                return abandon(stream)
            }
        }
        relay.end()
        _ = write(relay.take())
        finish()
        note(stream)
    }

    /// Nobody reads it any more.
    func abandon(_ stream: ChatStream) {
        stream.cancel()
        note(stream)
    }
}
