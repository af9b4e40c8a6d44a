/// The report for people: one page that fetches nothing.
package struct Page {
    var results: Results
    var verdicts: [Verdict]

    package init(_ results: Results, _ verdicts: [Verdict]) {
        self.results = results
        self.verdicts = verdicts
    }

    package var html: String {
        let head = Markup.element(
            "head", [:],
            [
                .element("meta", ["charset": "utf-8"]),
                .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .element("meta", ["name": "color-scheme", "content": "light dark"]),
                .element("title", text: "Cascade benchmarks, \(day)"),
                .element("style", [:], [.verbatim(PageStyle.sheet)]),
            ])
        let body = Markup.element("body", [:], [header, .element("main", [:], sections)])
        return "<!doctype html>\n" + Markup.element("html", ["lang": "en"], [head, body]).rendered + "\n"
    }

    private var day: String { String(results.date.prefix(10)) }

    private var header: Markup {
        let machine = results.machine
        var parts: [Markup] = [
            .element("h1", text: "Cascade benchmarks"),
            .element(
                "p", ["class": "lead"],
                text: "A router of LLM requests beside a bare C loop over libcurl, AsyncHTTPClient, and the way of its "
                    + "predecessor."),
            .element(
                "p", ["class": "muted"],
                text: "\(day) · \(machine.cpu), \(machine.cores) cores · \(machine.libcurl) · "
                    + "\(machine.swift) · commit \(machine.commit)"),
        ]
        if results.isQuick {
            parts.append(
                .element(
                    "p", ["class": "notice"],
                    text: "One round of short runs: good for trying things out, not for quoting."))
        }
        return .element("header", [:], parts)
    }

    private var sections: [Markup] {
        [summary, targets, requests, growth, latencies, memory, held, bodies, soak, tables, method].compactMap { $0 }
    }

    /// A heading and what stands under it; `nil` for nothing.
    func section(_ id: String, _ title: String, _ text: String? = nil, _ parts: [Markup]) -> Markup? {
        guard !parts.isEmpty else { return nil }
        let words: [Markup] = text.map { [.element("p", ["class": "muted"], text: $0)] } ?? []
        return .element("section", ["id": id], [.element("h2", text: title)] + words + parts)
    }

    func cards(_ plots: [Markup]) -> [Markup] {
        plots.isEmpty ? [] : [legend, .element("div", ["class": "cards"], plots)]
    }

    /// A plot with its heading.
    func card(_ title: String, _ plot: Markup) -> Markup {
        .element("figure", ["class": "card"], [.element("h3", text: title), plot])
    }

    /// Which colour is whose.
    private var legend: Markup {
        let items = EngineName.allCases.map { engine in
            Markup.element(
                "li", [:],
                [
                    .element(
                        "svg", ["viewBox": "0 0 26 12", "aria-hidden": "true"],
                        [
                            Drawing.rectangle(
                                x: 0, y: 0, width: 12, height: 12, radius: 2, class: "f-\(engine.rawValue)"),
                            Drawing.line(14, 6, 26, 6, class: "curve s-\(engine.rawValue)"),
                        ]),
                    .text("\(engine.rawValue): \(engine.title)"),
                ])
        }
        return .element("ul", ["class": "legend"], items)
    }
}
