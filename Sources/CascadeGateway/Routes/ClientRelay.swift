internal import Cascade
internal import CascadeFormats

/// Puts a streamed answer into a client's format. What is decoded at once is one piece of bytes, sent together.
protocol ClientRelay: AnswerRelay {
    /// What is to be sent.
    var json: JSONBytes { get set }
    /// The answer is whole.
    func end()
    /// Why the answer cannot be told to its end.
    var problem: ErrorAnswer? { get }
}

/// Enough for one piece: a longer one would be cut up by the connection's buffer anyway.
private let pieceBytes = 16 << 10

extension ClientRelay {
    var wantsMore: Bool { json.bytes.count < pieceBytes }

    var problem: ErrorAnswer? { nil }

    /// Lends what has been written since the last call.
    func drain<Value>(_ body: ([UInt8]) -> Value) -> Value { json.drain(body) }
}

extension Exchange {
    /// Keeps the client of a streamed answer waiting by comments, which clients of every format pass over. Who answers is
    /// not known when the first goes out, so its head does not say.
    func holdStream() {
        hold(streamHead(), piece: Array(": waiting\n\n".utf8))
    }

    /// Somebody answers: begins the answer in pieces, unless a comment has.
    func begin(_ stream: ChatStream) {
        unhold()
        open(streamHead(AnswerFields(stream)))
    }

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
