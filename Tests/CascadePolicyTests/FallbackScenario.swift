import CascadePolicy
import Testing

/// A course of events, and the action that must follow each.
struct FallbackScenario: Sendable, CustomTestStringConvertible {
    struct Step: Sendable {
        var now: Instant
        var event: FallbackHarness.Event
        var action: FallbackMachine.Action

        init(_ now: Instant, _ event: FallbackHarness.Event, _ action: FallbackMachine.Action) {
            self.now = now
            self.event = event
            self.action = action
        }
    }

    var name: String
    var candidates: Int
    var limits = FallbackMachine.Limits()
    var deadline: Instant?
    var tokens = 10
    var steps: [Step]

    var testDescription: String { name }

    func run() {
        var harness = FallbackHarness(candidates, limits, deadline: deadline)
        harness.budget = RetryBudget(tokens: tokens)
        for (index, step) in steps.enumerated() {
            let action = harness.step(step.event, at: step.now)
            #expect(action == step.action, "step \(index): \(step.event)")
            guard action == step.action else { return }
        }
    }
}
