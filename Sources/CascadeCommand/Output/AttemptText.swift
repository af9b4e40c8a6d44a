internal import Cascade

/// Attempts and answers in a line, for a person.
enum AttemptText {
    /// Tells of an attempt that failed; called on the router's thread.
    static func note(_ attempt: AttemptReport) {
        guard attempt.outcome == .failed else { return }
        let time = Units.text(attempt.latency)
        Console.note("\(attempt.provider) (\(attempt.model)) failed after \(time): \(why(attempt))")
    }

    /// `429 rate_limited: slow down`.
    static func why(_ attempt: AttemptReport) -> String {
        let status = attempt.status.map { "\($0) " } ?? ""
        let reason = attempt.reason ?? attempt.failureClass?.rawValue ?? attempt.outcome.rawValue
        let message = attempt.message.map { ": \($0)" } ?? ""
        return status + reason + message
    }

    /// `local cannot take messages.image_url by its format; it was left out`; `nil` when nothing was.
    static func dropped(_ fields: [String], by provider: String) -> String? {
        guard !fields.isEmpty else { return nil }
        let were = fields.count == 1 ? "it was" : "they were"
        return "\(provider) cannot take \(fields.joined(separator: ", ")) by its format; \(were) left out"
    }

    /// `openai-backup (gpt-4o-mini): answered in 1.2 s, 9 + 20 tokens`.
    static func summary(_ response: ChatResponse) -> String {
        summary(response.provider, response.model, "answered in \(Units.text(response.latency))", response.usage)
    }

    static func summary(_ stream: ChatStream) -> String {
        let firstToken = "first token after \(Units.text(stream.timeToFirstToken))"
        return summary(stream.provider, stream.model, firstToken, stream.usage)
    }

    private static func summary(_ provider: String, _ model: String, _ time: String, _ usage: Usage?) -> String {
        let tokens = usage.map { ", \($0.promptTokens) + \($0.completionTokens) tokens" } ?? ""
        return "\(provider) (\(model)): " + time + tokens
    }
}
