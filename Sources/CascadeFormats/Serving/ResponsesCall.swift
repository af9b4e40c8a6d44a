/// A client's request in OpenAI's Responses format, without what would need an earlier one to be stored.
package struct ResponsesCall: Sendable {
    package var request: ChatRequest
    package var isStreamed: Bool
    /// Said back to the client; it is the first message of ``request``, too.
    var instructions: String?
    /// Said back to the client: a JSON object.
    var metadata: JSONText?

    /// Reads the first `count` bytes of `text`, which ``OpenAIChatCall/padding`` must follow.
    ///
    /// `store` is passed over, as clients send it by default: nothing is stored, and the answer says so. What builds on
    /// something stored is refused.
    package init(_ text: Span<UInt8>, count: Int) throws(ClientRequestError) {
        var reader = ResponsesReader()
        try ClientText.scan(text, count: count, plan: ResponsesTag.plan) { (hit, tag) throws(ClientRequestError) in
            if let tag { try reader.take(hit, tag) }
        }
        self = try reader.call()
    }

    init(request: ChatRequest, isStreamed: Bool, instructions: String?, metadata: JSONText?) {
        self.request = request
        self.isStreamed = isStreamed
        self.instructions = instructions
        self.metadata = metadata
    }
}
