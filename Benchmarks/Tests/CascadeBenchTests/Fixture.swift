import BenchReport

/// Results as they would come of runs, as far as a test needs them.
enum Fixture {
    static let machine = Machine(
        cpu: "A <fast> one", cores: 2, memory: "4 GiB", system: "Linux", kernel: "6", libcurl: "8", jemalloc: "5",
        swift: "6", commit: "abc")

    static func results(_ kind: LoadKind = .requests, _ names: String...) -> Results {
        Results(
            date: "2026-01-02T03:04:05Z", machine: machine, rounds: 3, isQuick: false,
            loads: names.map { LoadDescription(name: $0, kind: kind, summary: "A load.") })
    }
}

extension Results {
    /// One record for each value, round after round.
    mutating func add(_ metric: Metric, _ values: [Double], of engine: EngineName, on load: String) {
        for (round, value) in values.enumerated() {
            records.append(
                Record(
                    load: load, engine: engine, round: round, isCounted: metric.isCounted,
                    report: ProcessReport(values: [metric.rawValue: value])))
        }
    }
}
