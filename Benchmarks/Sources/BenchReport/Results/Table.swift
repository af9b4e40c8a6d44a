/// A load's figures on a terminal.
package struct Table {
    private var lines: [[String]]

    /// `nil` if there is no figure at all.
    package init?(_ load: LoadDescription, _ results: Results) {
        let metrics = results.metrics(of: load)
        guard !metrics.isEmpty else { return nil }
        lines = [[load.name] + metrics.map { $0.head + ($0.unit.symbol.isEmpty ? "" : "," + $0.unit.symbol) }]
        for row in results.rows(of: load) {
            let cells = metrics.map { metric in
                results.spread(metric, of: row.engine, on: row.load).map { Self.cell($0, metric.unit) } ?? ""
            }
            lines.append(["  " + row.title] + cells)
        }
    }

    /// The median and, where rounds differ, half of the range.
    private static func cell(_ spread: Spread, _ unit: FigureUnit) -> String {
        let percent = Int((spread.deviation * 100).rounded())
        return unit.number(spread.median) + (percent > 0 ? " ±\(percent)%" : "")
    }

    package var text: String { Columns.aligned(lines, leading: 1) }
}

enum Columns {
    /// Lines of cells, each column as wide as its widest cell.
    ///
    /// - Parameter leading: How many of the first columns are flush left; the others are flush right.
    static func aligned(_ lines: [[String]], leading: Int) -> String {
        let count = lines.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return lines.map { cells in
            cells.enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                if column >= leading { return blanks + cell }
                return column == cells.count - 1 ? cell : cell + blanks
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
