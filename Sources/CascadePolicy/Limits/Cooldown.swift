/// The pauses that one provider asked for, by model, in bounded memory.
///
/// A throttle pauses the model it was met on. A refused or exhausted credential pauses the provider whole, because every
/// model is reached with it. A pause only ever grows: no later event ends one before the provider's own Retry-After.
public struct Cooldown: Sendable, Hashable {
    /// The shortest and the longest pause, whatever a provider asks for.
    public static let shortest = Duration.seconds(1)
    public static let longest = Duration.seconds(6 * 3600)
    /// Models remembered apart; one more, and the pauses merge into one for the whole provider, which ends no earlier.
    public static let modelCapacity = 16

    /// What to do where the provider names no time.
    public struct Settings: Sendable, Hashable {
        /// Pause of a refused credential.
        public var auth: Duration
        /// Pause of a credential out of credit.
        public var quota: Duration
        /// First pause of a throttle; it doubles with each one in a row.
        public var throttleBase: Duration
        /// The bound of that doubling.
        public var throttleCap: Duration

        public init(
            auth: Duration = .seconds(60),
            quota: Duration = .seconds(600),
            throttleBase: Duration = .seconds(1),
            throttleCap: Duration = .seconds(60)
        ) {
            self.auth = auth
            self.quota = quota
            self.throttleBase = throttleBase
            self.throttleCap = throttleCap
        }
    }

    private struct Pause: Sendable, Hashable {
        var model: String?
        var until: Instant
        // Throttles in a row that named no time.
        var streak = 0
    }

    private var pauses: [Pause] = []

    public init() {}

    /// When `model` may be asked again; nil when it may be now. A nil model asks for the provider whole.
    public func until(model: String?, at now: Instant) -> Instant? {
        var latest: Instant?
        for pause in pauses where pause.until > now && (pause.model == nil || pause.model == model) {
            latest = max(latest ?? pause.until, pause.until)
        }
        return latest
    }

    /// Pauses `model`, or the whole provider for nil, until `instant` or a later one already set.
    public mutating func set(until instant: Instant, model: String?, at now: Instant) {
        let index = index(for: model, at: now)
        pauses[index].until = max(pauses[index].until, instant)
    }

    /// Takes note of a failure; the pause's end, or nil when this failure asks for none.
    ///
    /// - Parameter retryAfter: what the provider asked for, held between `shortest` and `longest`. It is obeyed for every
    ///   class that another attempt could follow, an overloaded 503 as well as a 429.
    public mutating func record(
        _ failure: FailureClass, retryAfter: Duration?, model: String?, settings: Settings = Settings(), at now: Instant
    ) -> Instant? {
        guard let pause = pause(failure, retryAfter: retryAfter, model: model, settings: settings, at: now) else {
            return nil
        }
        let end = now.advanced(by: min(max(pause, Self.shortest), Self.longest))
        let scope = failure.disablesCredential ? nil : model
        set(until: end, model: scope, at: now)
        return until(model: model, at: now)
    }

    /// The model answered: the next throttle without a time starts from the first pause again. No pause is shortened.
    public mutating func succeeded(model: String?) {
        for index in pauses.indices where pauses[index].model == model {
            pauses[index].streak = 0
        }
    }

    private mutating func pause(
        _ failure: FailureClass, retryAfter: Duration?, model: String?, settings: Settings, at now: Instant
    ) -> Duration? {
        switch failure {
        case .throttle:
            if let retryAfter { return retryAfter }
            let index = index(for: model, at: now)
            // Long quiet ends a streak: the provider was not asked, or answered, meanwhile.
            if pauses[index].until.advanced(by: settings.throttleCap) < now { pauses[index].streak = 0 }
            pauses[index].streak += 1
            return settings.throttleBase.doubled(pauses[index].streak - 1, cap: settings.throttleCap)
        case .quota:
            return retryAfter ?? settings.quota
        case .auth:
            return retryAfter ?? settings.auth
        case .connect, .transient, .timeout, .ambiguous:
            return retryAfter
        case .request, .policy, .config, .cut, .cancel, .local:
            return nil
        }
    }

    private mutating func index(for model: String?, at now: Instant) -> Int {
        if let found = pauses.firstIndex(where: { $0.model == model }) { return found }
        if pauses.count >= Self.modelCapacity { pauses.removeAll { $0.until <= now } }
        if pauses.count >= Self.modelCapacity {
            let latest = pauses.map(\.until).max() ?? now
            pauses = [Pause(model: nil, until: latest)]
            return 0
        }
        pauses.append(Pause(model: model, until: now))
        return pauses.count - 1
    }
}
