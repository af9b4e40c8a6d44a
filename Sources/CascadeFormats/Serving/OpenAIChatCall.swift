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
    /// Members that mean nothing here are passed over; what would change the answer and cannot be asked of every format
    /// is refused.
    package init(_ text: Span<UInt8>, count: Int) throws(ClientRequestError) {
        guard (try? UTF8Span(validating: text.extracting(first: count))) != nil else {
            throw ClientRequestError("the body is not UTF-8 text")
        }
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        let hits: JSONHits<OpenAIRequestTag>
        do throws(JSONScanError) {
            // Bytes as bytes: there is nothing of theirs that could be uninitialised.
            hits = try unsafe parser.scan(text.bytes, count: count, plan: OpenAIRequestTag.plan)
        } catch {
            switch error {
            case .malformed: throw ClientRequestError("the body is not valid JSON")
            case .tooDeep: throw ClientRequestError("the body is nested too deeply")
            case .noMemory: throw ClientRequestError("the body is too large to be read")
            }
        }
        var reader = OpenAIRequestReader()
        for index in 0..<hits.count { try reader.take(hits[index], hits.tag(index)) }
        self = try reader.call()
    }

    init(request: ChatRequest, isStreamed: Bool, includesUsage: Bool) {
        self.request = request
        self.isStreamed = isStreamed
        self.includesUsage = includesUsage
    }
}
