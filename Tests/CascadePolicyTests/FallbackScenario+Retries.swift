import CascadePolicy

extension FallbackScenario {
    static let answers: [FallbackScenario] = [
        FallbackScenario(
            name: "the first candidate answers in one piece", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(1, .succeeded, .finish(.answered(candidate: 0))),
            ]),
        FallbackScenario(
            name: "a stream commits, then ends", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(1, .committed, .deliver),
                Step(2, .succeeded, .finish(.answered(candidate: 0))),
            ]),
        FallbackScenario(
            name: "no candidate at all", candidates: 0,
            steps: [Step(0, .start, .finish(.exhausted(retryAt: nil)))]),
        FallbackScenario(
            name: "a deadline already past", candidates: 1, deadline: 5,
            steps: [Step(5, .start, .finish(.deadlineExceeded))]),
    ]

    static let retries: [FallbackScenario] = [
        FallbackScenario(
            name: "a refused connect is repeated once, then the next is tried", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.connect), .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 2)),
                Step(0, .failed(.connect), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(1, .succeeded, .finish(.answered(candidate: 1))),
            ]),
        FallbackScenario(
            name: "a connect is not repeated against a circuit that it opened", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.connect), .consider(candidate: 0)),
                Step(0, .circuitOpen(60), .consider(candidate: 1)),
            ]),
        FallbackScenario(
            name: "with attempts to spare a third connect pauses, and costs no token", candidates: 1,
            limits: .init(attemptsPerProvider: 3), tokens: 0,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.connect), .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 2)),
                Step(0, .failed(.connect), .wait(until: 2)),
                Step(2, .woke, .consider(candidate: 0)),
                Step(2, .admitted, .attempt(candidate: 0, number: 3)),
                Step(2, .failed(.connect), .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "a second round in order, each pause counted from its own failure", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0.5, .failed(.transient), .consider(candidate: 1)),
                Step(0.5, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0.75, .failed(.transient), .wait(until: 1.5)),
                Step(1.5, .woke, .consider(candidate: 0)),
                Step(1.5, .admitted, .attempt(candidate: 0, number: 2)),
                Step(1.6, .failed(.transient), .wait(until: 1.75)),
                Step(1.75, .woke, .consider(candidate: 1)),
                Step(1.75, .admitted, .attempt(candidate: 1, number: 2)),
                Step(2, .failed(.transient), .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "of two that may be asked again at the same time the first goes first", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.transient), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0, .failed(.transient), .wait(until: 1)),
                Step(1, .woke, .consider(candidate: 0)),
            ]),
        FallbackScenario(
            name: "an empty budget allows no second round", candidates: 2, tokens: 0,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.transient), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0, .failed(.transient), .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "the budget's last token buys one retry", candidates: 2, tokens: 1,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.transient), .consider(candidate: 1)),
                Step(0, .circuitOpen(60), .wait(until: 1)),
                Step(1, .woke, .consider(candidate: 0)),
                Step(1, .admitted, .attempt(candidate: 0, number: 2)),
                Step(1, .failed(.transient), .finish(.exhausted(retryAt: 60))),
            ]),
        FallbackScenario(
            name: "a token paid for a retry that was refused buys the next", candidates: 2, tokens: 1,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.transient), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0.5, .failed(.transient), .wait(until: 1)),
                Step(1, .woke, .consider(candidate: 0)),
                Step(1, .circuitOpen(60), .wait(until: 1.5)),
                Step(1.5, .woke, .consider(candidate: 1)),
                Step(1.5, .admitted, .attempt(candidate: 1, number: 2)),
                Step(2, .succeeded, .finish(.answered(candidate: 1))),
            ]),
        FallbackScenario(
            name: "what may have been processed is repeated once, however many attempts are left", candidates: 1,
            limits: .init(attemptsPerProvider: 5),
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.ambiguous), .wait(until: 1)),
                Step(1, .woke, .consider(candidate: 0)),
                Step(1, .admitted, .attempt(candidate: 0, number: 2)),
                Step(1, .failed(.ambiguous), .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "what may have been processed is not repeated where that is ruled out", candidates: 2,
            limits: .init(retryAmbiguous: false),
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.ambiguous), .consider(candidate: 1)),
                Step(0, .unavailable, .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "an overload's Retry-After is waited out", candidates: 1,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failedAsking(.transient, .seconds(20)), .wait(until: 20)),
            ]),
        FallbackScenario(
            name: "attempts per request bound everything", candidates: 3, limits: .init(attemptsPerRequest: 2),
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.transient), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0, .failed(.connect), .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "one attempt per provider means one", candidates: 1, limits: .init(attemptsPerProvider: 1),
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.connect), .finish(.exhausted(retryAt: nil))),
            ]),
    ]
}
