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
        let reason = attempt.reason ?? attempt.failureClass?.rawValue ?? attempt.outcome.rawValue
        var message = attempt.message ?? ""
        // An answer that broke off had begun well.
        guard let status = attempt.status, status >= 300 else {
            return message.isEmpty ? reason : "\(reason): \(message)"
        }
        // The message says the status itself.
        let head = "HTTP \(status)"
        if message == head { message = "" }
        if message.hasPrefix(head + ", ") { message = String(message.dropFirst(head.count + 2)) }
        return "\(status) \(reason)" + (message.isEmpty ? "" : ": \(message)")
    }

    /// `local cannot take messages.image_url by its format; it was left out`; `nil` when nothing was.
    static func dropped(_ fields: [String], by provider: String) -> String? {
        guard !fields.isEmpty else { return nil }
        let were = fields.count == 1 ? "it was" : "they were"
        return "\(provider) cannot take \(fields.joined(separator: ", ")) by its format; \(were) left out"
    }

    /// `local answers with llama3.2 instead of gpt-4o`.
    static func substitution(_ stream: ChatStream, for model: String?) -> String {
        "\(stream.provider) answers with \(answering(stream.model, insteadOf: model))"
    }

    static func substitution(_ response: ChatResponse, for model: String?) -> String {
        "\(response.provider) answers with \(answering(response.model, insteadOf: model))"
    }

    /// `openai-backup (gpt-4o-mini): answered in 1.2 s, 9 + 20 tokens`.
    ///
    /// - Parameter model: What was asked for, if anything.
    static func summary(_ response: ChatResponse, for model: String?) -> String {
        let answering = response.isFallbackModel ? answering(response.model, insteadOf: model) : response.model
        return summary(response.provider, answering, "answered in \(Units.text(response.latency))", response.usage)
    }

    static func summary(_ stream: ChatStream, for model: String?) -> String {
        let answering = stream.isFallbackModel ? answering(stream.model, insteadOf: model) : stream.model
        let firstToken = "first token after \(Units.text(stream.timeToFirstToken))"
        return summary(stream.provider, answering, firstToken, stream.usage)
    }

    private static func answering(_ model: String, insteadOf asked: String?) -> String {
        "\(model) instead of \(asked ?? "its default")"
    }

    private static func summary(_ provider: String, _ model: String, _ time: String, _ usage: Usage?) -> String {
        let tokens = usage.map { ", \($0.promptTokens) + \($0.completionTokens) tokens" } ?? ""
        return "\(provider) (\(model)): " + time + tokens
    }
}
