internal import CCascadeJSON

/// A client's request for a chat completion, read from OpenAI's format.
package struct OpenAIChatCall: Sendable {
    package var request: ChatRequest
    package var isStreamed: Bool
    /// Whether a streamed answer is to end with the tokens used.
    package var includesUsage: Bool

    /// Bytes that must follow the text.
    package static var padding: Int { Int(CASC_JSON_PADDING) }

    /// Reads the first `count` bytes of `text`, which ``padding`` must follow.
    ///
    /// - Parameter keepsBody: Whether some provider speaks this format, too, and can be sent the text as it is. If none
    ///   does, what would change the answer and cannot be asked of every format is refused.
    package init(_ text: Span<UInt8>, count: Int, keepsBody: Bool) throws(ClientRequestError) {
        var reader = OpenAIRequestReader()
        try ClientText.scan(text, count: count, plan: OpenAIRequestTag.plan) { hit, tag throws(ClientRequestError) in
            try reader.take(hit, tag)
        }
        self = try reader.call { facts in
            keepsBody ? ClientBody(text, count: count, format: .openAI, facts: facts) : nil
        }
    }

    init(request: ChatRequest, isStreamed: Bool, includesUsage: Bool) {
        self.request = request
        self.isStreamed = isStreamed
        self.includesUsage = includesUsage
    }
}
