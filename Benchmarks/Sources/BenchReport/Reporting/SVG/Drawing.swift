internal import Foundation

/// The elements that plots are made of. Colours are classes of the page's style sheet.
enum Drawing {
    /// A picture of its own, with its title and what it shows for those who do not see it.
    static func picture(width: Double, height: Double, title: String, description: String, _ parts: [Markup]) -> Markup
    {
        .element(
            "svg",
            [
                "viewBox": "0 0 \(text(width)) \(text(height))", "role": "img",
                "aria-label": "\(title). \(description)",
                "xmlns": "http://www.w3.org/2000/svg",
            ], [.element("title", text: title), .element("desc", text: description)] + parts)
    }

    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) -> Markup {
        .element("line", ["class": name, "x1": text(x1), "y1": text(y1), "x2": text(x2), "y2": text(y2)])
    }

    static func rectangle(
        x: Double, y: Double, width: Double, height: Double, radius: Double = 0, class name: String,
        title: String? = nil
    ) -> Markup {
        .element(
            "rect",
            [
                "class": name, "x": text(x), "y": text(y), "width": text(max(width, 0)), "height": text(height),
                "rx": text(radius),
            ], title.map { [.element("title", text: $0)] } ?? [])
    }

    static func circle(x: Double, y: Double, radius: Double, class name: String, title: String? = nil) -> Markup {
        .element(
            "circle", ["class": name, "cx": text(x), "cy": text(y), "r": text(radius)],
            title.map { [.element("title", text: $0)] } ?? [])
    }

    static func polyline(_ points: [(x: Double, y: Double)], class name: String, title: String) -> Markup {
        let list = points.map { "\(text($0.x)),\(text($0.y))" }.joined(separator: " ")
        return .element("polyline", ["class": name, "points": list], [.element("title", text: title)])
    }

    /// - Parameter anchor: Which end of the text lies at `x`: start, middle or end.
    static func label(_ words: String, x: Double, y: Double, anchor: String = "start", class name: String) -> Markup {
        .element("text", ["class": name, "x": text(x), "y": text(y), "text-anchor": anchor], text: words)
    }

    /// A tenth of a unit is finer than anyone sees.
    static func text(_ coordinate: Double) -> String {
        let digits = String(format: "%.1f", coordinate)
        return digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits
    }
}
