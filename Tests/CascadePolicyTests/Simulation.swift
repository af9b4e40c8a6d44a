import CascadePolicy

/// A small world under a virtual clock: clients that send requests over shared providers which fail in every way there is.
///
/// Everything is drawn from one seed, so a run can be repeated. The world checks the invariants as it goes, against
/// records of its own, and keeps what it found in `violations`.
struct Simulation {
    enum Event {
        case begin(request: Int)
        case commit(request: Int, attempt: Int)
        case end(request: Int, attempt: Int)
        case wake(request: Int)
        case cancel(request: Int)
        case deadline(request: Int)
        case reload
    }

    typealias Entry = (time: Instant, order: Int, event: Event)

    struct Provider {
        var name: String
        var breaker: CircuitBreaker
        var cooldownShadow = Instant(nanoseconds: 0)
        /// In percent.
        var failureRate: Int
        var isEnabled = true
        var leases: [Int: Instant] = [:]
    }

    /// What becomes of an attempt, drawn when it starts.
    enum Fate {
        case answer
        case fail(FailureClass, retryAfter: Duration?)
        case cut
    }

    struct Attempt {
        var id: Int
        var candidate: Int
        var lease: CircuitBreaker.Lease?
        var fate: Fate
        var hasCommitted = false
    }

    struct Request {
        var machine: FallbackMachine
        var limits: FallbackMachine.Limits
        var deadline: Instant?
        var providers: [Int]
        var attempt: Attempt?
        var attempts: [Int]
        var lastFailure: [FailureClass?]
        var deliveredFrom: Set<Int> = []
        var outcomes: [FallbackMachine.Outcome] = []
        var cancelled = false
        var heldByCircuit = false
        var probeHadNoPlace = false
    }

    /// How often each thing happened, so that a test can tell a thorough run from an idle one.
    struct Tally {
        var outcomes: [String: Int] = [:]
        var forcedProbes = 0
        var waits = 0
        var paidRetries = 0
        var lostRaces = 0
        var probes = 0
    }

    var generator: SplitMix64
    var now = Instant(nanoseconds: 0)
    var queue: [Entry] = []
    var order = 0
    var providers: [Provider] = []
    var requests: [Request] = []
    var cooldowns = CooldownTable()
    var budget: RetryBudget
    let tokens: Int
    var successes = 0
    var nextAttempt = 0
    var trace: UInt64 = 0xCBF2_9CE4_8422_2325
    var violations: [String] = []
    var tally = Tally()

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        tokens = Int.random(in: 0...10, using: &generator)
        budget = RetryBudget(tokens: tokens)
        for index in 0..<Int.random(in: 1...4, using: &generator) {
            let settings = CircuitBreaker.Settings(
                failureThreshold: draw(1...4), recoveryTimeout: .seconds(draw(1...20)), halfOpenMaxCalls: draw(1...3),
                probeLease: .seconds(draw(5...40)))
            providers.append(
                Provider(name: "p\(index)", breaker: CircuitBreaker(settings), failureRate: draw(20...100)))
        }
        for index in 0..<draw(1...12) {
            requests.append(makeRequest())
            schedule(.begin(request: index), after: draw(0...30_000))
        }
        if chance(50) { schedule(.reload, after: draw(0...40_000)) }
    }

    /// Runs until nothing is left to happen.
    mutating func run() {
        var steps = 0
        while let index = queue.indices.min(by: { isEarlier(queue[$0], queue[$1]) }) {
            let next = queue.remove(at: index)
            now = next.time
            handle(next.event)
            steps += 1
            if steps > 5000 {
                violations.append("does not come to an end")
                return
            }
        }
        checkEnd()
    }

    private func isEarlier(_ a: Entry, _ b: Entry) -> Bool {
        (a.time, a.order) < (b.time, b.order)
    }

    mutating func draw(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func chance(_ percent: Int) -> Bool {
        draw(1...100) <= percent
    }

    mutating func schedule(_ event: Event, after milliseconds: Int) {
        schedule(event, at: now.advanced(by: .milliseconds(milliseconds)))
    }

    mutating func schedule(_ event: Event, at time: Instant) {
        order += 1
        queue.append((time, order, event))
    }

    mutating func note(_ value: Int) {
        trace = (trace ^ UInt64(truncatingIfNeeded: value)) &* 0x100_0000_01B3
    }

    private mutating func makeRequest() -> Request {
        let limits = FallbackMachine.Limits(
            attemptsPerProvider: draw(1...3), attemptsPerRequest: draw(1...8), retryAmbiguous: chance(50),
            maxWait: .seconds(draw(0...60)))
        var candidates = Array(providers.indices)
        if chance(30) { candidates.shuffle(using: &generator) }
        return Request(
            machine: FallbackMachine(candidateCount: 0, limits: limits, deadline: nil), limits: limits,
            providers: candidates, attempts: Array(repeating: 0, count: candidates.count),
            lastFailure: Array(repeating: nil, count: candidates.count))
    }
}
