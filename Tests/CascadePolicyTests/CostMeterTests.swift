import CascadePolicy
import Testing

@Suite("Cost meter")
struct CostMeterTests {
    static let dollarAThousand = CostMeter.Price(perMillionInput: 1000, perMillionOutput: 2000)

    @Test("a request costs its tokens at the model's price")
    func price() {
        #expect(Self.dollarAThousand.cost(promptTokens: 1000, completionTokens: 500) == 2)
        #expect(Self.dollarAThousand.cost(promptTokens: -1000, completionTokens: 0) == 0)
        for odd in [nil, Double.nan, -1, Double.infinity] {
            let price = CostMeter.Price(perMillionInput: odd, perMillionOutput: odd)
            #expect(price.cost(promptTokens: 9, completionTokens: 9) == 0)
        }
    }

    @Test("alerts once a day at its share, then stops paid models at the budget")
    func course() {
        var meter = CostMeter(dailyBudget: 10, alertPercent: 80)
        let steps: [(day: Int, tokens: Int, alerts: Bool, state: CostMeter.BudgetState)] = [
            (1, 7000, false, .ok), (1, 1000, true, .alert), (1, 1000, false, .alert), (1, 1000, false, .exceeded),
            (1, 1000, false, .exceeded), (2, 1000, false, .ok), (2, 9000, true, .exceeded),
        ]
        for step in steps {
            let alerts = meter.record(
                Self.dollarAThousand, promptTokens: step.tokens, completionTokens: 0, day: step.day)
            #expect(alerts == step.alerts)
            #expect(meter.state(day: step.day) == step.state)
            #expect(meter.decision(day: step.day) == (step.state == .exceeded ? .skipPaid : .allowAll))
        }
        #expect(meter.spent(day: 2) == 10)
        #expect(meter.decision(day: 3) == .allowAll)
    }

    @Test("without a budget nothing is stopped")
    func unlimited() {
        var meter = CostMeter()
        let alerts = meter.record(Self.dollarAThousand, promptTokens: .max, completionTokens: 0, day: 1)
        #expect(!alerts)
        #expect(meter.decision(day: 1) == .allowAll)
    }

    @Test("what an earlier process spent on the day counts, and not twice")
    func restored() {
        var meter = CostMeter(dailyBudget: 10)
        meter.restore(spent: 9, day: 1)
        #expect(meter.state(day: 1) == .alert)
        _ = meter.record(Self.dollarAThousand, promptTokens: 1000, completionTokens: 0, day: 1)
        #expect(meter.state(day: 1) == .exceeded)
        meter.restore(spent: 9, day: 1)
        #expect(meter.spent(day: 1) == 10)
        #expect(meter.spent(day: 2) == 0)
    }
}
