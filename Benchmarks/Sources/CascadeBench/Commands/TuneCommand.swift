internal import ArgumentParser
internal import Foundation

/// What each tuning variable does, over some of its values.
struct TuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Measures the router with several values of each tuning variable.",
        discussion: """
            Values take turns, several rounds; figures are medians, and the default's row is bold. Allocations are \
            counted in runs of their own. Prints tables of Markdown.
            """)

    @Option(help: "Rounds of timed runs.")
    var rounds = 3
    @Option(parsing: .upToNextOption, help: "Only these variables.")
    var only: [String] = []

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds begins at 1.") }
        for name in only where !TuningGrid.all.contains(where: { $0.variable == name }) {
            let names = TuningGrid.all.map(\.variable).joined(separator: ", ")
            throw ValidationError("--only: nothing is measured of \(name). There are: \(names).")
        }
    }

    func run() async throws {
        let progress = ComparisonProgress()
        for grid in TuningGrid.all where only.isEmpty || only.contains(grid.variable) {
            progress.show(grid.variable)
            let table = try TuningTable(measuring: grid, rounds: rounds)
            progress.end()
            print(table.markdown)
            fflush(nil)
        }
    }
}
