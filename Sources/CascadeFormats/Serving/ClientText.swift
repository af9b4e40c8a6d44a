internal import CCascadeJSON

/// The text of a client's request.
enum ClientText {
    /// Hands `take` what `plan` names in the first `count` bytes of `text`, which padding must follow.
    static func scan<Tag>(
        _ text: Span<UInt8>, count: Int, plan: JSONPlan<Tag>,
        _ take: (JSONHit, Tag?) throws(ClientRequestError) -> Void
    ) throws(ClientRequestError) {
        guard (try? UTF8Span(validating: text.extracting(first: count))) != nil else {
            throw ClientRequestError("the body is not UTF-8 text")
        }
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        let hits: JSONHits<Tag>
        do throws(JSONScanError) {
            // Bytes as bytes: there is nothing of theirs that could be uninitialised.
            hits = try unsafe parser.scan(text.bytes, count: count, plan: plan)
        } catch {
            switch error {
            case .malformed: throw ClientRequestError("the body is not valid JSON")
            case .tooDeep: throw ClientRequestError("the body is nested too deeply")
            case .noMemory: throw ClientRequestError("the body is too large to be read")
            }
        }
        for index in 0..<hits.count { try take(hits[index], hits.tag(index)) }
    }
}
