internal import Cascade

/// What a key has used, held against its limits. A value: time and day are arguments.
struct KeyMeter: Sendable {
    /// The time by the clocks that limits go by.
    struct Moment {
        var now: Instant
        /// Days since 1970 in UTC.
        var day: Int
        /// Seconds until the next day.
        var untilMidnight: Int
        /// Seconds since 1970.
        var seconds: Int
    }

    /// Why a request is not let in.
    enum Refusal: Sendable, Hashable {
        case requests(perMinute: Int, retryAfter: Duration)
        case tokens(perMinute: Int, asked: Int, retryAfter: Duration)
        /// The question alone is longer than what a minute brings.
        case tooLong(perMinute: Int, asked: Int)
        case concurrency(Int)
        case budget(dailyUSD: Double, retryAfter: Duration)
    }

    enum Verdict: Sendable, Hashable {
        /// With what is reserved of the tokens.
        case admitted(TokenEstimate)
        case refused(Refusal)
    }

    private(set) var limits: KeyLimits
    private(set) var active = 0
    private var requests: TokenBucket?
    private var tokens: TokenBucket?
    /// US dollars of `savedDay` that the store holds.
    private var savedCost = 0.0
    private var savedDay = 0
    /// What the store does not hold yet, by day; and that part of it which is being written.
    private var unsaved: [Int: KeyUsage] = [:]
    private var saving: [Int: KeyUsage] = [:]
    private var unsavedUse: Int?

    init(_ limits: KeyLimits, at now: Instant) {
        self.limits = limits
        requests = limits.requestsPerMinute.map { TokenBucket(perMinute: $0, at: now) }
        tokens = limits.tokensPerMinute.map { TokenBucket(perMinute: $0, at: now) }
    }

    /// Other limits; what was used stays used.
    mutating func configure(_ limits: KeyLimits, at now: Instant) {
        self.limits = limits
        Self.resize(&requests, to: limits.requestsPerMinute, at: now)
        Self.resize(&tokens, to: limits.tokensPerMinute, at: now)
    }

    private static func resize(_ bucket: inout TokenBucket?, to perMinute: Int?, at now: Instant) {
        guard let perMinute else {
            bucket = nil
            return
        }
        if bucket == nil { bucket = TokenBucket(perMinute: perMinute, at: now) }
        bucket?.resize(perMinute: perMinute, at: now)
    }

    /// US dollars spent on `day`.
    func spent(day: Int) -> Double {
        (day == savedDay ? savedCost : 0) + (unsaved[day]?.cost ?? 0) + (saving[day]?.cost ?? 0)
    }

    // MARK: - A request

    /// Lets a request in, or does not; what is refused takes nothing from any allowance.
    mutating func admit(_ estimate: TokenEstimate, at moment: Moment) -> Verdict {
        unsavedUse = moment.seconds
        var estimate = estimate
        if let refusal = refusal(&estimate, at: moment) {
            unsaved[moment.day, default: KeyUsage()].refused += 1
            return .refused(refusal)
        }
        active += 1
        requests?.take(1)
        tokens?.take(estimate.total)
        unsaved[moment.day, default: KeyUsage()].requests += 1
        return .admitted(estimate)
    }

    private mutating func refusal(_ estimate: inout TokenEstimate, at moment: Moment) -> Refusal? {
        if let budget = limits.dailyBudgetUSD, spent(day: moment.day) >= budget {
            return .budget(dailyUSD: budget, retryAfter: .seconds(moment.untilMidnight))
        }
        if let most = limits.concurrency, active >= most { return .concurrency(most) }
        if let wait = requests?.wait(for: 1, at: moment.now), wait > .zero {
            return .requests(perMinute: limits.requestsPerMinute ?? 0, retryAfter: wait)
        }
        guard let perMinute = limits.tokensPerMinute else { return nil }
        guard estimate.prompt <= perMinute else { return .tooLong(perMinute: perMinute, asked: estimate.prompt) }
        // A long answer that is merely possible does not keep a request out for ever.
        estimate.completion = min(estimate.completion, perMinute - estimate.prompt)
        if let wait = tokens?.wait(for: estimate.total, at: moment.now), wait > .zero {
            return .tokens(perMinute: perMinute, asked: estimate.total, retryAfter: wait)
        }
        return nil
    }

    /// A request that was let in has ended.
    ///
    /// - Parameters:
    ///   - used: What it took; `nil` when there was no answer.
    ///   - cost: In US dollars.
    mutating func settle(_ reserved: TokenEstimate, used: TokenEstimate?, cost: Double, day: Int) {
        active -= 1
        let total = used?.total ?? 0
        tokens?.giveBack(reserved.total)
        tokens?.take(total)
        guard let used else { return }
        var usage = KeyUsage()
        usage.promptTokens = used.prompt
        usage.completionTokens = used.completion
        usage.cost = cost
        unsaved[day, default: KeyUsage()] += usage
    }

    // MARK: - The store

    /// What is to be written, by day, and the time of the last use; ``saved(_:)`` must follow before the next call.
    mutating func takeUnsaved() -> (usage: [Int: KeyUsage], lastUsedAt: Int?) {
        saving = unsaved
        unsaved = [:]
        return (saving, unsavedUse)
    }

    /// Whether what was taken has been written; if not, it is taken again.
    mutating func saved(_ isSaved: Bool, usedAt: Int?) {
        for (day, usage) in saving {
            if !isSaved {
                unsaved[day, default: KeyUsage()] += usage
            } else if day == savedDay {
                savedCost += usage.cost
            } else if day > savedDay {
                savedDay = day
                savedCost = usage.cost
            }
        }
        saving = [:]
        if isSaved, unsavedUse == usedAt { unsavedUse = nil }
    }

    /// What the store holds of a day, whoever wrote it.
    mutating func restore(cost: Double, day: Int) {
        savedDay = day
        savedCost = cost
    }
}
