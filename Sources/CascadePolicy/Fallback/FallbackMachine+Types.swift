extension FallbackMachine {
    /// What one request may cost. Values below the least sensible one are raised to it.
    public struct Limits: Sendable, Hashable {
        /// Attempts on one provider, the first included; at least 1.
        public var attemptsPerProvider: Int
        /// Attempts over all providers; at least 1.
        public var attemptsPerRequest: Int
        /// Whether a provider that may have processed the request is asked again. It costs a second generation at worst.
        public var retryAmbiguous: Bool
        /// How long the request may wait in all for pauses and cooldowns to end.
        public var maxWait: Duration

        public init(
            attemptsPerProvider: Int = 2,
            attemptsPerRequest: Int = 8,
            retryAmbiguous: Bool = true,
            maxWait: Duration = .seconds(60)
        ) {
            self.attemptsPerProvider = max(attemptsPerProvider, 1)
            self.attemptsPerRequest = max(attemptsPerRequest, 1)
            self.retryAmbiguous = retryAmbiguous
            self.maxWait = max(maxWait, .zero)
        }
    }

    /// Why a candidate was not attempted when its turn came.
    public enum Refusal: Sendable, Hashable {
        /// Its circuit is open, or half-open with every probe's place taken.
        case circuitOpen(until: Instant)
        /// It, or its credential, asked for a pause.
        case coolingDown(until: Instant)
        /// It is not to be had at all: disabled, no key, not available.
        case unavailable
    }

    /// What the driver does next.
    public enum Action: Sendable, Hashable {
        /// Ask breaker and cooldown about this candidate; then call `admitted` or `refused`.
        case consider(candidate: Int)
        /// Start an attempt, the `number`-th on this candidate, from 1. When `isForcedProbe` is set it bypasses an open
        /// circuit: take the lease with `CircuitBreaker.forceProbe(at:)`, and call `refused` if there is none.
        case attempt(candidate: Int, number: Int)
        /// Set a timer, then call `woke`.
        case wait(until: Instant)
        /// The attempt is the answer: pass its events on.
        case deliver
        /// The request is over. Returned once.
        case finish(Outcome)
        /// Nothing to do: the event lost a race against the request's end, or a timer fired that no longer matters.
        case ignore
    }

    /// How a request ended.
    public enum Outcome: Sendable, Hashable {
        /// This candidate answered in full.
        case answered(candidate: Int)
        /// This candidate's answer broke off after its first token.
        case cut(candidate: Int)
        /// Nobody answered. `retryAt` is the earliest instant at which a provider said it, or its circuit, could be asked.
        case exhausted(retryAt: Instant?)
        /// An answer to the caller that no other provider would better: a bad request, a policy refusal, a local fault.
        case refused(FailureClass)
        /// The caller went away.
        case cancelled
        /// The deadline of the whole cascade passed before the first token.
        case deadlineExceeded
    }
}
