internal import ArgumentParser
internal import Cascade

/// The variables that tune the router.
struct TuningCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuning",
        abstract: "Show every tuning variable, its value, where that comes from, and its range.",
        discussion: """
            Sizes take a suffix k, m or g.

            Examples:
              cascade tuning
              CASCADE_RING_BYTES=128k cascade tuning --json
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let rows = try ConfigurationOptions.tuning().report()
        try Console.write(json ? Self.json(rows) : Self.table(rows))
    }

    private static func json(_ rows: [Tuning.ReportRow]) -> String {
        let variables: [JSONValue] = zip(rows, Tuning.table).map { row, variable in
            .members([
                "name": .string(row.name),
                "value": .string(row.value),
                "source": .string(row.source.rawValue),
                "range": .string(row.range),
                "default": .string(variable.defaultText),
                "summary": .string(variable.summary),
                "advice": .string(variable.advice),
            ])
        }
        return "\(JSONValue.members(["variables": .array(variables)]))\n"
    }

    private static func table(_ rows: [Tuning.ReportRow]) -> String {
        var table = TextTable(["VARIABLE", "VALUE", "SOURCE", "RANGE", "WHAT IT DOES"], style: .output)
        for (row, variable) in zip(rows, Tuning.table) {
            table.add([
                row.name, row.value.isEmpty ? "-" : row.value, row.source.rawValue, row.range, variable.summary,
            ])
        }
        return table.text
    }
}
