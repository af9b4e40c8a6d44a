internal import Cascade

/// What a request will take, by guess: reserved until its provider has counted.
struct TokenEstimate: Sendable, Hashable {
    var prompt: Int
    var completion: Int

    var total: Int { prompt.addingSaturated(completion) }

    /// An answer whose length nobody bounds.
    static let completionUnbounded = 1_024
    private static let bytesPerToken = 4
    private static let perMessage = 4
    private static let perImage = 800
    private static let perAudio = 800

    /// Of text.
    static func tokens(ofBytes count: Int) -> Int { count / bytesPerToken }

    init(prompt: Int, completion: Int) {
        self.prompt = prompt
        self.completion = completion
    }

    /// - Parameter text: UTF-8 bytes of the question; the answer is none of text, as an embedding is.
    init(textBytes text: Int) {
        self.init(prompt: Self.tokens(ofBytes: text) + 1, completion: 0)
    }

    init(_ request: ChatRequest) {
        var (bytes, tokens) = (0, 0)
        for message in request.messages {
            tokens += Self.perMessage
            for part in message.content {
                switch part {
                case .text(let text): bytes += text.utf8.count
                case .image: tokens += Self.perImage
                case .audio: tokens += Self.perAudio
                }
            }
            for call in message.toolCalls { bytes += call.name.utf8.count + call.arguments.utf8.count }
        }
        for tool in request.tools {
            bytes += tool.name.utf8.count + (tool.description?.utf8.count ?? 0)
            bytes += tool.parameters?.text.utf8.count ?? 0
        }
        self.init(
            prompt: tokens + Self.tokens(ofBytes: bytes), completion: request.maxTokens ?? Self.completionUnbounded)
    }
}
