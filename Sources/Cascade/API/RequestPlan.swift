/// What the router would do with a request, as things stand; nothing is sent.
public struct RequestPlan: Sendable, Hashable {
    /// One provider, in the order in which it would be asked.
    public struct Step: Sendable, Hashable {
        public var provider: String
        public var type: ProviderType
        /// `nil` when neither the request nor the configuration names one.
        public var model: String?
        /// Why this model: "asked for", "default", "has vision".
        public var modelReason: String
        public var isFallbackModel: Bool
        /// Why it would be passed by now: "circuit open for 43 s", "cooling down for 12 s". `nil` when nothing is known
        /// that holds it back; what depends on other requests of that moment, such as `max_concurrency`, is not foreseen.
        public var heldBack: String?
        /// Whether the provider's certificate is checked; `false` where the configuration says not to.
        public var verifiesCertificate: Bool
    }

    /// Capabilities that the request's content needs.
    public var needs: [String]
    /// Candidates in order.
    public var steps: [Step]
    /// Providers that cannot take the request, with the reason.
    public var skipped: [SkipReport]
}
