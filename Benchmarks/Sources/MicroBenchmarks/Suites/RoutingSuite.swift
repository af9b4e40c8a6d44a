internal import CascadePolicy

/// Which providers a request is offered to.
enum RoutingSuite {
    private static let counts = [10, 1_000]

    static var all: [MicroBenchmark] {
        counts.flatMap { [cached($0), uncached($0), firstCandidate($0), allCandidates($0)] }
    }

    /// Of mixed models and tags, as a large configuration has them.
    private static func table(of count: Int) -> RoutingTable {
        RoutingTable(
            providers: (0..<count).map { index in
                RoutingTable.Provider(
                    name: "provider-\(index)", priority: 1 + index % 7,
                    models: [
                        RoutingTable.Model(name: "gpt-4o-mini", isDefault: true, contextWindow: 128_000, tier: "fast"),
                        RoutingTable.Model(
                            name: "vision-\(index % 5)", capabilities: [.text, .vision, .tools], tier: "best"),
                    ],
                    tags: index % 2 == 0 ? ["eu", "team-a"] : ["us"])
            },
            aliases: ["small": ["gpt-4o-mini"]])
    }

    private static let query = RoutingTable.Query(model: "gpt-4o-mini", needs: [.tools])

    private struct Router {
        let table: RoutingTable
        var cache = DecisionCache(capacity: 256)
    }

    private static func cached(_ count: Int) -> MicroBenchmark {
        MicroBenchmark("decision/\(count) providers", allowing: 0, prepare: { Router(table: table(of: count)) }) {
            router in
            let decision = router.cache.decision(for: query, in: router.table)
            try expect(decision.candidates.count == count, "\(count) candidates")
        }
    }

    /// The list of candidates, which grows with the table.
    private static func uncached(_ count: Int) -> MicroBenchmark {
        MicroBenchmark(
            "decision/\(count) providers uncached", allowing: 1, prepare: { table(of: count) }
        ) { table in
            try expect(table.decide(query).candidates.count == count, "\(count) candidates")
        }
    }

    /// What a request needs that the first provider answers, without the whole list.
    private static func firstCandidate(_ count: Int) -> MicroBenchmark {
        MicroBenchmark(
            "candidates/the first of \(count)", allowing: 0, prepare: { table(of: count) }
        ) { table in
            guard case .candidate(let candidate) = table.choose(provider: table.order[0], for: query) else {
                throw UnexpectedResult(expected: "a candidate")
            }
            BlackHole.take(candidate)
        }
    }

    private static func allCandidates(_ count: Int) -> MicroBenchmark {
        MicroBenchmark(
            "candidates/all of \(count), one after the other", allowing: 0, prepare: { table(of: count) }
        ) { table in
            for provider in table.order {
                guard case .candidate(let candidate) = table.choose(provider: provider, for: query) else {
                    throw UnexpectedResult(expected: "a candidate")
                }
                BlackHole.take(candidate)
            }
        }
    }
}
