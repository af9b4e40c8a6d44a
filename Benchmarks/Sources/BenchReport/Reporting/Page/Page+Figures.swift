extension Page {
    /// Every figure, for whoever wants to look one up.
    var tables: Markup? {
        section(
            "figures", "All figures", "Medians, with minimum and maximum where rounds differ.",
            results.loads.compactMap(table))
    }

    private func table(_ load: LoadDescription) -> Markup? {
        let metrics = results.metrics(of: load)
        guard !metrics.isEmpty else { return nil }
        let heads =
            [Markup.element("td")]
            + metrics.map { metric in
                Markup.element(
                    "th", ["scope": "col"],
                    text: metric.title + (metric.unit.symbol.isEmpty ? "" : "," + metric.unit.symbol))
            }
        let rows = results.rows(of: load).map { row in
            Markup.element(
                "tr", [:],
                [.element("th", ["scope": "row"], text: row.title)] + metrics.map { cell($0, row) })
        }
        let table = Markup.element(
            "table", ["class": "figures"],
            [.element("thead", [:], [.element("tr", [:], heads)]), .element("tbody", [:], rows)])
        return .element(
            "details", [:],
            [
                .element("summary", [:], [.element("strong", text: load.name), .text(" " + load.summary)]),
                // Wide tables scroll for themselves, by keyboard too.
                .element(
                    "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": load.name], [table]),
            ])
    }

    private func cell(_ metric: Metric, _ row: Row) -> Markup {
        guard let spread = results.spread(metric, of: row.engine, on: row.load) else { return .element("td") }
        let (low, high) = (metric.unit.number(spread.minimum), metric.unit.number(spread.maximum))
        let range: [Markup] = low == high ? [] : [.element("small", text: "\(low) to \(high)")]
        return .element("td", [:], [.text(metric.unit.number(spread.median))] + range)
    }

    var method: Markup? {
        let facts = results.machine.facts.flatMap { fact in
            [Markup.element("dt", text: fact.name), .element("dd", text: fact.value)]
        }
        let failures: [Markup] =
            results.failures.isEmpty
            ? []
            : [
                .element("h3", text: "What failed"),
                .element("ul", [:], results.failures.texts.map { .element("li", text: $0) }),
            ]
        return section(
            "method", "How it was measured", nil,
            Self.method.map { .element("p", text: $0) } + [
                .element(
                    "p",
                    text: "\(results.rounds) rounds, \(results.date). The figures of each round are in report.json."),
                .element("dl", [:], facts),
            ] + failures)
    }

    private static let method = [
        "Every engine runs in a process of its own with the same allocator, on the first processor; the doubles that "
            + "answer as a provider are on the second. Engines take turns, round after round, so that what changes on "
            + "the machine meets all alike. Each run begins with a warm-up that is not measured, and lasts about a "
            + "second: faster engines send more requests in it.",
        "All engines send the same requests, and their answers are compared with what was sent, byte for byte. Engines "
            + "that cannot do a load are left out of it: only routers can fail over.",
        "Allocations are counted in runs of their own without the allocator's thread caches, where counts are exact; "
            + "times and peaks are from runs with them. What a chunk costs is the difference between answers of 512 "
            + "chunks and of 32, divided by 480.",
        "A figure is rounded as it is written, and then compared with its floor and its aim.",
    ]
}
