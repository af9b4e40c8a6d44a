/// How providers say that a conversation does not fit the model's context window.
enum ContextLength {
    static func matches(_ message: String) -> Bool {
        guard !message.contains(anyCase: "string too long") else { return false }
        let bytes = message.utf8Span.span
        for phrase in phrases where has(phrase, bytes) {
            return true
        }
        return false
    }

    private static func has(_ phrase: [String], _ message: Span<UInt8>) -> Bool {
        var start = 0
        for part in phrase {
            guard let found = message.firstRange(of: part, from: start) else { return false }
            start = found.upperBound
        }
        return true
    }

    /// The parts of a phrase in their order and in lower case, with numbers or a name between them.
    private static let phrases: [[String]] = [
        ["maximum context length is"],
        ["prompt is too long"],
        ["exceed context limit"],
        ["model_context_window_exceeded"],
        ["input is too long"],
        ["too many input tokens"],
        ["expected maxlength"],
        ["prompt tokens (", "exceed model maximum"],
        ["exceeds the maximum number of tokens allowed"],
        ["exceeds the available context size"],
        ["longer than the model's context length"],
        ["inputs` tokens + `max_new_tokens` must be"],
        ["current length is", "while limit is"],
        ["prompt has too many tokens"],
        ["maximum input length is", "tokens"],
        ["input tokens exceed the configured limit"],
        ["context_length_exceeded"],
        ["too large for model with", "maximum context length"],
        ["context length", "exceeded"],
    ]
}
