public import Logging

/// What a router is given besides its configuration.
public struct RouterOptions: Sendable {
    /// Sizes and limits; see ``Tuning``.
    public var tuning: Tuning
    /// Where the router logs. The level is the logger's own.
    public var logger: Logger
    /// Whether metrics are sent to the process's swift-metrics backend.
    public var emitsMetrics: Bool
    /// Whether spans are started with the process's swift-distributed-tracing backend.
    public var emitsSpans: Bool
    /// Told of each step of a model's download; called within the download, so do not block in it.
    public var onModelPull: (@Sendable (ModelPullProgress) -> Void)?
    /// Told of each attempt as it ends; may be called on the router's thread, so do not block in it.
    public var onAttempt: (@Sendable (AttemptReport) -> Void)?
    /// The time that breakers, cooldowns, budgets and back-off go by.
    public var clock: any RouterClock
    /// How long ``CascadeRouter/run()`` lets requests in flight go on once its service group shuts down.
    public var shutdownGrace: Duration
    /// Seeds jitter; `nil` takes a random one.
    public var seed: UInt64?

    public init(tuning: Tuning = Tuning(), logger: Logger = Logger(label: "cascade")) {
        self.tuning = tuning
        self.logger = logger
        self.emitsMetrics = false
        self.emitsSpans = false
        self.clock = SystemClock()
        self.shutdownGrace = .seconds(30)
    }
}
