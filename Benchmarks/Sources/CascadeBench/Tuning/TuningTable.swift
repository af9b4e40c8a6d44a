internal import BenchReport
internal import Foundation

/// Measures a grid, value after value and round after round, and writes it as a table of Markdown.
struct TuningTable {
    var grid: TuningGrid
    /// By load and value: a report for each round, and one of the run in which allocations are counted.
    private var timed: [[[ProcessReport]]]
    private var counted: [[ProcessReport?]]

    init(measuring grid: TuningGrid, rounds: Int) throws {
        self.grid = grid
        timed = grid.loads.map { _ in grid.values.map { _ in [] } }
        counted = grid.loads.map { _ in grid.values.map { _ in nil } }
        for (index, load) in grid.loads.enumerated() {
            let double = try BenchProcess.Double(load.double + (load.isPinned ? ["--cpu", "1"] : []))
            for _ in 0..<min(rounds, load.mostRounds) {
                for value in grid.values.indices { timed[index][value].append(try report(load, value, double.url)) }
            }
            for value in grid.values.indices where load.counted != nil {
                counted[index][value] = try report(load, value, double.url, isCounting: true)
            }
        }
    }

    private func report(
        _ load: TuningLoad, _ value: Int, _ url: String, isCounting: Bool = false
    ) throws -> ProcessReport {
        var arguments = load.command + ["--engine", "cascade", "--upstream", url, "--json"]
        if load.isPinned { arguments += ["--cpu", "0"] }
        var environment = [grid.variable: grid.values[value]]
        if isCounting, let count = load.counted {
            // The last of two options counts.
            arguments += ["--requests", count]
            environment["MALLOC_CONF"] = "tcache:false"
        }
        do {
            return try Self.decoded(BenchProcess.output(of: arguments, environment: environment))
        } catch let error as BenchProcessError {
            // A run with requests that failed tells how many: that is what the value does.
            guard let line = error.output.split(separator: "\n").last else { throw error }
            return try Self.decoded(String(line))
        }
    }

    private static func decoded(_ line: String) throws -> ProcessReport {
        try JSONDecoder().decode(ProcessReport.self, from: Data(line.utf8))
    }

    var markdown: String {
        "### `\(grid.variable)`\n\n" + grid.loads.indices.map(table).joined(separator: "\n\n") + "\n"
    }

    /// Values that no run gave, such as of requests that failed where none did, have no column.
    private func table(_ index: Int) -> String {
        let load = grid.loads[index]
        let metrics = load.metrics.filter { metric in
            let figures = grid.values.indices.map { figure(metric, index, $0)?.median ?? 0 }
            return metric != .failed || figures.contains { $0 > 0 }
        }
        let heads = metrics.map { $0.head + ($0.unit.symbol.isEmpty ? "" : "," + $0.unit.symbol) }
        let rows = grid.values.indices.map { value in
            let name = grid.values[value] == grid.defaultValue ? "**\(grid.values[value])**" : grid.values[value]
            let cells = metrics.map { metric in
                figure(metric, index, value).map { metric.unit.number($0.median) } ?? ""
            }
            return "| " + ([name] + cells).joined(separator: " | ") + " |"
        }
        let head = "| \(load.title) | " + heads.joined(separator: " | ") + " |"
        let line = "|---|" + metrics.map { _ in "--:|" }.joined()
        return ([head, line] + rows).joined(separator: "\n")
    }

    private func figure(_ metric: Metric, _ load: Int, _ value: Int) -> Spread? {
        let reports = metric.isCounted ? [counted[load][value]].compactMap { $0 } : timed[load][value]
        return Spread(reports.compactMap { $0.values[metric.rawValue] })
    }
}
