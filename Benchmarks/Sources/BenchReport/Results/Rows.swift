/// A line of a load's table.
package struct Row: Sendable {
    package var title: String
    package var load: String
    package var engine: EngineName
}

extension Results {
    /// One for each engine; of the micro-benchmarks, one for each of them.
    package func rows(of load: LoadDescription) -> [Row] {
        guard load.kind == .micro else {
            return engines(on: load.name).map { Row(title: $0.rawValue, load: load.name, engine: $0) }
        }
        let prefix = LoadName.micro("")
        return records.filter { $0.load.hasPrefix(prefix) }.map {
            Row(title: String($0.load.dropFirst(prefix.count)), load: $0.load, engine: $0.engine)
        }
    }

    /// The load's figures of which there is at least one.
    package func metrics(of load: LoadDescription) -> [Metric] {
        let rows = rows(of: load)
        return load.kind.metrics.filter { metric in
            rows.contains { spread(metric, of: $0.engine, on: $0.load) != nil }
        }
    }
}
