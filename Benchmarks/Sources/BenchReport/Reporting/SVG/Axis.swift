/// One side of a plot: what it measures, and where it is marked.
package struct Axis: Sendable {
    package var title: String
    package var scale: Scale
    package var ticks: [Double]
    package var text: @Sendable (Double) -> String

    package init(_ title: String, _ scale: Scale, ticks: [Double], text: @escaping @Sendable (Double) -> String) {
        self.title = title
        self.scale = scale
        self.ticks = ticks
        self.text = text
    }

    /// From 0 to a round value at or above the highest.
    package static func linear(
        _ title: String, to highest: Double, unit: FigureUnit, from start: Double, to end: Double
    ) -> Axis {
        let ticks = Ticks.linear(to: highest / unit.divisor).map { $0 * unit.divisor }
        let decimals = Ticks.decimals(of: (ticks.dropFirst().first ?? 1) / unit.divisor)
        return Axis(title, Scale(.linear, 0...(ticks.last ?? 1), from: start, to: end), ticks: ticks) {
            unit.number($0, decimals: decimals)
        }
    }

    /// Of a duration in microseconds.
    package static func time(_ title: String, _ range: ClosedRange<Double>, from start: Double, to end: Double) -> Axis
    {
        Axis(title, Scale(.logarithmic, range, from: start, to: end), ticks: Ticks.logarithmic(range)) { value in
            if value >= 1_000_000 { return FigureUnit.seconds.text(value / 1_000_000) }
            return value >= 1_000 ? FigureUnit.milliseconds.text(value / 1_000) : FigureUnit.microseconds.text(value)
        }
    }

    package static func shares(
        _ title: String, _ range: ClosedRange<Double>, from start: Double, to end: Double
    ) -> Axis {
        Axis(title, Scale(.odds, range, from: start, to: end), ticks: Ticks.odds.filter(range.contains)) {
            FigureUnit.percent.text($0 * 100, decimals: $0 > 0.99 ? 1 : 0)
        }
    }
}
