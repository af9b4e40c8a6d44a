internal import CCascadeJSON

/// A client's request as it came, for providers that speak the client's own format: what this library knows nothing of
/// reaches them too.
///
/// It lacks the members that are not the client's to say, such as the model, which are put before it anew.
// @unchecked Sendable: the bytes are written once, before the body is handed to anybody, and freed with it.
@safe package final class ClientBody: @unchecked Sendable, Hashable {
    package let format: WireFormat
    /// What can be asked of a provider of this format alone; `nil` when the request can be put into any.
    package let onlyHere: ClientRequestError?
    /// What the client's `stream_options` say besides `include_usage`: the rest of an object.
    let streamOptions: String?
    /// Which of its two names OpenAI's limit of tokens came under.
    let usesCompletionTokens: Bool
    /// Reasoning is sent back that the format's own models did not sign.
    let hasUnsignedReasoning: Bool
    /// A field for the header of the request that the body is sent with.
    package let headerField: String?
    private let start: UnsafeMutableRawPointer
    private let count: Int

    /// The members without the braces' first, in place: the end of an object. Valid while this body is.
    var tail: ArenaBytes { unsafe ArenaBytes(start: start, count: count) }

    /// What a reader has found out about the text.
    struct Facts {
        var onlyHere: ClientRequestError?
        var usesCompletionTokens = false
        var hasUnsignedReasoning = false
        /// What Anthropic's client says in a field of its header: the versions of features that its body uses.
        var betas: String?
    }

    /// - Returns: `nil` for a text that is better not passed on: it is not valid throughout, or two readers might see
    ///   different members in it.
    init?(_ text: Span<UInt8>, count length: Int, format: WireFormat, facts: Facts) {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        guard let members = parser.members(of: text, count: length, named: .own(of: format)) else { return nil }
        let cut = JSONCut(text, count: length, without: members)
        let options = members.last { format == .openAI && $0.name == JSONMemberNames.streamOptions }
        var streamOptions: String?
        if let options, text[options.value] == UInt8(ascii: "{") {
            let (object, count) = (text.extracting(droppingFirst: options.value), options.end - options.value)
            guard let inner = parser.members(of: object, count: count, named: .includeUsage) else { return nil }
            streamOptions = JSONCut(object, count: count, without: inner).string(of: object)
        }
        // Freed in `deinit`.
        unsafe start = UnsafeMutableRawPointer.allocate(byteCount: max(cut.count, 1), alignment: 1)
        count = cut.count
        unsafe cut.copy(from: text, to: start)
        self.format = format
        self.streamOptions = streamOptions
        onlyHere = facts.onlyHere
        usesCompletionTokens = facts.usesCompletionTokens
        hasUnsignedReasoning = facts.hasUnsignedReasoning
        headerField = facts.betas.map { "anthropic-beta: \($0)" }
    }

    deinit {
        unsafe start.deallocate()
    }

    package static func == (a: ClientBody, b: ClientBody) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}
