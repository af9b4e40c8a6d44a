/// Bars of one figure, in groups that are scaled each for itself.
package struct BarPlot: Sendable {
    package struct Bar: Sendable {
        package var engine: EngineName
        package var spread: Spread

        package init(_ engine: EngineName, _ spread: Spread) {
            self.engine = engine
            self.spread = spread
        }
    }

    package struct Group: Sendable {
        package var title: String
        package var bars: [Bar]

        package init(title: String, bars: [Bar]) {
            self.title = title
            self.bars = bars
        }
    }

    package var title: String
    package var unit: FigureUnit
    package var groups: [Group]

    package init(title: String, unit: FigureUnit, groups: [Group]) {
        self.title = title
        self.unit = unit
        self.groups = groups
    }

    private static let width = 360.0
    private static let left = 62.0
    /// Room for the number behind the longest bar.
    private static let right = 270.0
    private static let headHeight = 24.0
    private static let barHeight = 18.0
    private static let gap = 8.0

    package var markup: Markup {
        var parts: [Markup] = []
        var top = 0.0
        for group in groups {
            parts += Self.draw(group, unit, at: top)
            top += Self.headHeight + Self.barHeight * Double(group.bars.count) + Self.gap
        }
        return Drawing.picture(width: Self.width, height: top, title: title, description: description, parts)
    }

    /// Every number, for those who do not see the bars.
    private var description: String {
        groups.map { group in
            let bars = group.bars.map { "\($0.engine.rawValue) \(unit.text($0.spread.median))" }
            return "\(group.title): \(bars.joined(separator: ", "))."
        }.joined(separator: " ")
    }

    private static func draw(_ group: Group, _ unit: FigureUnit, at top: Double) -> [Markup] {
        let highest = group.bars.map(\.spread.maximum).max() ?? 0
        let scale = Scale(.linear, 0...max(highest, .leastNormalMagnitude), from: left, to: right)
        let bars = group.bars.enumerated().flatMap { index, bar in
            draw(bar, unit, scale, at: top + headHeight + barHeight * Double(index))
        }
        return [Drawing.label(group.title, x: 0, y: top + headHeight - 7, class: "group")] + bars
    }

    private static func draw(_ bar: Bar, _ unit: FigureUnit, _ scale: Scale, at top: Double) -> [Markup] {
        let middle = top + barHeight / 2
        let (low, high) = (scale.position(of: bar.spread.minimum), scale.position(of: bar.spread.maximum))
        let end = scale.position(of: bar.spread.median)
        let range = "\(unit.number(bar.spread.minimum)) to \(unit.text(bar.spread.maximum))"
        let whisker =
            high - low < 1.5
            ? []
            : [
                Drawing.line(low, middle, high, middle, class: "whisker"),
                Drawing.line(low, middle - 3, low, middle + 3, class: "whisker"),
                Drawing.line(high, middle - 3, high, middle + 3, class: "whisker"),
            ]
        return [
            Drawing.label(bar.engine.rawValue, x: left - 6, y: middle + 4, anchor: "end", class: "tick"),
            Drawing.rectangle(
                x: left, y: top + 2, width: max(end - left, 1), height: barHeight - 4, radius: 2,
                class: "f-\(bar.engine.rawValue)",
                title: "\(bar.engine.rawValue): \(unit.text(bar.spread.median)) (\(range))"),
        ] + whisker + [
            Drawing.label(unit.text(bar.spread.median), x: max(end, high) + 6, y: middle + 4, class: "value")
        ]
    }
}
