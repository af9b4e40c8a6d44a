/// How long a provider asks to be left alone, in any of the forms that is said.
///
/// Every form is read strictly: not negative, finite, nothing behind it. What is too large for a clock comes to a
/// hundred years; whoever obeys sets the bound.
public enum RetryAfter {
    /// - Parameters:
    ///   - head: The response's status and header fields.
    ///   - retryDelay: Gemini's `RetryInfo`, from the body.
    ///   - message: The provider's message, which may say it in words.
    ///   - isThrottled: The response is a rate limit: then the limits' own reset times count when nothing else is said.
    ///   - now: Unix time in seconds, for a date in a response that bears no date itself.
    public static func parse(
        head: ResponseHead, retryDelay: Duration? = nil, message: String? = nil, isThrottled: Bool? = nil,
        now: Int64? = nil
    ) -> Duration? {
        let date = head["date"].flatMap { DateText.http(trimmed($0)) } ?? now
        return milliseconds(head["retry-after-ms"])
            ?? milliseconds(head["x-ms-retry-after-ms"])
            ?? head["retry-after"].flatMap { secondsOrDate(trimmed($0), date: date) }
            ?? parse(retryDelay: retryDelay, message: message)
            ?? (isThrottled ?? (head.status == 429) ? reset(head, date: date) : nil)
    }

    /// What a body alone says.
    static func parse(retryDelay: Duration?, message: String?) -> Duration? {
        retryDelay ?? message.flatMap(inWords)
    }

    /// `x-should-retry`: whether the provider itself advises for or against another try.
    public static func shouldRetry(_ head: ResponseHead) -> Bool? {
        switch head["x-should-retry"].map({ trimmed($0).lowercased() }) {
        case "true": true
        case "false": false
        default: nil
        }
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text[...].drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" {
            rest.removeLast()
        }
        return rest
    }

    private static func milliseconds(_ text: String?) -> Duration? {
        text.flatMap { DurationText.decimal(trimmed($0)) }.map { DurationText.duration(seconds: $0 / 1000) }
    }

    private static func secondsOrDate(_ text: Substring, date: Int64?) -> Duration? {
        if let seconds = DurationText.decimal(text) { return DurationText.duration(seconds: seconds) }
        guard let until = DateText.http(text), let date else { return nil }
        return .seconds(max(until - date, 0))
    }

    /// "Please retry in 46.1s." and "Please try again in 6m0s."
    private static func inWords(_ message: String) -> Duration? {
        for words in ["retry in ", "try again in "] {
            guard let found = message.firstRange(of: words) else { continue }
            var text = message[found.upperBound...].prefix { !$0.isWhitespace && $0 != "," }
            while text.last == "." || text.last == ")" {
                text.removeLast()
            }
            if let duration = DurationText.parse(text) { return duration }
        }
        return nil
    }
}

extension RetryAfter {
    /// When the limits that are used up are reset: the last of them. When none says what remains of it, of all of them.
    private static func reset(_ head: ResponseHead, date: Int64?) -> Duration? {
        var spent: Duration?
        var unknown: Duration?
        for field in head.fields {
            let name = field.name.lowercased()
            guard let wait = wait(name: name, value: trimmed(field.value), date: date) else { continue }
            let remaining = name.firstRange(of: "reset").map { name.replacingCharacters(in: $0, with: "remaining") }
            switch remaining.flatMap({ head[$0] }).flatMap({ DurationText.decimal(trimmed($0)) }) {
            case 0?: spent = max(spent ?? .zero, wait)
            case nil: unknown = max(unknown ?? .zero, wait)
            default: break
            }
        }
        return spent ?? unknown
    }

    private static func wait(name: String, value: Substring, date: Int64?) -> Duration? {
        if name.hasPrefix("x-ratelimit-reset") {
            return DurationText.parse(value) ?? DurationText.decimal(value).flatMap { plainNumber($0, date: date) }
        }
        guard name.hasPrefix("anthropic-ratelimit-"), name.hasSuffix("-reset"), let date else { return nil }
        return DateText.rfc3339(value).map { .seconds(max($0 - date, 0)) }
    }

    /// A plain number is a count of seconds, or a moment in Unix time, in seconds or milliseconds.
    private static func plainNumber(_ number: Double, date: Int64?) -> Duration? {
        guard number >= 1e9 else { return DurationText.duration(seconds: number) }
        guard let date else { return nil }
        let moment = number >= 1e12 ? number / 1000 : number
        return DurationText.duration(seconds: max(moment - Double(date), 0))
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
