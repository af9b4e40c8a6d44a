internal import CascadeFormats

/// Header fields that tell how long to wait: the input is their lines. Its first bytes also make durations whose value
/// is known.
func fuzzLimits(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    var input = Input(bytes, length)
    let status = input.byte() % 2 == 0 ? 429 : 503
    let numbers = (0..<4).map { _ in Int(input.byte()) }
    checkKnown(numbers)
    let text = String(decoding: input.bytes, as: UTF8.self)
    let fields = text.split(whereSeparator: \.isNewline).map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
    }
    let head = ResponseHead(status: status, fields: fields)
    for now in [nil, 0, 1_700_000_000] as [Int64?] {
        let wait = RetryAfter.parse(head: head, message: text, now: now)
        checkWait(wait)
        require(wait == RetryAfter.parse(head: head, message: text, now: now), "a wait is the same")
        for name in [
            "retry-after", "retry-after-ms", "x-ratelimit-reset-requests", "anthropic-ratelimit-requests-reset",
        ] {
            let one = ResponseHead(status: status, fields: [(name, text)])
            checkWait(RetryAfter.parse(head: one, now: now))
        }
    }
    _ = RetryAfter.shouldRetry(head)
    return 0
}

private func checkKnown(_ numbers: [Int]) {
    let (hours, minutes, seconds, milliseconds) = (numbers[0], numbers[1], numbers[2], numbers[3])
    let text = "\(hours)h\(minutes)m\(seconds)s\(milliseconds)ms"
    let expected = Duration.milliseconds(((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds)
    let head = ResponseHead(status: 429, fields: [("X-RateLimit-Reset-Tokens", " " + text + "\t")])
    require(RetryAfter.parse(head: head) == expected, "\(text) is \(expected)")
    let thousandths = String(1000 + milliseconds).dropFirst()
    let whole = ResponseHead(status: 503, fields: [("Retry-After", "\(hours).\(thousandths)")])
    let wait = Duration.milliseconds(hours * 1000 + milliseconds)
    require(RetryAfter.parse(head: whole) == wait, "\(hours).\(thousandths) s is \(wait)")
}
