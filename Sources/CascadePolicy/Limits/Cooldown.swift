/// The pauses of one provider and its models, each with its cause, in bounded memory.
///
/// A throttle, and a model that is missing, pause the model they were met on. A refused or exhausted credential pauses
/// the provider whole, because every model is reached with it. A pause that was asked for only ever grows: no later
/// event ends one before the provider's own Retry-After.
public struct Cooldown: Sendable, Hashable {
    /// The shortest and the longest pause, whatever a provider asks for.
    public static let shortest = Duration.seconds(1)
    public static let longest = Duration.seconds(6 * 3600)
    /// Models that are remembered apart: so many throttled ones, and as many missing ones.
    public static let modelCapacity = 16

    /// How long to pause where the provider names no time.
    public struct Settings: Sendable, Hashable {
        /// Pause of a refused credential.
        public var auth: Duration
        /// Pause of a credential out of credit.
        public var quota: Duration
        /// Pause of a model that the provider does not have.
        public var missingModel: Duration
        /// First pause of a throttle; it doubles with each one in a row.
        public var throttleBase: Duration
        /// The bound of that doubling.
        public var throttleCap: Duration

        public init(
            auth: Duration = .seconds(60),
            quota: Duration = .seconds(600),
            missingModel: Duration = .seconds(60),
            throttleBase: Duration = .seconds(1),
            throttleCap: Duration = .seconds(60)
        ) {
            self.auth = auth
            self.quota = quota
            self.missingModel = missingModel
            self.throttleBase = throttleBase
            self.throttleCap = throttleCap
        }
    }

    /// A time in which a model, or the whole provider, is left alone.
    public struct Pause: Sendable, Hashable {
        public var until: Instant
        /// The class of the failure that it follows.
        public var failure: FailureClass
        /// The failure's bounded name, for example `rate_limited`.
        public var reason: String

        public init(until: Instant, failure: FailureClass, reason: String) {
            self.until = until
            self.failure = failure
            self.reason = reason
        }

        // Of two pauses of the same thing the later end holds, with the cause that goes with it.
        fileprivate static func later(_ old: Pause?, _ new: Pause) -> Pause {
            guard let old, old.until > new.until else { return new }
            return old
        }
    }

    private struct ModelPause: Sendable, Hashable {
        // Nil for all models.
        var model: String?
        var pause: Pause
        // Throttles in a row that named no time.
        var streak = 0
    }

    // Three kinds, kept apart so that none ends, renames or displaces another's.
    private var credential: Pause?
    private var throttled: [ModelPause] = []
    private var missing: [ModelPause] = []

    public init() {}

    /// Until when `model` must be left alone, and why; nil when it may be asked now. A nil model asks for the provider
    /// whole.
    ///
    /// While the credential is paused, that is the cause, even if a throttle lasts longer: waiting helps nobody.
    public func pause(model: String?, at now: Instant) -> Pause? {
        longest(at: now) { $0 == nil || $0 == model }
    }

    /// The pause that ends last, of the provider and all its models.
    public func longestPause(at now: Instant) -> Pause? {
        longest(at: now) { _ in true }
    }

    /// Takes note of a failure; the end of the model's pause, or nil when this failure asks for none.
    ///
    /// - Parameters:
    ///   - reason: nil for the name of the class.
    ///   - retryAfter: what the provider asked for, held between `shortest` and `longest`. It is obeyed for every class
    ///     that another attempt could follow, an overloaded 503 as well as a 429.
    public mutating func record(
        _ failure: FailureClass, reason: String? = nil, retryAfter: Duration?, model: String?,
        settings: Settings = Settings(), at now: Instant
    ) -> Instant? {
        let streak = streak(of: model, settings: settings, at: now)
        guard let length = Self.length(failure, retryAfter: retryAfter, streak: streak, settings: settings) else {
            return nil
        }
        let pause = Self.pause(for: length, failure, reason: reason, at: now)
        if failure.disablesCredential {
            credential = Pause.later(credential, pause)
        } else {
            let index = throttle(model, pause, at: now)
            if failure == .throttle, retryAfter == nil { throttled[index].streak = streak + 1 }
        }
        return self.pause(model: model, at: now)?.until
    }

    /// The provider does not have the model; the end of the model's pause.
    public mutating func modelMissing(
        _ model: String, reason: String? = nil, settings: Settings = Settings(), at now: Instant
    ) -> Instant {
        let pause = Self.pause(for: settings.missingModel, .config, reason: reason, at: now)
        modelFetched(model)
        // Nobody asked for this pause, it only spares a call. So one can go, and the other models are none the worse.
        if missing.count >= Self.modelCapacity, let soonest = missing.indices.min(by: missingEndsSooner) {
            missing.remove(at: soonest)
        }
        missing.append(ModelPause(model: model, pause: pause))
        return pause.until
    }

    /// The provider has the model after all. Other pauses of the model go on.
    public mutating func modelFetched(_ model: String) {
        missing.removeAll { $0.model == model }
    }

    /// The model answered: the next throttle without a time starts from the first pause again. No pause is shortened.
    public mutating func succeeded(model: String?) {
        for index in throttled.indices where throttled[index].model == model {
            throttled[index].streak = 0
        }
    }
}

// MARK: - Pauses

extension Cooldown {
    private func longest(at now: Instant, of isMeant: (String?) -> Bool) -> Pause? {
        var longest: Pause?
        for kind in [throttled, missing] {
            for entry in kind where entry.pause.until > now && isMeant(entry.model) {
                longest = Pause.later(longest, entry.pause)
            }
        }
        guard var credential, credential.until > now else { return longest }
        if let longest { credential.until = max(credential.until, longest.until) }
        return credential
    }

    private static func pause(
        for length: Duration, _ failure: FailureClass, reason: String?, at now: Instant
    ) -> Pause {
        let end = now.advanced(by: min(max(length, shortest), longest))
        return Pause(until: end, failure: failure, reason: reason ?? failure.rawValue)
    }

    private static func length(
        _ failure: FailureClass, retryAfter: Duration?, streak: Int, settings: Settings
    ) -> Duration? {
        switch failure {
        case .throttle: retryAfter ?? settings.throttleBase.doubled(streak, cap: settings.throttleCap)
        case .quota: retryAfter ?? settings.quota
        case .auth: retryAfter ?? settings.auth
        case .connect, .transient, .timeout, .ambiguous: retryAfter
        case .request, .policy, .config, .cut, .cancel, .local: nil
        }
    }

    private func streak(of model: String?, settings: Settings, at now: Instant) -> Int {
        guard let entry = throttled.first(where: { $0.model == model }) else { return 0 }
        // Long quiet ends a streak: the provider was not asked, or answered, meanwhile.
        return entry.pause.until.advanced(by: settings.throttleCap) < now ? 0 : entry.streak
    }

    // Where the model's throttle is kept.
    private mutating func throttle(_ model: String?, _ pause: Pause, at now: Instant) -> Int {
        if let index = throttled.firstIndex(where: { $0.model == model }) {
            throttled[index].pause = Pause.later(throttled[index].pause, pause)
            return index
        }
        if throttled.count >= Self.modelCapacity { throttled.removeAll { $0.pause.until <= now } }
        if throttled.count >= Self.modelCapacity {
            // A provider that throttles so many models throttles the caller. As one pause they end no earlier.
            let merged = throttled.reduce(pause) { Pause.later($0, $1.pause) }
            throttled = [ModelPause(model: nil, pause: merged)]
        }
        throttled.append(ModelPause(model: model, pause: pause))
        return throttled.count - 1
    }

    private func missingEndsSooner(_ a: Int, _ b: Int) -> Bool {
        missing[a].pause.until < missing[b].pause.until
    }
}
