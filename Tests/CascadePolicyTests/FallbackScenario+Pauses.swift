import CascadePolicy

extension FallbackScenario {
    static let pauses: [FallbackScenario] = [
        FallbackScenario(
            name: "a throttled candidate is waited for when nobody else is left", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failedAsking(.throttle, .seconds(30)), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(1, .failed(.auth), .wait(until: 30)),
                Step(30, .woke, .consider(candidate: 0)),
                Step(30, .admitted, .attempt(candidate: 0, number: 2)),
                Step(31, .succeeded, .finish(.answered(candidate: 0))),
            ]),
        FallbackScenario(
            name: "all cooling down: the soonest is waited for, and priority is kept among the rest", candidates: 3,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(40), .consider(candidate: 1)),
                Step(0, .cooling(10), .consider(candidate: 2)),
                Step(0, .cooling(50), .wait(until: 10)),
                Step(41, .woke, .consider(candidate: 0)),
                Step(41, .cooling(70), .consider(candidate: 1)),
                Step(41, .admitted, .attempt(candidate: 1, number: 1)),
            ]),
        FallbackScenario(
            name: "a cooldown beyond the longest wait ends the request with its time", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(300), .consider(candidate: 1)),
                Step(0, .cooling(61), .finish(.exhausted(retryAt: 61))),
            ]),
        FallbackScenario(
            name: "a cooldown that ends at the deadline is not waited for", candidates: 1, deadline: 20,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(20), .finish(.exhausted(retryAt: 20))),
            ]),
        FallbackScenario(
            name: "waits add up to the longest wait", candidates: 1,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(40), .wait(until: 40)),
                Step(40, .woke, .consider(candidate: 0)),
                Step(40, .cooling(61), .finish(.exhausted(retryAt: 61))),
            ]),
        FallbackScenario(
            name: "a refusal already over lets time pass before it is asked again", candidates: 1,
            steps: [
                Step(1, .start, .consider(candidate: 0)),
                Step(1, .cooling(1), .wait(until: 1.001)),
            ]),
        FallbackScenario(
            name: "the throttled answer carries the smallest Retry-After", candidates: 2,
            limits: .init(attemptsPerProvider: 1),
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failedAsking(.throttle, .seconds(120)), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0, .failedAsking(.throttle, .seconds(90)), .finish(.exhausted(retryAt: 90))),
            ]),
        FallbackScenario(
            name: "all circuits open: the one that closes soonest gets a forced probe", candidates: 3,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .circuitOpen(50), .consider(candidate: 1)),
                Step(0, .circuitOpen(20), .consider(candidate: 2)),
                Step(0, .circuitOpen(30), .attempt(candidate: 1, number: 1)),
                Step(1, .failed(.timeout), .finish(.exhausted(retryAt: 30))),
            ]),
        FallbackScenario(
            name: "of two circuits that close at the same time the first is probed", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .circuitOpen(50), .consider(candidate: 1)),
                Step(0, .circuitOpen(50), .attempt(candidate: 0, number: 1)),
            ]),
        FallbackScenario(
            name: "a forced probe without a place goes to the next circuit, then ends", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .circuitOpen(20), .consider(candidate: 1)),
                Step(0, .circuitOpen(30), .attempt(candidate: 0, number: 1)),
                Step(0, .circuitOpen(120), .attempt(candidate: 1, number: 1)),
                Step(0, .circuitOpen(120), .finish(.exhausted(retryAt: 120))),
            ]),
        FallbackScenario(
            name: "a circuit is probed before a cooldown is waited for, and a cooldown is never forced", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(5), .consider(candidate: 1)),
                Step(0, .circuitOpen(30), .attempt(candidate: 1, number: 1)),
                Step(1, .failed(.timeout), .wait(until: 5)),
            ]),
        FallbackScenario(
            name: "no probe is forced once something was tried", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.timeout), .consider(candidate: 1)),
                Step(0, .circuitOpen(30), .finish(.exhausted(retryAt: 30))),
            ]),
        FallbackScenario(
            name: "a circuit that became due during a pause is tried first", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .circuitOpen(0.5), .consider(candidate: 1)),
                Step(0, .admitted, .attempt(candidate: 1, number: 1)),
                Step(0, .failed(.transient), .wait(until: 1)),
                Step(1, .woke, .consider(candidate: 0)),
            ]),
        FallbackScenario(
            name: "unavailable candidates are passed by", candidates: 2,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .unavailable, .consider(candidate: 1)),
                Step(0, .unavailable, .finish(.exhausted(retryAt: nil))),
            ]),
    ]

    static let deadlines: [FallbackScenario] = [
        FallbackScenario(
            name: "no attempt starts at the deadline", candidates: 1, deadline: 10,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(10, .admitted, .finish(.deadlineExceeded)),
            ]),
        FallbackScenario(
            name: "no failover at the deadline", candidates: 2, deadline: 10,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(10, .failed(.connect), .finish(.deadlineExceeded)),
            ]),
        FallbackScenario(
            name: "no forced probe at the deadline", candidates: 1, deadline: 10,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(10, .circuitOpen(60), .finish(.deadlineExceeded)),
            ]),
        FallbackScenario(
            name: "a pause that would outlast the deadline is not begun", candidates: 1, deadline: 1,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(0, .failed(.transient), .finish(.exhausted(retryAt: nil))),
            ]),
        FallbackScenario(
            name: "a timer that fires late finds the deadline passed", candidates: 1, deadline: 10,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(5), .wait(until: 5)),
                Step(12, .woke, .finish(.deadlineExceeded)),
            ]),
        FallbackScenario(
            name: "a timer that fires early is set again", candidates: 1,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .cooling(5), .wait(until: 5)),
                Step(4.999, .woke, .wait(until: 5)),
                Step(5, .woke, .consider(candidate: 0)),
            ]),
        FallbackScenario(
            name: "a bad request is reported as such even at the deadline", candidates: 2, deadline: 10,
            steps: [
                Step(0, .start, .consider(candidate: 0)),
                Step(0, .admitted, .attempt(candidate: 0, number: 1)),
                Step(10, .failed(.request), .finish(.refused(.request))),
            ]),
    ]
}
