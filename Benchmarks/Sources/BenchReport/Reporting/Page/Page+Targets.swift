extension Page {
    /// What one wants to know first.
    var summary: Markup? {
        let floors = verdicts.filter { $0.target.floor != nil }
        let tiles = [
            tile(
                "\(floors.count { $0.outcome != .missed }) of \(floors.count)", "floors reached",
                verdicts.missesFloor ? "missed" : "aim"),
            tile("\(verdicts.count { $0.outcome == .aim }) of \(verdicts.count)", "aims reached", "floor"),
            quote(.cpuPerRequest, against: .curl, on: LoadName.plain, "the CPU of a bare libcurl loop, plain requests"),
            quote(.cpuPerRequest, against: .ahc, on: LoadName.streamed, "the CPU of AsyncHTTPClient, 32 chunks"),
            quote(.mallocsPerRequest, against: .baseline, on: LoadName.streamed, "the baseline's mallocs, 32 chunks"),
            quote(.peakResident, against: .baseline, on: LoadName.streamed, "the baseline's peak memory, 32 chunks"),
        ]
        return .element("div", ["class": "tiles"], tiles.compactMap { $0 })
    }

    private func tile(_ figure: String, _ words: String, _ tone: String) -> Markup {
        .element(
            "div", ["class": "tile t-\(tone)"],
            [.element("strong", text: figure), .element("span", text: words)])
    }

    private func quote(_ metric: Metric, against other: EngineName, on load: String, _ words: String) -> Markup? {
        results.spread(metric, of: .cascade, with: other, on: load, /).map {
            tile(FigureUnit.ratio.text($0.median, decimals: 2), words, "plain")
        }
    }

    var targets: Markup? {
        var groups: [(name: String, verdicts: [Verdict])] = []
        for verdict in verdicts {
            if groups.last?.name != verdict.target.group { groups.append((verdict.target.group, [])) }
            groups[groups.count - 1].verdicts.append(verdict)
        }
        return section(
            "targets", "Targets",
            "Figures are medians, with minimum and maximum over the rounds. Ratios are of two runs of the same round. "
                + "The stronger shade reaches the aim, the lighter one the floor.",
            groups.map { table($0.name, $0.verdicts) })
    }

    private func table(_ name: String, _ verdicts: [Verdict]) -> Markup {
        let heads = ["Target", "", "Measured", "Floor", "Aim", "Reached"].map {
            Markup.element("th", ["scope": "col"], text: $0)
        }
        return .element(
            "table", ["class": "targets"],
            [
                .element("caption", text: name), .element("thead", [:], [.element("tr", [:], heads)]),
                .element("tbody", [:], verdicts.map(row)),
            ])
    }

    private func row(_ verdict: Verdict) -> Markup {
        let word = verdict.outcome == .missed ? "missed" : verdict.outcome.rawValue
        return .element(
            "tr", [:],
            [
                .element("th", ["scope": "row"], text: verdict.target.name),
                .element("td", ["class": "plot"], [TargetPlot(verdict).markup]),
                .element(
                    "td", ["data-label": "Measured"],
                    [.element("strong", text: verdict.medianText)]
                        + (verdict.rangeText.map { [.element("small", text: " " + $0)] } ?? [])),
                .element("td", ["data-label": "Floor"], text: verdict.floorText ?? "none"),
                .element("td", ["data-label": "Aim"], text: verdict.aimText),
                .element(
                    "td", ["class": "outcome"], [.element("span", ["class": "badge b-\(word)"], text: word)]),
            ])
    }
}
