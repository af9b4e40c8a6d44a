internal import CCascadeJSON

/// A client's request for a message, read from Anthropic's format.
package struct AnthropicCall: Sendable {
    package var request: ChatRequest
    package var isStreamed: Bool

    /// Reads the first `count` bytes of `text`, which ``OpenAIChatCall/padding`` must follow.
    ///
    /// Members that mean nothing here are passed over; what would change the answer and cannot be asked of every format
    /// is refused.
    package init(_ text: Span<UInt8>, count: Int) throws(ClientRequestError) {
        var reader = AnthropicRequestReader()
        try ClientText.scan(text, count: count, plan: AnthropicRequestTag.plan) { hit, tag throws(ClientRequestError) in
            try reader.take(hit, tag)
        }
        self = try reader.call()
    }

    init(request: ChatRequest, isStreamed: Bool) {
        self.request = request
        self.isStreamed = isStreamed
    }
}
