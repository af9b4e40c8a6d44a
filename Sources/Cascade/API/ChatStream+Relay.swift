/// Takes a streamed answer apart where it goes on to somebody else, such as a client of the gateway.
///
/// Reasoning and text come as they are decoded; a tool call after what was decoded with it.
package protocol AnswerRelay: AnyObject, ChatEventSink {
    /// Whether it takes more before what it has was sent on.
    var wantsMore: Bool { get }
    /// Whether it passes the answer's records on as they came; then it need not look at what they say.
    var takesRecords: Bool { get }
    /// An event of the stream as it came, `count` bytes with padding behind them.
    ///
    /// - Parameter isUsage: It tells the tokens used and nothing else.
    func record(_ record: RawSpan, count: Int, isUsage: Bool)
}

extension AnswerRelay {
    package var takesRecords: Bool { false }
    package func record(_ record: RawSpan, count: Int, isUsage: Bool) {}
}

extension ChatStream {
    /// Whether the provider's own events can be passed on: they are of the client's format, and all of them are there.
    package var isForwardable: Bool { core.isForwardable }

    /// Bytes of text, reasoning and calls' arguments that relays were told of.
    package var relayedBytes: Int { core.relayedBytes }

    /// Whether the answer has come to its end, as its provider meant it to.
    package var isWhole: Bool { core.isWhole }

    /// Has `relay` told what has come, waiting for it if need be; nothing of it is kept, so a stream takes no more memory
    /// the longer it is.
    ///
    /// - Returns: `false` at the end of the answer, when there was nothing more.
    /// - Throws: ``CascadeError`` when the answer was cut.
    package func relay(to relay: some AnswerRelay) async throws(CascadeError) -> Bool {
        while true {
            switch core.relay(to: relay) {
            case .value: return true
            case .wait(let turn): await core.wait(turn)
            case .ended(nil): return false
            case .ended(let error?): throw error
            }
        }
    }
}

extension AnswerRelay {
    func take(_ event: ChatEvent) {
        var relay = self
        switch event {
        case .text(let piece): relay.text(piece.utf8.span)
        case .reasoning(let piece): relay.reasoning(piece.utf8.span)
        case .toolCallStarted(let index, let id, let name): relay.toolCallStarted(index: index, id: id, name: name)
        case .toolCallArguments(let index, let piece): relay.toolCallArguments(index: index, piece.utf8.span)
        case .usage(let usage): relay.usage(usage)
        case .finished(let reason): relay.finished(reason)
        }
    }
}
