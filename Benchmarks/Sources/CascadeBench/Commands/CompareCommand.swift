internal import ArgumentParser
internal import Foundation

/// All engines in turn, each in a process of its own, against doubles in theirs.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Measures all engines and says whether the memory target holds.",
        discussion: """
            Engines run on the first processor and doubles on the second, in turn, several rounds; figures are medians. \
            Allocations are counted in runs of their own, without thread caches.
            """)

    @Option(help: "Rounds of timed runs.")
    var rounds = 3
    @Option(help: "Requests at a time.")
    var concurrency = 16

    func run() async throws {
        let comparison = Comparison(rounds: max(rounds, 1), concurrency: max(concurrency, 1))
        var verdicts: [Verdict] = []
        for scenario in Scenario.all {
            let figures = try comparison.figures(of: scenario)
            print(Self.table(scenario, figures))
            fflush(nil)
            if let cascade = figures[.cascade], let baseline = figures[.baseline] {
                verdicts += Verdict.all(of: scenario.name, cascade: cascade, baseline: baseline)
            }
        }
        for verdict in verdicts { print(verdict.text) }
        if !verdicts.allSatisfy(\.isKept) { throw ExitCode(1) }
    }

    private static func table(_ scenario: Scenario, _ figures: [EngineName: Figures]) -> String {
        let head = ["", "req/s", "CPU us", "mallocs", "bytes", "peak KiB", "resident", "p50 us", "p99 us", "first us"]
        var lines = [scenario.name, line(head)]
        for engine in scenario.engines {
            guard let row = figures[engine] else { continue }
            func number(_ value: Double) -> String { String(format: value < 100 ? "%.1f" : "%.0f", value) }
            lines.append(
                line(
                    [engine.rawValue]
                        + [
                            row.rps, row.cpu_us_per_request, row.mallocs_per_request, row.bytes_per_request,
                            Double(row.peak_allocated >> 10), Double(row.peak_resident >> 10), row.p50_us, row.p99_us,
                            row.ttft_p50_us,
                        ].map(number)))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let blanks = String(repeating: " ", count: max(0, 10 - cell.count))
            return index == 0 ? cell + blanks : blanks + cell
        }.joined()
    }
}
