internal import Cascade

/// Puts a streamed answer into a client's format.
protocol ClientRelay: AnswerRelay {
    /// Lends what has been written since the last call.
    func drain(_ body: ([UInt8]) -> Bool) -> Bool
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
    func pass(_ stream: ChatStream, to relay: some ClientRelay) async {
        do throws(CascadeError) {
            while try await stream.relay(to: relay) {
                guard relay.drain(write) else { return abandon(stream) }
                if isFull { await waitForRoom() }
                if let problem = relay.problem {
                    refuse(problem, AnswerFields(stream))
                    return abandon(stream)
                }
            }
        } catch {
            settle(stream)
            return fail(error)
        }
        relay.end()
        _ = relay.drain(write)
        finish()
        settle(stream)
        note(stream)
    }

    /// Nobody reads it any more.
    func abandon(_ stream: ChatStream) {
        stream.cancel()
        settle(stream)
        note(stream)
    }
}
