import BenchReport
import Testing

@Suite struct DrawingTests {
    @Test func scalesPlaceTheirDomain() {
        let linear = Scale(.linear, 0...10, from: 100, to: 0)
        #expect(linear.position(of: 0) == 100)
        #expect(linear.position(of: 2.5) == 75)
        #expect(linear.position(of: 11) == 0)
        let logarithmic = Scale(.logarithmic, 10...1_000, from: 0, to: 200)
        #expect(abs(logarithmic.position(of: 100) - 100) < 1e-9)
        let odds = Scale(.odds, 0.01...0.99, from: 0, to: 100)
        #expect(abs(odds.position(of: 0.5) - 50) < 1e-9)
    }

    @Test func aScaleOfOnePointHasAPlace() {
        #expect(Scale(.linear, 0...0, from: 7, to: 9).position(of: 0) == 7)
    }

    @Test(
        arguments: [
            (9.0, [0.0, 2, 4, 6, 8, 10]), (40_000.0, [0.0, 10_000, 20_000, 30_000, 40_000]),
            (0.9, [0.0, 0.2, 0.4, 0.6, 0.8, 1]),
            (0, [0, 1]),
        ] as [(Double, [Double])])
    func ticksAreRound(end: Double, ticks: [Double]) {
        let found = Ticks.linear(to: end)
        #expect(found.count == ticks.count)
        #expect(zip(found, ticks).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test func ticksAboveHaveAsManyDigitsAsTheyNeed() {
        #expect(Ticks.decimals(of: 0.2) == 1)
        #expect(Ticks.decimals(of: 0.05) == 2)
        #expect(Ticks.decimals(of: 1) == 0)
        #expect(Ticks.decimals(of: 20) == 0)
    }

    @Test func logarithmicTicksArePowersOfTen() {
        #expect(Ticks.logarithmic(50...20_000) == [100, 1_000, 10_000])
        #expect(Ticks.logarithmic(150...900) == [200, 500])
    }

    @Test func markupEscapes() {
        let markup = Markup.element("p", ["title": "\"a\" & b"], text: "1 < 2")
        #expect(markup.rendered == #"<p title="&quot;a&quot; &amp; b">1 &lt; 2</p>"#)
        #expect(Markup.element("br").rendered == "<br>")
    }

    @Test func barsSayTheirNumbers() {
        let bars = [BarPlot.Bar(.cascade, Spread(30)), BarPlot.Bar(.curl, Spread(20))]
        let plot = BarPlot(title: "CPU", unit: .microseconds, groups: [BarPlot.Group(title: "plain", bars: bars)])
        let svg = plot.markup.rendered
        #expect(svg.contains(#"aria-label="CPU. plain: cascade 30 µs, curl 20 µs.""#))
        #expect(svg.contains(#"class="f-cascade""#))
    }

    @Test func curvesGoThroughTheirPoints() {
        let axis = Axis.linear("x", to: 10, unit: .count, from: 0, to: 100)
        let plot = LinePlot(
            title: "Memory", description: "All of it.", x: axis, y: axis,
            series: [LinePlot.Series(.ahc, [(x: 0, y: 0), (x: 5, y: 10)])])
        #expect(plot.markup.rendered.contains(#"points="0,0 50,100""#))
    }
}
