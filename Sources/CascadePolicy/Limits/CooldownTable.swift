/// The cooldowns of all providers, by name, so that they outlive a reload of the configuration.
///
/// Memory is bounded by the number of names in use times twice `Cooldown.modelCapacity`; `keep(_:)` forgets the names
/// that a reload removed.
public struct CooldownTable: Sendable {
    /// What to do where a provider names no time.
    public var settings: Cooldown.Settings
    private var providers: [String: Cooldown] = [:]

    public init(settings: Cooldown.Settings = Cooldown.Settings()) {
        self.settings = settings
    }

    /// Until when `model` of `provider` must be left alone, and why; nil when it may be asked now.
    public func pause(provider: String, model: String?, at now: Instant) -> Cooldown.Pause? {
        // The common case: nothing is cooling, and no name is hashed.
        if providers.isEmpty { return nil }
        return providers[provider]?.pause(model: model, at: now)
    }

    /// The pause that ends last, of the provider and all its models.
    public func longestPause(provider: String, at now: Instant) -> Cooldown.Pause? {
        providers[provider]?.longestPause(at: now)
    }

    /// Takes note of a failure; the pause's end, or nil when this failure asks for none. See `Cooldown.record`.
    @discardableResult
    public mutating func record(
        _ failure: FailureClass, reason: String? = nil, retryAfter: Duration?, provider: String, model: String?,
        at now: Instant
    ) -> Instant? {
        // A failure that pauses nothing must not leave an entry behind.
        var cooldown = providers[provider] ?? Cooldown()
        let end = cooldown.record(
            failure, reason: reason, retryAfter: retryAfter, model: model, settings: settings, at: now)
        if end != nil { providers[provider] = cooldown }
        return end
    }

    /// The provider does not have the model; the pause's end. The provider's other models may be asked.
    @discardableResult
    public mutating func modelMissing(
        provider: String, model: String, reason: String? = nil, at now: Instant
    ) -> Instant {
        providers[provider, default: Cooldown()].modelMissing(model, reason: reason, settings: settings, at: now)
    }

    /// The provider has the model now: ends the pause that it was given for lack of it, and no other.
    public mutating func modelFetched(provider: String, model: String) {
        providers[provider]?.modelFetched(model)
    }

    /// The model answered; see `Cooldown.succeeded`.
    public mutating func succeeded(provider: String, model: String?) {
        if providers.isEmpty { return }
        providers[provider]?.succeeded(model: model)
    }

    /// Forgets a provider's pauses: an operator's word, or another credential, says that it may be asked now.
    public mutating func clear(provider: String) {
        providers[provider] = nil
    }

    /// Forgets every provider that is not among `names`.
    public mutating func keep(_ names: some Sequence<String>) {
        let names = Set(names)
        providers = providers.filter { names.contains($0.key) }
    }
}
