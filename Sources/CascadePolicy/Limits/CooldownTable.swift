/// The cooldowns of all providers, by name, so that they outlive a reload of the configuration.
///
/// Memory is bounded by the number of names in use times `Cooldown.modelCapacity`; `keep(_:)` forgets the names that a
/// reload removed.
public struct CooldownTable: Sendable {
    /// What to do where a provider names no time.
    public var settings: Cooldown.Settings
    private var providers: [String: Cooldown] = [:]

    public init(settings: Cooldown.Settings = Cooldown.Settings()) {
        self.settings = settings
    }

    /// When `model` of `provider` may be asked again; nil when it may be now.
    public func until(provider: String, model: String?, at now: Instant) -> Instant? {
        // The common case: nothing is cooling, and no name is hashed.
        if providers.isEmpty { return nil }
        return providers[provider]?.until(model: model, at: now)
    }

    /// Pauses a model, or the whole provider for a nil model, until `instant` or a later one already set.
    ///
    /// The pause is held between `Cooldown.shortest` and `Cooldown.longest` from `now`.
    public mutating func set(until instant: Instant, provider: String, model: String?, at now: Instant) {
        let earliest = now.advanced(by: Cooldown.shortest)
        let latest = now.advanced(by: Cooldown.longest)
        providers[provider, default: Cooldown()].set(until: min(max(instant, earliest), latest), model: model, at: now)
    }

    /// Takes note of a failure; the pause's end, or nil when this failure asks for none. See `Cooldown.record`.
    @discardableResult
    public mutating func record(
        _ failure: FailureClass, retryAfter: Duration?, provider: String, model: String?, at now: Instant
    ) -> Instant? {
        // A failure that pauses nothing must not leave an entry behind.
        var cooldown = providers[provider] ?? Cooldown()
        let end = cooldown.record(failure, retryAfter: retryAfter, model: model, settings: settings, at: now)
        if end != nil { providers[provider] = cooldown }
        return end
    }

    /// The model answered; see `Cooldown.succeeded`.
    public mutating func succeeded(provider: String, model: String?) {
        if providers.isEmpty { return }
        providers[provider]?.succeeded(model: model)
    }

    /// Forgets a provider's pauses: an operator's word that it may be asked now.
    public mutating func clear(provider: String) {
        providers[provider] = nil
    }

    /// Forgets every provider that is not among `names`.
    public mutating func keep(_ names: some Sequence<String>) {
        let names = Set(names)
        providers = providers.filter { names.contains($0.key) }
    }
}
