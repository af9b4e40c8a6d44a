/// Bounds what retries can add to the load of a provider that is already in trouble.
///
/// A bucket of tokens for the whole router. Asking a provider a second time within one request takes a token when the
/// failure was of a transient kind; every success gives a little back. Turning to a provider that the request has not
/// tried yet is free, and so is repeating a connect that sent nothing. When the bucket is empty each provider is asked
/// once. (gRPC proposal A6 uses the same idea.)
public struct RetryBudget: Sendable, Hashable {
    // Thousandths of a token, so that a tenth adds up exactly.
    private var thousandths: Int
    private let maximum: Int
    private let refill: Int

    /// - Parameters:
    ///   - tokens: how many retries a full bucket holds; it starts full.
    ///   - refillPerSuccess: what one success gives back, in tokens, to the thousandth.
    public init(tokens: Int = 10, refillPerSuccess: Double = 0.1) {
        maximum = min(max(tokens, 0), 1_000_000) * 1000
        refill = refillPerSuccess.isFinite ? Int((min(max(refillPerSuccess, 0), 1000) * 1000).rounded()) : 0
        thousandths = maximum
    }

    /// Whole and part tokens left.
    public var tokens: Double { Double(thousandths) / 1000 }

    /// Takes one token for a retry; false when there is none, and then nothing is taken.
    public mutating func take() -> Bool {
        guard thousandths >= 1000 else { return false }
        thousandths -= 1000
        return true
    }

    /// A request was answered.
    public mutating func succeeded() {
        thousandths = min(thousandths + refill, maximum)
    }
}
