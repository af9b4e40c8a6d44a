import CascadePolicy
import Testing

@Suite("Deterministic simulation")
struct SimulationTests {
    @Test("the invariants hold over many seeds", arguments: 0..<8)
    func invariants(block: UInt64) {
        for seed in (block * 1500)..<((block + 1) * 1500) {
            var world = Simulation(seed: seed)
            world.run()
            #expect(world.violations.isEmpty, "seed \(seed)")
            guard world.violations.isEmpty else { return }
        }
    }

    @Test("the same seed gives the same trace, another seed another")
    func repeatable() {
        var traces: Set<UInt64> = []
        for seed in 0..<300 as Range<UInt64> {
            var first = Simulation(seed: seed)
            var second = Simulation(seed: seed)
            first.run()
            second.run()
            #expect(first.trace == second.trace, "seed \(seed)")
            traces.insert(first.trace)
        }
        #expect(traces.count == 300)
    }

    @Test("the runs are not idle: every outcome and every rule comes up")
    func coverage() {
        var outcomes: [String: Int] = [:]
        var sums = (forced: 0, waits: 0, paid: 0, races: 0, probes: 0)
        for seed in 0..<1000 as Range<UInt64> {
            var world = Simulation(seed: seed)
            world.run()
            outcomes.merge(world.tally.outcomes, uniquingKeysWith: +)
            sums.forced += world.tally.forcedProbes
            sums.waits += world.tally.waits
            sums.paid += world.tally.paidRetries
            sums.races += world.tally.lostRaces
            sums.probes += world.tally.probes
        }
        let expected = [
            "answered", "cut", "exhausted", "refused request", "refused policy", "refused local", "cancelled",
            "deadline exceeded",
        ]
        for name in expected { #expect(outcomes[name, default: 0] > 20, "\(name)") }
        #expect(sums.forced > 50)
        #expect(sums.waits > 50)
        #expect(sums.paid > 50)
        #expect(sums.races > 50)
        #expect(sums.probes > sums.forced)
    }
}
