internal import Cascade

/// An error for a person, each fact once.
enum ErrorText {
    /// The message, then a line for each attempt and each provider passed by.
    ///
    /// - Parameter areAttemptsTold: Failed attempts have been told as they happened.
    static func text(_ error: CascadeError, areAttemptsTold: Bool) -> String {
        let head = headline(error)
        var lines: [(text: String, count: Int)] = []
        for attempt in error.attempts where attempt.outcome != .answered {
            if areAttemptsTold, attempt.outcome == .failed { continue }
            if let message = attempt.message, head.contains(message) { continue }
            let text = "  \(attempt.provider) (\(attempt.model)): \(AttemptText.why(attempt))"
            // The second attempt on a provider often fails as the first did.
            if let index = lines.firstIndex(where: { $0.text == text }) {
                lines[index].count += 1
            } else {
                lines.append((text, 1))
            }
        }
        lines += error.skipped.map { ("  \($0.provider): skipped, \($0.reason)", 1) }
        return ([head] + lines.map { $0.count == 1 ? $0.text : "\($0.text) (\($0.count) times)" })
            .joined(separator: "\n")
    }

    /// The message without the list that it ends in, where it has one.
    private static func headline(_ error: CascadeError) -> String {
        let names = error.attempts.map(\.provider) + error.skipped.map(\.provider)
        guard error.message.hasSuffix(")"), let first = names.first,
            let list = error.message.firstRange(of: " (\(first): ")
        else { return error.message }
        return String(error.message[..<list.lowerBound])
    }
}
