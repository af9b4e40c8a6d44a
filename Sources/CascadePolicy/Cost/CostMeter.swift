/// What a day's requests cost, against a budget.
///
/// The caller gives the number of the day, in whatever time zone the budget is meant; a new number starts from zero.
/// Prices are those of the configuration, so the sum is an estimate, good for a brake and no bill.
public struct CostMeter: Sendable, Hashable {
    /// Where the day's spending stands.
    public enum BudgetState: String, Sendable, Hashable, CaseIterable {
        case ok
        /// At or over the alert's share of the budget.
        case alert
        /// At or over the budget itself.
        case exceeded
    }

    /// Which models a request may use.
    public enum Decision: Sendable, Hashable {
        case allowAll
        /// The day's budget is spent: leave out models that cost money.
        case skipPaid
    }

    /// A model's price, in US dollars for a million tokens.
    public struct Price: Sendable, Hashable {
        public var input: Double
        public var output: Double

        /// Nil, negative and not-a-number prices count as free.
        public init(perMillionInput input: Double?, perMillionOutput output: Double?) {
            self.input = Self.valid(input)
            self.output = Self.valid(output)
        }

        /// The cost in US dollars of one request; negative counts are taken as zero.
        public func cost(promptTokens: Int, completionTokens: Int) -> Double {
            (Double(max(promptTokens, 0)) * input + Double(max(completionTokens, 0)) * output) / 1_000_000
        }

        private static func valid(_ price: Double?) -> Double {
            guard let price, price.isFinite, price > 0 else { return 0 }
            return price
        }
    }

    /// US dollars a day; nil for no budget. Zero or less is spent from the start.
    public var dailyBudget: Double?
    /// The share of the budget, in percent, at which to raise the alert.
    public var alertPercent: Double
    private var day: Int?
    private var spentToday = 0.0
    private var alerted = false

    public init(dailyBudget: Double? = nil, alertPercent: Double = 80) {
        self.dailyBudget = dailyBudget
        self.alertPercent = alertPercent
    }

    /// US dollars spent on `day`.
    public func spent(day: Int) -> Double {
        day == self.day ? spentToday : 0
    }

    /// Where the spending of `day` stands.
    public func state(day: Int) -> BudgetState {
        guard let dailyBudget else { return .ok }
        let spent = spent(day: day)
        if spent >= dailyBudget { return .exceeded }
        // Without spending there is nothing to be alert about, whatever the percentage.
        return spent > 0 && spent >= dailyBudget * alertPercent / 100 ? .alert : .ok
    }

    /// Which models a request of `day` may use.
    public func decision(day: Int) -> Decision {
        state(day: day) == .exceeded ? .skipPaid : .allowAll
    }

    /// Adds the cost of one request.
    ///
    /// - Returns: true when the alert is due now: the first time on a day that the spending reaches its share.
    public mutating func record(_ price: Price, promptTokens: Int, completionTokens: Int, day: Int) -> Bool {
        begin(day)
        spentToday += price.cost(promptTokens: promptTokens, completionTokens: completionTokens)
        guard !alerted, state(day: day) != .ok else { return false }
        alerted = true
        return true
    }

    /// What was spent on `day` before this process began; what was spent since is part of it.
    public mutating func restore(spent: Double, day: Int) {
        begin(day)
        spentToday = max(spentToday, spent)
    }

    private mutating func begin(_ day: Int) {
        guard day != self.day else { return }
        self.day = day
        spentToday = 0
        alerted = false
    }
}
