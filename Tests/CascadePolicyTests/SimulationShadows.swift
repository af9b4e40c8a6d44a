import CascadePolicy

/// What is known of a circuit from the outside: how attempts ended, and so when it must be open.
///
/// It knows only what every breaker of these settings must do, not how ours does it: that it opens, for how long at
/// least, and what must have happened before it closes.
struct CircuitShadow {
    enum Verdict {
        case started
        case whole
        case cut
        case failed(FailureClass)
        case abandoned
    }

    struct Probe {
        var startedAt: Instant
        var isForced: Bool
    }

    private var failures = 0
    private var ends: [Bool] = []
    private var starts: [(at: Instant, failed: Bool)] = []
    private var openedAt: Instant?
    private(set) var mustStayOpenUntil: Instant?
    private var goodProbes = 0

    /// Takes in what `breaker` was just told; what it did wrong, or `nil`.
    mutating func see(
        _ verdict: Verdict, probe: Probe?, before: CircuitBreaker.State, breaker: CircuitBreaker,
        spread: Double, at now: Instant
    ) -> String? {
        let after = breaker.state(at: now)
        if openedAt == nil {
            guard mustOpen(verdict, breaker.settings, at: now) else {
                return after == .closed ? nil : "opened without a cause"
            }
            open(breaker.settings, spread: spread, at: now)
            return after == .closed ? "stays closed" : nil
        }
        return seeOpened(verdict, probe: probe, before: before, breaker: breaker, spread: spread, at: now)
    }

    private mutating func mustOpen(
        _ verdict: Verdict, _ settings: CircuitBreaker.Settings, at now: Instant
    ) -> Bool {
        switch verdict {
        case .started:
            failures = 0
            starts.append((now, false))
        case .failed(let failure) where failure.countsForBreaker:
            failures += 1
            starts.append((now, true))
            return failures >= settings.failureThreshold || isHalfBad(minimum: 2 * settings.failureThreshold, at: now)
        case .whole, .cut:
            ends = ends.suffix(4) + [verdict.isCut]
            return ends.count(where: { $0 }) >= 3
        case .failed, .abandoned:
            break
        }
        return false
    }

    /// Half of what began in the last eight slots of 7.5 s failed.
    private func isHalfBad(minimum: Int, at now: Instant) -> Bool {
        func slot(_ time: Instant) -> UInt64 { time.nanoseconds / 7_500_000_000 }
        let recent = starts.filter { slot($0.at) + 8 > slot(now) }
        return recent.count >= minimum && recent.count(where: \.failed) * 2 >= recent.count
    }

    private mutating func open(_ settings: CircuitBreaker.Settings, spread: Double, at now: Instant) {
        openedAt = now
        goodProbes = 0
        mustStayOpenUntil = now.advanced(by: settings.recoveryTimeout * spread)
    }

    private mutating func seeOpened(
        _ verdict: Verdict, probe: Probe?, before: CircuitBreaker.State, breaker: CircuitBreaker,
        spread: Double, at now: Instant
    ) -> String? {
        let after = breaker.state(at: now)
        // One that was forced on an open circuit leaves its time as it is.
        let decides = probe.map { !$0.isForced && $0.startedAt > openedAt! } ?? false
        switch verdict {
        case .started where probe != nil:
            goodProbes += 1
            mustStayOpenUntil = nil
        case .failed(let failure) where failure.countsForBreaker && decides && before == .halfOpen:
            if after != .open { return "half-open after a failed probe" }
        default:
            break
        }
        if before == .halfOpen, after == .open { open(breaker.settings, spread: spread, at: now) }
        return settle(breaker, at: now)
    }

    /// The circuit may have closed, by a probe or by a reload.
    mutating func settle(_ breaker: CircuitBreaker, at now: Instant) -> String? {
        guard openedAt != nil, breaker.state(at: now) == .closed else { return nil }
        let needed = breaker.settings.halfOpenMaxCalls
        defer { self = CircuitShadow() }
        return goodProbes < needed ? "closed after \(goodProbes) good probes of \(needed)" : nil
    }
}

extension CircuitShadow.Verdict {
    fileprivate var isCut: Bool {
        if case .cut = self { true } else { false }
    }
}

/// Until when a provider asked to be left alone, by its own words.
struct PauseShadow {
    private var credential = Instant(nanoseconds: 0)
    private var models: [String: Instant] = [:]

    mutating func see(_ failure: FailureClass, retryAfter: Duration?, model: String, at now: Instant) {
        let least: Duration
        switch failure {
        case .throttle: least = retryAfter ?? .seconds(1)
        case .auth: least = retryAfter ?? .seconds(60)
        case .quota: least = retryAfter ?? .seconds(600)
        default:
            guard let retryAfter else { return }
            least = retryAfter
        }
        // Longer than six hours is not believed, and shorter than a second not meant.
        let end = now.advanced(by: min(max(least, .seconds(1)), .seconds(6 * 3600)))
        if failure == .auth || failure == .quota {
            credential = max(credential, end)
        } else {
            models[model] = max(models[model] ?? end, end)
        }
    }

    func end(of model: String) -> Instant {
        max(credential, models[model] ?? credential)
    }
}
