extension Tuning {
    /// A variable and its present value.
    public struct ReportRow: Sendable, Hashable {
        public enum Source: String, Sendable, Hashable {
            case `default`
            case environment
            /// Set by the program.
            case code
        }

        public var name: String
        /// As one would write it; empty for none.
        public var value: String
        public var source: Source
        public var range: String
    }

    /// All variables in the order of ``table``.
    public func report() -> [ReportRow] {
        Self.table.map { variable in
            let value = variable.text(in: self)
            let source: ReportRow.Source =
                if variablesSet.contains(variable.name) {
                    .environment
                } else {
                    value == variable.defaultText ? .default : .code
                }
            return ReportRow(name: variable.name, value: value, source: source, range: variable.range)
        }
    }

    /// ``table`` for a document.
    public static var markdownTable: String {
        var lines = [
            "| Variable | Default | Range | What it does | When to change it |", "|---|---|---|---|---|",
        ]
        for variable in table {
            let value = variable.defaultText.isEmpty ? "–" : "`\(variable.defaultText)`"
            lines.append(
                "| `\(variable.name)` | \(value) | \(variable.range) | \(variable.summary) | \(variable.advice) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
