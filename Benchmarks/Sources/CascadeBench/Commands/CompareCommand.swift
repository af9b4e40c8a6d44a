internal import ArgumentParser
internal import BenchReport
internal import Foundation

/// All engines in turn, each in a process of its own, against doubles in theirs.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Measures all engines and says which targets are reached.",
        discussion: """
            Engines run on the first processor and doubles on the second, in turn, several rounds; figures are medians \
            with half of their range. A ratio is taken of two runs of the same round. Allocations are counted in runs \
            of their own, without thread caches. Ends with status 1 when a floor is missed.
            """)

    @Option(help: "Rounds of timed runs.")
    var rounds = 3
    @Option(help: "Where to write report.html and report.json.")
    var report: String?
    @Option(parsing: .upToNextOption, help: "Only loads whose names begin so, such as `plain` or `held`.")
    var only: [String] = []
    @Flag(help: "One round of short runs, to try things out; its figures are not for quoting.")
    var quick = false
    @Option(help: "The built `cascade`, whose start is measured; without it, that load is left out.")
    var command: String?

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds begins at 1.") }
        guard !scenarios.isEmpty else {
            let names = Scenario.all(isQuick: false, command: "").map(\.name).joined(separator: "; ")
            throw ValidationError("No load's name begins with \(only.joined(separator: ", ")). There are: \(names).")
        }
    }

    func run() async throws {
        let scenarios = scenarios
        try prepareReport()
        var results = Results(
            date: Date.now.formatted(.iso8601), machine: .current, rounds: quick ? 1 : rounds, isQuick: quick,
            loads: scenarios.map(\.description))
        print(results.machine.facts.map { "\($0.name): \($0.value)" }.joined(separator: "\n") + "\n")
        fflush(nil)
        let progress = ComparisonProgress()
        Comparison(scenarios: scenarios, rounds: results.rounds, progress: progress.show).run(into: &results)
        progress.end()
        let verdicts = Verdict.all(of: results)
        for table in results.loads.compactMap({ Table($0, results) }) { print(table.text + "\n") }
        for failure in results.failures.texts { print("failed: \(failure)") }
        if let report { try Report(results, verdicts).write(to: report) }
        print(verdicts.text)
        if verdicts.missesFloor { throw ExitCode(1) }
    }

    /// Before anything is measured, so that nothing is measured in vain.
    private func prepareReport() throws {
        guard let report else { return }
        do {
            try Report.prepare(report)
        } catch {
            throw ValidationError(
                "--report: the folder \(report) cannot be made (\(error.localizedDescription)); name one that can.")
        }
    }

    private var scenarios: [Scenario] {
        Scenario.all(isQuick: quick, command: command).filter { scenario in
            only.isEmpty || only.contains { scenario.name.hasPrefix($0) }
        }
    }
}
