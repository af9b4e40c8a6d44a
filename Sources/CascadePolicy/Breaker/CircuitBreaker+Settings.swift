extension CircuitBreaker {
    /// The breaker's limits. Values out of range are held to the nearest valid one.
    public struct Settings: Sendable, Hashable {
        /// Failures in a row that open the circuit; at least 1.
        public var failureThreshold: Int
        /// How long the circuit stays open the first time.
        public var recoveryTimeout: Duration
        /// How many probes half-open may hold, and how many must succeed to close; at least 1.
        public var halfOpenMaxCalls: Int
        /// The longest open time that failed probes can double up to.
        public var maxRecoveryTimeout: Duration
        /// How long a probe may stay unreported before its place is given to another.
        public var probeLease: Duration

        /// Attempts within a minute of which half must fail to open the circuit: 10 by default.
        var startsForRate: Int { 2 * min(failureThreshold, .max / 2) }

        /// - Parameter maxRecoveryTimeout: nil means eight times `recoveryTimeout`, at most 300 s, and never less than
        ///   `recoveryTimeout` itself.
        public init(
            failureThreshold: Int = 5,
            recoveryTimeout: Duration = .seconds(60),
            halfOpenMaxCalls: Int = 2,
            maxRecoveryTimeout: Duration? = nil,
            probeLease: Duration = .seconds(120)
        ) {
            self.failureThreshold = max(failureThreshold, 1)
            self.recoveryTimeout = max(recoveryTimeout, .zero)
            self.halfOpenMaxCalls = max(halfOpenMaxCalls, 1)
            let longest = maxRecoveryTimeout ?? self.recoveryTimeout.doubled(3, cap: .seconds(300))
            self.maxRecoveryTimeout = max(longest, self.recoveryTimeout)
            self.probeLease = max(probeLease, .milliseconds(1))
        }
    }
}
