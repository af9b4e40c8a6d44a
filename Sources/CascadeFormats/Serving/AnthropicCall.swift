internal import CCascadeJSON

/// A client's request for a message, read from Anthropic's format.
package struct AnthropicCall: Sendable {
    package var request: ChatRequest
    package var isStreamed: Bool

    /// Reads the first `count` bytes of `text`, which ``OpenAIChatCall/padding`` must follow.
    ///
    /// - Parameter keepsBody: Whether some provider speaks this format, too, and can be sent the text as it is. If none
    ///   does, what would change the answer and cannot be asked of every format is refused.
    /// - Parameter betas: The header's `anthropic-beta`, without control characters.
    package init(
        _ text: Span<UInt8>, count: Int, keepsBody: Bool, betas: String? = nil
    ) throws(ClientRequestError) {
        var reader = AnthropicRequestReader()
        try ClientText.scan(text, count: count, plan: AnthropicRequestTag.plan) { hit, tag throws(ClientRequestError) in
            try reader.take(hit, tag)
        }
        self = try reader.call { facts in
            var facts = facts
            facts.betas = betas
            return keepsBody ? ClientBody(text, count: count, format: .anthropic, facts: facts) : nil
        }
    }

    init(request: ChatRequest, isStreamed: Bool) {
        self.request = request
        self.isStreamed = isStreamed
    }
}
