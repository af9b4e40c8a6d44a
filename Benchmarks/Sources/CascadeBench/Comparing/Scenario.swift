internal import BenchReport

/// A load that all engines which can are put to: how to run it, and what the report says of it.
struct Scenario: Sendable {
    var name: String
    var kind: LoadKind
    var summary: String
    var engines: [EngineName]
    /// The subcommand and its options, without those that all have.
    var command: [String]
    /// One list of arguments of `double` for each upstream.
    var doubles: [[String]] = []
    /// So many that a run takes about a second; empty where the subcommand has a number of its own.
    var requests: [EngineName: Int] = [:]
    /// Requests of the run that counts allocations, if there is one, but no more than of a timed one. Loads that are
    /// subtracted from each other need the same number: what a run allocates only once is then in both.
    var counted: Int?
    /// Runs that cost long or vary little are not repeated in every round.
    var mostRounds = Int.max

    var description: LoadDescription { LoadDescription(name: name, kind: kind, summary: summary) }

    /// The same for these engines only.
    func limited(to engines: [EngineName]) -> Scenario {
        var scenario = self
        scenario.engines = self.engines.filter(engines.contains)
        return scenario
    }

    /// The same with runs of `share` of their length.
    func shortened(to share: Double) -> Scenario {
        var scenario = self
        scenario.requests = requests.mapValues { max(Int(Double($0) * share), 200) }
        scenario.counted = counted.map { max(Int(Double($0) * share), 200) }
        return scenario
    }
}

extension Scenario {
    /// - Parameter command: The built `cascade`, if its start is to be measured.
    static func all(isQuick: Bool, command: String?) -> [Scenario] {
        let shared = requests + chunks + [paced, failingOver]
        let start = command.map { [Scenario.start(of: $0)] } ?? []
        guard isQuick else {
            return shared + [held(1_000), held(5_000)] + bodies + start + [soak(seconds: 60), micro]
        }
        // Only the router and the floor under it, where runs are long.
        let long = ([held(1_000)] + bodies).map { $0.limited(to: [.cascade, .curl]) }
        return shared.map { $0.shortened(to: 0.25) } + long + start + [soak(seconds: 5), micro]
    }

    /// Those of the memory target, with the same short runs of both routers.
    static var check: [Scenario] {
        let targeted = [LoadName.plain, LoadName.streamed, LoadName.failingOver]
        return (requests + chunks + [failingOver]).filter { targeted.contains($0.name) }.map { scenario in
            var scenario = scenario.limited(to: [.cascade, .baseline])
            scenario.requests = [.cascade: 2_000, .baseline: 2_000]
            scenario.counted = 1_000
            return scenario
        }
    }

    private static let requests = [
        Scenario(
            name: LoadName.plain, kind: .requests, summary: "Answers in one piece, 16 connections.",
            engines: EngineName.allCases, command: ["run", "--concurrency", "16"], doubles: [[]],
            requests: [.cascade: 24_000, .curl: 40_000, .ahc: 16_000, .baseline: 8_000], counted: 2_000),
        Scenario(
            name: LoadName.plainMany, kind: .requests, summary: "Answers in one piece, 128 connections.",
            engines: EngineName.allCases, command: ["run", "--concurrency", "128"], doubles: [[]],
            requests: [.cascade: 24_000, .curl: 40_000, .ahc: 16_000, .baseline: 8_000], counted: 2_000),
        Scenario(
            name: LoadName.plainOne, kind: .requests, summary: "Answers in one piece, one connection.",
            engines: EngineName.allCases, command: ["run", "--concurrency", "1"], doubles: [[]],
            requests: [.cascade: 8_000, .curl: 12_000, .ahc: 5_000, .baseline: 3_000], counted: 2_000),
    ]

    private static let chunks = [
        Scenario(
            name: LoadName.streamed, kind: .requests, summary: "Streamed answers of 32 chunks, 16 connections.",
            engines: EngineName.allCases, command: ["run", "--concurrency", "16", "--stream"],
            doubles: [["--chunks", "32"]],
            requests: [.cascade: 15_000, .curl: 24_000, .ahc: 5_000, .baseline: 3_500], counted: 2_000),
        Scenario(
            name: LoadName.long, kind: .requests, summary: "Streamed answers of 512 chunks, 16 connections.",
            engines: EngineName.allCases, command: ["run", "--concurrency", "16", "--stream"],
            doubles: [["--chunks", "512"]],
            requests: [.cascade: 2_000, .curl: 4_000, .ahc: 400, .baseline: 400], counted: 2_000),
        asBytes(LoadName.streamedBytes, chunks: 32),
        asBytes(LoadName.longBytes, chunks: 512),
    ]

    /// A request every eleven milliseconds, which leaves both sides idle most of the time: what a router adds to a first
    /// token, without the wait for a processor that a saturated one has.
    private static let paced = Scenario(
        name: LoadName.paced, kind: .paced,
        summary: "Streamed answers of 32 chunks, one each 5 ms, 16 connections: neither side is saturated.",
        engines: [.cascade, .ahc, .curl], command: ["run", "--concurrency", "16", "--stream", "--stagger-ms", "11"],
        doubles: [["--chunks", "32", "--delay-ms", "5"]],
        requests: [.cascade: 480, .ahc: 480, .curl: 480])

    private static func asBytes(_ name: String, chunks: Int) -> Scenario {
        Scenario(
            name: name, kind: .allocations,
            summary: "Streamed answers of \(chunks) chunks, read as bytes, without a String for each.",
            engines: [.cascade], command: ["run", "--concurrency", "16", "--stream", "--bytes"],
            doubles: [["--chunks", "\(chunks)"]], counted: 2_000, mostRounds: 0)
    }

    /// Engines without a router cannot.
    private static let failingOver = Scenario(
        name: LoadName.failingOver, kind: .requests,
        summary: "As 32 chunks; the first of two providers fails half of the time, in rotating ways.",
        engines: [.cascade, .baseline], command: ["run", "--concurrency", "16", "--stream"],
        doubles: [["--chunks", "32", "--fail-half"], ["--chunks", "32"]],
        requests: [.cascade: 10_000, .baseline: 3_000], counted: 2_000)

    private static func held(_ streams: Int) -> Scenario {
        Scenario(
            name: streams == 1_000 ? LoadName.held1000 : LoadName.held5000, kind: .held,
            summary: "\(streams) streams at once, a chunk each 100 ms.",
            engines: EngineName.allCases, command: ["hold", "--streams", "\(streams)"],
            doubles: [["--chunks", "1000", "--delay-ms", "100"]], mostRounds: 2)
    }

    private static let bodies = [
        bodies(LoadName.bodies, "collected whole.", []),
        bodies(
            LoadName.streamedBodies, "streamed to a consumer that keeps up; this router's text is read as bytes.",
            ["--stream", "--bytes"]),
        bodies(
            LoadName.streamedBodiesAsString, "streamed as String, of which the router keeps a copy until the end.",
            ["--stream"]
        ).limited(to: [.cascade]),
    ]

    private static func bodies(_ name: String, _ manner: String, _ options: [String]) -> Scenario {
        Scenario(
            name: name, kind: .bodies, summary: "1,500 bodies of 150 KB at once, " + manner,
            engines: EngineName.allCases, command: ["bodies", "--requests", "1500"] + options,
            doubles: [["--body-bytes", "150000"]], mostRounds: 2)
    }

    private static func start(of command: String) -> Scenario {
        Scenario(
            name: LoadName.start, kind: .start,
            summary: "From the start of `cascade chat` to the first byte of its request.",
            engines: [.cascade], command: ["start", "--command", command, "--cpu", "0"], mostRounds: 1)
    }

    private static func soak(seconds: Int) -> Scenario {
        Scenario(
            name: LoadName.soak, kind: .soak,
            summary: "1,000 streams per second for \(seconds) s, failing over half of the time.",
            engines: [.cascade], command: ["soak", "--stream", "--rate", "1000", "--seconds", "\(seconds)"],
            doubles: [["--chunks", "32", "--fail-half"], ["--chunks", "32"]], mostRounds: 1)
    }

    private static let micro = Scenario(
        name: LoadName.micro, kind: .micro, summary: "Single operations, without a network.", engines: [.cascade],
        command: ["micro", "--cpu", "0"], mostRounds: 1)
}
