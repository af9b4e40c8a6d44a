/// What the router would do with a request, as things stand; nothing is sent.
public struct RequestPlan: Sendable, Hashable {
    /// One provider, in the order in which it would be asked.
    public struct Step: Sendable, Hashable {
        public var provider: String
        public var type: ProviderType
        /// `nil` when neither the request nor the configuration names one.
        public var model: String?
        /// Why this model: "requested", "default", "has vision".
        public var modelReason: String
        public var isFallbackModel: Bool
        /// `nil` when it would be attempted now; else why not: "circuit open for 43 s", "cooling down for 12 s".
        public var heldBack: String?
    }

    /// Capabilities that the request's content needs.
    public var needs: [String]
    /// Candidates in order.
    public var steps: [Step]
    /// Providers that cannot take the request, with the reason.
    public var skipped: [SkipReport]
}
