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
        milliseconds(head["retry-after-ms"])
            ?? milliseconds(head["x-ms-retry-after-ms"])
            ?? head["retry-after"].flatMap { secondsOrDate(trimmed($0), Clock(head: head, now: now)) }
            ?? parse(retryDelay: retryDelay, message: message)
            ?? (isThrottled ?? (head.status == 429) ? reset(head, Clock(head: head, now: now)) : nil)
    }

    /// When the response was made. Few fields ask for it, so it is read when one does.
    private struct Clock {
        let head: ResponseHead
        let now: Int64?

        var seconds: Int64? { head["date"].flatMap { DateText.http(trimmed($0)) } ?? now }
    }

    /// What a body alone says.
    static func parse(retryDelay: Duration?, message: String?) -> Duration? {
        retryDelay ?? message.flatMap(inWords)
    }

    /// `x-should-retry`: whether the provider itself advises for or against another try.
    public static func shouldRetry(_ head: ResponseHead) -> Bool? {
        guard let advice = head["x-should-retry"].map({ String(trimmed($0)) }) else { return nil }
        if advice.equals(anyCase: "true") { return true }
        return advice.equals(anyCase: "false") ? false : nil
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text.utf8[...]
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return Substring(rest)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func milliseconds(_ text: String?) -> Duration? {
        text.flatMap { DurationText.decimal(trimmed($0)) }.map { DurationText.duration(seconds: $0 / 1000) }
    }

    private static func secondsOrDate(_ text: Substring, _ clock: Clock) -> Duration? {
        if let seconds = DurationText.decimal(text) { return DurationText.duration(seconds: seconds) }
        guard let until = DateText.http(text), let date = clock.seconds else { return nil }
        return wait(until: until, from: date)
    }

    private static func wait(until end: Int64, from start: Int64) -> Duration {
        min(.seconds(max(end - start, 0)), DurationText.longest)
    }

    /// "Please retry in 46.1s." and "Please try again in 6m0s."
    private static func inWords(_ message: String) -> Duration? {
        for words in ["retry in ", "try again in "] {
            guard let found = message.utf8Span.span.firstRange(of: words, anyCase: false) else { continue }
            let start = message.utf8.index(message.startIndex, offsetBy: found.upperBound)
            var text = message[start...].prefix { !$0.isWhitespace && $0 != "," }
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
    private static func reset(_ head: ResponseHead, _ clock: Clock) -> Duration? {
        var spent: Duration?
        var unknown: Duration?
        for field in head.fields {
            guard let wait = wait(name: field.name, value: field.value, clock) else { continue }
            switch remaining(head, besides: field.name) {
            case 0?: spent = max(spent ?? .zero, wait)
            case nil: unknown = max(unknown ?? .zero, wait)
            default: break
            }
        }
        return spent ?? unknown
    }

    private static func wait(name: String, value: String, _ clock: Clock) -> Duration? {
        if name.hasPrefix(anyCase: "x-ratelimit-reset") {
            let value = trimmed(value)
            return DurationText.parse(value) ?? DurationText.decimal(value).flatMap { plainNumber($0, clock) }
        }
        guard name.hasPrefix(anyCase: "anthropic-ratelimit-"), name.hasSuffix(anyCase: "-reset"),
            let date = clock.seconds
        else { return nil }
        return DateText.rfc3339(trimmed(value)).map { wait(until: $0, from: date) }
    }

    /// What remains of a limit, by the field that says "remaining" where the one of its reset says "reset".
    private static func remaining(_ head: ResponseHead, besides name: String) -> Double? {
        guard let reset = name.utf8Span.span.firstRange(of: "reset") else { return nil }
        let start = name.utf8.index(name.startIndex, offsetBy: reset.lowerBound)
        let end = name.utf8.index(start, offsetBy: reset.count)
        return head[String(name[..<start]) + "remaining" + name[end...]].flatMap { DurationText.decimal(trimmed($0)) }
    }

    /// A plain number is a count of seconds, or a moment in Unix time, in seconds or milliseconds.
    private static func plainNumber(_ number: Double, _ clock: Clock) -> Duration? {
        guard number >= 1e9 else { return DurationText.duration(seconds: number) }
        guard let date = clock.seconds else { return nil }
        let moment = number >= 1e12 ? number / 1000 : number
        return DurationText.duration(seconds: max(moment - Double(date), 0))
    }
}
