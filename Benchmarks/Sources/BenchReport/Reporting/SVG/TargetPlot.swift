/// A verdict at a glance: what reaches the aim and the floor is shaded, and the figure is a dot with its range.
package struct TargetPlot {
    package var verdict: Verdict

    package init(_ verdict: Verdict) {
        self.verdict = verdict
    }

    private static let width = 160.0
    private static let height = 20.0

    /// Those who do not see it have the same numbers in the row's other cells.
    package var markup: Markup {
        .element(
            "svg",
            [
                "viewBox": "0 0 \(Drawing.text(Self.width)) \(Drawing.text(Self.height))", "aria-hidden": "true",
                "class": "bullet", "preserveAspectRatio": "xMinYMid",
            ], [rectangle(0, Self.width, "track")] + zones + figure)
    }

    private var target: Target { verdict.target }

    /// From 0 to somewhat more than what has to be shown, but a figure that is far off does not squeeze the rest.
    private var scale: Scale {
        let bounds = max(target.floor ?? target.aim, target.aim)
        let highest = max(bounds, min(verdict.figure?.maximum ?? 0, bounds * 2.5))
        let end = target.unit == .percent && target.direction == .atLeast ? 100 : max(highest * 1.15, 1e-3)
        return Scale(.linear, 0...end, from: 3, to: Self.width - 3)
    }

    private var zones: [Markup] {
        let aim = scale.position(of: target.aim)
        let floor = target.floor.map(scale.position) ?? aim
        let shades =
            target.direction == .atMost
            ? [rectangle(0, floor, "zone-floor"), rectangle(0, aim, "zone-aim")]
            : [rectangle(floor, Self.width, "zone-floor"), rectangle(aim, Self.width, "zone-aim")]
        return shades
    }

    private var figure: [Markup] {
        guard let spread = verdict.figure else { return [] }
        let middle = Self.height / 2
        let name = verdict.outcome.rawValue.lowercased()
        return [
            Drawing.line(
                scale.position(of: spread.minimum), middle, scale.position(of: spread.maximum), middle,
                class: "range o-\(name)"),
            Drawing.circle(x: scale.position(of: spread.median), y: middle, radius: 4.5, class: "dot o-\(name)"),
        ]
    }

    private func rectangle(_ start: Double, _ end: Double, _ name: String) -> Markup {
        Drawing.rectangle(x: start, y: 4, width: end - start, height: Self.height - 8, radius: 2, class: name)
    }
}
