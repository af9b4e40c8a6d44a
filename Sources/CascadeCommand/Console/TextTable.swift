/// Columns of text, each as wide as its widest cell.
struct TextTable {
    private var rows: [[String]]
    private let style: Style

    init(_ headings: [String], style: Style) {
        rows = [headings]
        self.style = style
    }

    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// One line a row; headings in bold.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.enumerated().map { index, row in
            let cells = row.enumerated().map { column, cell in
                // A last column is not padded, so that no line ends in blanks.
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            let line = cells.joined(separator: "  ")
            return index == 0 ? style.bold(line) : line
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
