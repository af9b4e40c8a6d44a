internal import Cascade
internal import CascadeFormats

/// What the dashboard is told, as JSON. Times are microseconds, sizes bytes, instants milliseconds since 1970.
struct DashboardState {
    let status: RouterStatus
    let metrics: RouterMetrics
    let activity: RecentActivity.View
    /// The earliest step of a provider that is of interest: later messages repeat only what may have changed.
    let firstStep: UInt64

    /// `{"totals":{…},"providers":[…]}` without its braces. With the count of requests it tells whether anything has changed.
    func standing() -> [UInt8] {
        var json = JSONBytes()
        json.raw(#""totals":"#)
        writeTotals(to: &json)
        json.raw(#","providers":["#)
        for (index, provider) in status.providers.enumerated() {
            if index > 0 { json.raw(",") }
            // Both lists are in the order of priority, but a reload may have come between them.
            write(provider, metrics.providers.first { $0.name == provider.name }, to: &json)
        }
        json.raw("]")
        return json.bytes
    }

    private func writeTotals(to json: inout JSONBytes) {
        json.raw("{")
        json.member("requests", metrics.requests, isFirst: true)
        json.member("answered", metrics.answered)
        json.member("failed", metrics.failed)
        json.member("cancelled", metrics.cancelled)
        json.member("active", metrics.active)
        json.member("fallbacks", metrics.fallbacks)
        json.member("spent_micro_usd", Int(clampedMicros: metrics.spentToday))
        if let budget = metrics.dailyBudget { json.member("budget_micro_usd", Int(clampedMicros: budget)) }
        json.raw("}")
    }

    private func write(
        _ provider: RouterStatus.Provider, _ figures: RouterMetrics.Provider?, to json: inout JSONBytes
    ) {
        json.raw("{")
        json.member("name", provider.name, isFirst: true)
        json.member("type", provider.type.rawValue)
        json.member("enabled", provider.isEnabled)
        json.member("priority", provider.priority)
        json.member("status", provider.status.rawValue)
        json.member("circuit", provider.circuitState.rawValue)
        // Whole seconds, so that a pause is told once a second however often one looks.
        if let wait = provider.circuitOpenFor { json.member("circuit_open_s", Int(wait.components.seconds) + 1) }
        if let pause = provider.coolingDownFor { json.member("cooldown_s", Int(pause.components.seconds) + 1) }
        if let model = provider.defaultModel { json.member("model", model) }
        json.member("models", provider.models.count)
        if let figures { write(figures, to: &json) }
        json.raw("}")
    }

    /// The providers' steps, in the order of the providers: `[[…],…]`.
    func steps() -> [UInt8] {
        var json = JSONBytes()
        json.raw("[")
        for (index, provider) in status.providers.enumerated() {
            json.raw(index == 0 ? "[" : ",[")
            for (index, step) in (activity.providers[provider.name]?.steps(from: firstStep) ?? []).enumerated() {
                if index > 0 { json.raw(",") }
                Self.write(step, to: &json)
            }
            json.raw("]")
        }
        json.raw("]")
        return json.bytes
    }

    private func write(_ figures: RouterMetrics.Provider, to json: inout JSONBytes) {
        json.member("requests", figures.totalRequests)
        json.member("successful", figures.successful)
        json.member("failed", figures.failed)
        json.member("attempts", figures.attempts)
        json.member("cuts", figures.cuts)
        json.member("tokens", figures.promptTokens.addingReportingOverflow(figures.completionTokens).partialValue)
        write("latency", figures.latency, to: &json)
        write("ttft", figures.timeToFirstToken, to: &json)
    }

    private func write(_ name: String, _ quantiles: RouterMetrics.LatencyQuantiles, to json: inout JSONBytes) {
        guard quantiles.count > 0 else { return }
        json.member(name + "_p50_us", Int(quantiles.p50.wholeMicroseconds))
        json.member(name + "_p99_us", Int(quantiles.p99.wholeMicroseconds))
    }

    /// `[number,attempts,failures,µs to the first token or -1,µs to the end or -1]`, the last two as means.
    private static func write(_ step: ProviderSteps.Step, to json: inout JSONBytes) {
        let means = [
            step.streams > 0 ? Int(step.firstToken / UInt64(step.streams)) : -1,
            step.wholes > 0 ? Int(step.whole / UInt64(step.wholes)) : -1,
        ]
        json.raw("[")
        json.number(Int(step.number))
        for number in [Int(step.attempts), Int(step.failures)] + means {
            json.raw(",")
            json.number(number)
        }
        json.raw("]")
    }

    /// `[[step,resident,allocated or -1],…]`
    func memory() -> [UInt8] {
        var json = JSONBytes()
        json.raw("[")
        for (index, point) in activity.memory.filter({ $0.step >= firstStep }).enumerated() {
            json.raw(index == 0 ? "[" : ",[")
            json.number(Int(point.step))
            json.raw(",")
            json.number(point.resident)
            json.raw(",")
            json.number(point.allocated ?? -1)
            json.raw("]")
        }
        json.raw("]")
        return json.bytes
    }

    // MARK: - Requests

    /// - Parameter wallClock: Milliseconds since 1970 at `now`.
    static func write(_ request: FinishedRequest, now: UInt64, wallClock: Int, to json: inout JSONBytes) {
        json.raw("{")
        json.member("id", request.id, isFirst: true)
        json.member("path", request.path)
        json.member("outcome", request.outcome.rawValue)
        if let provider = request.provider { json.member("provider", provider) }
        if let model = request.model { json.member("model", model) }
        if let code = request.code { json.member("code", code) }
        if let message = request.message { json.member("message", message) }
        json.member("ended_ms", wallClock - Int(clamping: (now - min(request.endedAt, now)) / 1_000_000))
        json.member("took_us", Int(clamping: (request.endedAt - min(request.receivedAt, request.endedAt)) / 1_000))
        if let first = request.timeToFirstToken { json.member("ttft_us", Int(first.wholeMicroseconds)) }
        if let usage = request.usage {
            json.member("prompt_tokens", usage.promptTokens)
            json.member("completion_tokens", usage.completionTokens)
        }
        json.raw(#","attempts":["#)
        for (index, attempt) in request.attempts.enumerated() {
            if index > 0 { json.raw(",") }
            write(attempt, to: &json)
        }
        json.raw("]}")
    }

    private static func write(_ attempt: AttemptReport, to json: inout JSONBytes) {
        json.raw("{")
        json.member("provider", attempt.provider, isFirst: true)
        json.member("model", attempt.model)
        json.member("outcome", attempt.outcome.rawValue)
        if let status = attempt.status { json.member("status", status) }
        if let kind = attempt.failureClass { json.member("class", kind.rawValue) }
        if let reason = attempt.reason { json.member("reason", reason) }
        if let message = attempt.message { json.member("message", message) }
        json.member("start_us", Int(attempt.startedAfter.wholeMicroseconds))
        json.member("took_us", Int(attempt.latency.wholeMicroseconds))
        json.raw("}")
    }
}

extension Int {
    /// Millionths. A price may be anything.
    fileprivate init(clampedMicros value: Double) {
        self = Int(exactly: (value * 1_000_000).rounded()) ?? (value > 0 ? .max : 0)
    }
}

extension JSONBytes {
    fileprivate mutating func name(_ name: String, isFirst: Bool) {
        if !isFirst { raw(",") }
        string(name)
        raw(":")
    }

    mutating func member(_ name: String, _ value: String, isFirst: Bool = false) {
        self.name(name, isFirst: isFirst)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int, isFirst: Bool = false) {
        self.name(name, isFirst: isFirst)
        number(value)
    }

    mutating func member(_ name: String, _ value: Bool, isFirst: Bool = false) {
        self.name(name, isFirst: isFirst)
        if value { raw("true") } else { raw("false") }
    }
}
