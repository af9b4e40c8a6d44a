import CascadePolicy
import Foundation
import Testing

@Suite("Deterministic simulation")
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// The one seed to run, and to tell of.
    private static let seed = environment["CASCADE_SIMULATION_SEED"].flatMap { UInt64($0) }
    /// More of them find what is rarer: a million take minutes.
    private static let runs = environment["CASCADE_SIMULATION_RUNS"].flatMap { UInt64($0) } ?? 100_000
    private static let blocks: UInt64 = 8

    private static func replay(_ seed: UInt64) -> Comment {
        "seed \(seed); to see it: CASCADE_SIMULATION_SEED=\(seed) Scripts/test --filter SimulationTests.replay"
    }

    @Test("the invariants hold over many seeds", .enabled(if: seed == nil), arguments: 0..<blocks)
    func invariants(block: UInt64) {
        for seed in (block * Self.runs / Self.blocks)..<((block + 1) * Self.runs / Self.blocks) {
            var world = Simulation(seed: seed)
            world.run()
            #expect(world.violations == [], Self.replay(seed))
            guard world.violations.isEmpty else { return }
        }
    }

    @Test("one seed, told step by step", .enabled(if: seed != nil, "CASCADE_SIMULATION_SEED names no seed"))
    func replay() throws {
        let seed = try #require(Self.seed)
        var world = Simulation(seed: seed, keepsJournal: true)
        world.run()
        print((world.journal ?? []).joined(separator: "\n"))
        #expect(world.violations == [], Self.replay(seed))
    }

    @Test("the same seed gives the same trace, another seed another", .enabled(if: seed == nil))
    func repeatable() {
        var traces: Set<UInt64> = []
        for seed in 0..<300 as Range<UInt64> {
            var first = Simulation(seed: seed)
            var second = Simulation(seed: seed, keepsJournal: true)
            first.run()
            second.run()
            #expect(first.trace == second.trace, Self.replay(seed))
            traces.insert(first.trace)
        }
        #expect(traces.count == 300)
    }

    @Test("the runs are not idle: every outcome and every rule comes up", .enabled(if: seed == nil))
    func coverage() {
        var outcomes: [String: Int] = [:]
        var sums = Simulation.Tally()
        for seed in 0..<1000 as Range<UInt64> {
            var world = Simulation(seed: seed)
            world.run()
            outcomes.merge(world.tally.outcomes, uniquingKeysWith: +)
            for count in Self.counts {
                sums[keyPath: count] += world.tally[keyPath: count]
            }
        }
        let expected = [
            "answered", "cut", "exhausted", "refused request", "refused policy", "refused local", "cancelled",
            "deadline exceeded",
        ]
        for name in expected { #expect(outcomes[name, default: 0] > 20, "\(name)") }
        for count in Self.counts { #expect(sums[keyPath: count] > 50, "\(count)") }
        #expect(sums.probes > sums.forcedProbes)
    }

    private static var counts: [WritableKeyPath<Simulation.Tally, Int>] {
        [
            \.forcedProbes, \.waits, \.paidRetries, \.lostRaces, \.probes, \.opened, \.busy, \.savedMoney,
        ]
    }
}
