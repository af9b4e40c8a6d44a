internal import ArgumentParser
internal import BenchReport
internal import Foundation

/// What continuous integration asks of the suite: the memory target alone, in less than a minute.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Fails when the router does not save the memory that was promised.",
        discussion: """
            Short runs of the router and its predecessor: peaks are medians of three, allocations are counted in runs \
            of their own. Ends with status 1 when one of the figures misses its floor.
            """)

    func run() async throws {
        let scenarios = Scenario.check
        var results = Results(
            date: Date.now.formatted(.iso8601), machine: .current, rounds: 3, isQuick: true,
            loads: scenarios.map(\.description))
        let progress = ComparisonProgress()
        Comparison(scenarios: scenarios, rounds: results.rounds, progress: progress.show).run(into: &results)
        progress.end()
        let verdicts = Verdict.all(of: results, Target.memory)
        for failure in results.failures.texts { print("failed: \(failure)") }
        print(verdicts.text)
        let missed = verdicts.filter { $0.outcome == .missed }
        guard !missed.isEmpty else { return }
        let names = missed.map(\.target.name).joined(separator: "; ")
        print("The router saves less memory against its predecessor than it must: \(names).")
        throw ExitCode(1)
    }
}
