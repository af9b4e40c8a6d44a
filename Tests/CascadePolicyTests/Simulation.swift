import CascadePolicy

/// A small world under a virtual clock: clients that send requests over shared providers which fail in every way there is.
///
/// All of the policy layer is in it, as the router puts it together: routing by a cached table, breakers, cooldowns,
/// places, the retry budget, the fallback machine, health and cost. Everything is drawn from one seed, so a run can be
/// repeated. The world checks the invariants as it goes, against records of its own, and keeps what it found in
/// `violations`.
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

    struct Entry {
        var time: Instant
        var event: Event
    }

    struct Provider {
        var name: String
        var breaker: CircuitBreaker
        var circuit = CircuitShadow()
        var pauses = PauseShadow()
        var health = ProviderHealth()
        /// In percent.
        var failureRate: Int
        /// Not to be had, whatever the plan says: it has no key.
        var lacksKey = false
        var limit: Int?
        var active = 0
        var leases: [Int: Instant] = [:]
        var judged = (good: 0, bad: 0)
    }

    /// What becomes of an attempt, drawn when it starts.
    enum Fate {
        case answer
        case fail(FailureClass, retryAfter: Duration?, lacksModel: Bool)
        case cut
    }

    struct Attempt {
        var id: Int
        var candidate: Int
        var lease: CircuitBreaker.Lease?
        var fate: Fate
        var startedAt: Instant
        var isForced: Bool
        var hasCommitted = false
    }

    /// A provider that a request may ask, as its plan has it, and what the request knows of it.
    struct Candidate {
        var provider: Int
        var model: String
        var attempts = 0
        var failures: [FailureClass] = []
        /// Until when it was last refused; the end of time for good.
        var refusedUntil: Instant?
    }

    struct Request {
        var machine: FallbackMachine
        var limits: FallbackMachine.Limits
        var query: RoutingTable.Query
        var begun: Instant?
        var deadline: Instant?
        var candidates: [Candidate] = []
        var attempt: Attempt?
        var waitsUntil: Instant?
        var waited = Duration.zero
        var deliveredFrom: Set<Int> = []
        /// The candidate whose answer came to its proved end.
        var provedEnd: Int?
        var outcomes: [FallbackMachine.Outcome] = []
        var cancelled = false
        var heldByCircuit = false
        var probeHadNoPlace = false

        var attempts: Int { candidates.reduce(0) { $0 + $1.attempts } }
    }

    /// How often each thing happened, so that a test can tell a thorough run from an idle one.
    struct Tally {
        var outcomes: [String: Int] = [:]
        var forcedProbes = 0
        var waits = 0
        var paidRetries = 0
        var lostRaces = 0
        var probes = 0
        var opened = 0
        var busy = 0
        var savedMoney = 0
    }

    /// Apart from the world, so that a message can be made of what is in it.
    final class Findings {
        var violations: [String] = []
    }

    var generator: SplitMix64
    var now = Instant(nanoseconds: 0)
    /// The next one last; of several at one time, those scheduled later come before.
    var queue: [Entry] = []
    var providers: [Provider] = []
    var requests: [Request] = []
    var table = RoutingTable(providers: [])
    var cache: DecisionCache
    var cooldowns = CooldownTable()
    var cost = CostMeter(dailyBudget: 0.01)
    var spent = 0.0
    var budget: RetryBudget
    let tokens: Int
    var successes = 0
    var nextAttempt = 0
    var trace: UInt64 = 0xCBF2_9CE4_8422_2325
    let findings = Findings()
    var tally = Tally()
    /// What happened, in words, where a run is looked at.
    var journal: [String]?

    init(seed: UInt64, keepsJournal: Bool = false) {
        generator = SplitMix64(seed: seed)
        tokens = Int.random(in: 0...10, using: &generator)
        budget = RetryBudget(tokens: tokens)
        cache = DecisionCache(capacity: Int.random(in: 0...3, using: &generator))
        if keepsJournal { journal = [] }
        for index in 0..<draw(1...4) {
            let settings = CircuitBreaker.Settings(
                failureThreshold: draw(1...6), recoveryTimeout: .seconds(draw(1...20)), halfOpenMaxCalls: draw(1...3),
                probeLease: .seconds(draw(5...40)))
            providers.append(
                Provider(name: "p\(index)", breaker: CircuitBreaker(settings), failureRate: draw(20...100)))
        }
        changeTable()
        for index in 0..<draw(1...12) {
            requests.append(makeRequest())
            schedule(.begin(request: index), after: draw(0...30_000))
        }
        if chance(50) { schedule(.reload, after: draw(0...40_000)) }
    }

    var violations: [String] { findings.violations }

    /// Runs until nothing is left to happen.
    mutating func run() {
        var steps = 0
        while let next = queue.popLast() {
            now = next.time
            handle(next.event)
            steps += 1
            if steps > 5000 {
                require(false, "does not come to an end")
                return
            }
        }
        checkEnd()
    }

    mutating func draw(_ range: ClosedRange<Int>) -> Int {
        // The standard library's way is a generic one, which takes a debug build a third of its time.
        range.lowerBound + Int(generator.next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    mutating func chance(_ percent: Int) -> Bool {
        draw(1...100) <= percent
    }

    mutating func schedule(_ event: Event, after milliseconds: Int) {
        schedule(event, at: now.advanced(by: .milliseconds(milliseconds)))
    }

    mutating func schedule(_ event: Event, at time: Instant) {
        var place = queue.count
        while place > 0, queue[place - 1].time <= time { place -= 1 }
        queue.insert(Entry(time: time, event: event), at: place)
    }

    mutating func note(_ value: Int) {
        trace = (trace ^ UInt64(truncatingIfNeeded: value)) &* 0x100_0000_01B3
    }

    mutating func tell(_ text: @autoclosure () -> String) {
        guard journal != nil else { return }
        journal?.append("\(now.nanoseconds / 1_000_000) ms: \(text())")
    }
}
