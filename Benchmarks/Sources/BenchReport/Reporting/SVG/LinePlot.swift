/// Curves over two axes.
package struct LinePlot: Sendable {
    package struct Series: Sendable {
        package var engine: EngineName
        package var points: [(x: Double, y: Double)]
        /// Drawn dashed and lighter, beside the engine's main curve.
        package var isSecondary = false
        /// For few points, each of which was measured for itself.
        package var hasMarkers = false

        package init(
            _ engine: EngineName, _ points: [(x: Double, y: Double)], isSecondary: Bool = false,
            hasMarkers: Bool = false
        ) {
            self.engine = engine
            self.points = points
            self.isSecondary = isSecondary
            self.hasMarkers = hasMarkers
        }
    }

    /// Where the plot proper lies in the picture; axes are drawn around it.
    package enum Frame {
        package static let width = 360.0
        package static let height = 236.0
        package static let left = 52.0
        package static let right = 348.0
        package static let top = 12.0
        package static let bottom = 192.0
    }

    package var title: String
    package var description: String
    package var x: Axis
    package var y: Axis
    package var series: [Series]

    package init(title: String, description: String, x: Axis, y: Axis, series: [Series]) {
        self.title = title
        self.description = description
        self.x = x
        self.y = y
        self.series = series
    }

    package var markup: Markup {
        Drawing.picture(
            width: Frame.width, height: Frame.height, title: title, description: description,
            horizontal + vertical + series.flatMap(draw))
    }

    private var horizontal: [Markup] {
        let marks = x.ticks.flatMap { tick in
            let at = x.scale.position(of: tick)
            return [
                Drawing.line(at, Frame.bottom, at, Frame.bottom + 4, class: "axis"),
                Drawing.label(x.text(tick), x: at, y: Frame.bottom + 17, anchor: "middle", class: "tick"),
            ]
        }
        let middle = (Frame.left + Frame.right) / 2
        return marks + [
            Drawing.line(Frame.left, Frame.bottom, Frame.right, Frame.bottom, class: "axis"),
            Drawing.label(x.title, x: middle, y: Frame.height - 6, anchor: "middle", class: "axis-title"),
        ]
    }

    private var vertical: [Markup] {
        y.ticks.flatMap { tick in
            let at = y.scale.position(of: tick)
            return [
                Drawing.line(Frame.left, at, Frame.right, at, class: "grid"),
                Drawing.label(y.text(tick), x: Frame.left - 6, y: at + 4, anchor: "end", class: "tick"),
            ]
        }
    }

    private func draw(_ series: Series) -> [Markup] {
        let points = series.points.map { (x: x.scale.position(of: $0.x), y: y.scale.position(of: $0.y)) }
        let kind = "curve s-\(series.engine.rawValue)" + (series.isSecondary ? " secondary" : "")
        let curve = Drawing.polyline(points, class: kind, title: series.engine.rawValue)
        guard series.hasMarkers else { return [curve] }
        return [curve]
            + zip(points, series.points).map { place, point in
                Drawing.circle(
                    x: place.x, y: place.y, radius: 3.5, class: "dot f-\(series.engine.rawValue)",
                    title: "\(series.engine.rawValue): \(y.text(point.y)) at \(x.text(point.x))")
            }
    }
}
