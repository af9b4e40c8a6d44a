import CascadePolicy
import Testing

@Suite("Fallback machine")
struct FallbackMachineTests {
    @Test("answers", arguments: FallbackScenario.answers)
    func answers(_ scenario: FallbackScenario) { scenario.run() }

    @Test("any failure after the first token ends the request as cut", arguments: FailureClass.allCases)
    func afterCommit(failure: FailureClass) {
        var harness = FallbackHarness(3)
        for event in [FallbackHarness.Event.start, .admitted, .committed] { _ = harness.step(event, at: 0) }
        let outcome: FallbackMachine.Outcome = failure == .cancel ? .cancelled : .cut(candidate: 0)
        #expect(harness.step(.failed(failure), at: 1) == .finish(outcome))
        #expect(harness.machine.attemptCount == 1)
    }

    @Test("the first failure leads where its class says", arguments: FailureClass.allCases)
    func firstFailure(failure: FailureClass) {
        var harness = FallbackHarness(2)
        for event in [FallbackHarness.Event.start, .admitted] { _ = harness.step(event, at: 0) }
        let action = harness.step(.failed(failure), at: 1)
        switch failure {
        case .connect:
            #expect(action == .consider(candidate: 0))
        case .transient, .timeout, .throttle, .quota, .auth, .ambiguous, .config, .cut:
            #expect(action == .consider(candidate: 1))
        case .request, .policy, .local:
            #expect(action == .finish(.refused(failure)))
        case .cancel:
            #expect(action == .finish(.cancelled))
        }
        #expect(harness.budget.tokens == 10)
    }

    @Test("a lone candidate's failure leads where its class says", arguments: FailureClass.allCases)
    func loneFailure(failure: FailureClass) {
        var harness = FallbackHarness(1)
        for event in [FallbackHarness.Event.start, .admitted] { _ = harness.step(event, at: 0) }
        let action = harness.step(.failed(failure), at: 10)
        switch failure {
        case .connect:
            #expect(action == .consider(candidate: 0))
        case .transient, .ambiguous, .cut, .throttle:
            #expect(action == .wait(until: 11))
        case .timeout, .quota, .auth, .config:
            #expect(action == .finish(.exhausted(retryAt: nil)))
        case .request, .policy, .local:
            #expect(action == .finish(.refused(failure)))
        case .cancel:
            #expect(action == .finish(.cancelled))
        }
        let paid: Set<FailureClass> = [.transient, .ambiguous, .cut]
        #expect(harness.budget.tokens == (paid.contains(failure) ? 9 : 10))
    }

    @Test("retries", arguments: FallbackScenario.retries)
    func retries(_ scenario: FallbackScenario) { scenario.run() }

    @Test("pauses and circuits", arguments: FallbackScenario.pauses)
    func pauses(_ scenario: FallbackScenario) { scenario.run() }

    @Test("the deadline", arguments: FallbackScenario.deadlines)
    func deadlines(_ scenario: FallbackScenario) { scenario.run() }
}
