extension Page {
    private typealias Frame = LinePlot.Frame
    private static let mebibyte = 1_048_576.0

    private func loads(_ kinds: LoadKind...) -> [LoadDescription] {
        results.loads.filter { kinds.contains($0.kind) && !results.engines(on: $0.name).isEmpty }
    }

    var requests: Markup? {
        let loads = loads(.requests)
        // The slowest of the whole answers are in the curves below.
        let metrics = LoadKind.requests.metrics.filter { $0 != .latencyP99 }
        let plots = metrics.compactMap { metric in bars(metric, loads) }
        return section(
            "requests", "Requests",
            "Bars are scaled within each load. Thin lines reach from minimum to maximum. Allocations are counted in runs "
                + "of their own, so they have none.",
            cards(plots))
    }

    private func bars(_ metric: Metric, _ loads: [LoadDescription]) -> Markup? {
        let groups = loads.compactMap { load -> BarPlot.Group? in
            let bars = results.engines(on: load.name).compactMap { engine in
                results.spread(metric, of: engine, on: load.name).map { BarPlot.Bar(engine, $0) }
            }
            return bars.isEmpty ? nil : BarPlot.Group(title: load.name, bars: bars)
        }
        guard !groups.isEmpty else { return nil }
        return card(metric.title, BarPlot(title: metric.title, unit: metric.unit, groups: groups).markup)
    }

    /// What more connections at once do to a request.
    var growth: Markup? {
        let metrics: [Metric] = [.throughput, .cpuPerRequest, .peakResident]
        return section(
            "connections", "From 1 to 128 connections", "Plain requests.",
            cards(metrics.compactMap(growth)))
    }

    private func growth(_ metric: Metric) -> Markup? {
        let steps = [(1.0, LoadName.plainOne), (16, LoadName.plain), (128, LoadName.plainMany)]
        let series = EngineName.allCases.compactMap { engine -> LinePlot.Series? in
            let points = steps.compactMap { count, load in
                results.spread(metric, of: engine, on: load).map { (x: count, y: $0.median) }
            }
            return points.count > 1 ? LinePlot.Series(engine, points, hasMarkers: true) : nil
        }
        guard let highest = series.flatMap(\.points).map(\.y).max() else { return nil }
        let plot = LinePlot(
            title: "\(metric.title) against connections", description: Self.ends(series, metric.unit),
            x: Axis(
                "connections", Scale(.logarithmic, 1...128, from: Frame.left, to: Frame.right), ticks: [1, 16, 128]
            ) { FigureUnit.count.text($0) },
            y: .linear(metric.title, to: highest, unit: metric.unit, from: Frame.bottom, to: Frame.top), series: series)
        return card(Self.heading(metric), plot.markup)
    }

    private static func heading(_ metric: Metric) -> String {
        metric.title + (metric.unit.symbol.isEmpty ? "" : "," + metric.unit.symbol)
    }

    private static func ends(_ series: [LinePlot.Series], _ unit: FigureUnit) -> String {
        series.compactMap { series in
            guard let first = series.points.first, let last = series.points.last else { return nil }
            return "\(series.engine.rawValue) from \(unit.text(first.y)) to \(unit.text(last.y))"
        }.joined(separator: ", ") + "."
    }

    var latencies: Markup? {
        section(
            "latency", "Latency",
            "The share of requests that took no longer, over the time on a logarithmic scale. Curves further left are "
                + "better. Unless a load is paced, all engines are driven as fast as they can, so who sends more has "
                + "more to wait for.",
            cards(loads(.requests, .paced).compactMap(latency)))
    }

    private func latency(_ load: LoadDescription) -> Markup? {
        let series = results.engines(on: load.name).compactMap { engine -> LinePlot.Series? in
            guard let curve = median(.latencyP50, of: engine, on: load.name)?.latencyCurve, curve.count > 1 else {
                return nil
            }
            return LinePlot.Series(engine, curve.map { (x: max($0.microseconds, 1), y: $0.share) })
        }
        let points = series.flatMap(\.points)
        guard let low = points.map(\.x).min(), let high = points.map(\.x).max(), low < high else { return nil }
        let plot = LinePlot(
            title: "Latency, \(load.name)", description: load.summary,
            x: .time("time", low...high, from: Frame.left, to: Frame.right),
            y: .shares("share of requests", 0.01...0.999, from: Frame.bottom, to: Frame.top), series: series)
        return card(load.name, plot.markup)
    }

    /// The record of the round with the median of a figure.
    private func median(_ metric: Metric, of engine: EngineName, on load: String) -> Record? {
        let records = results.records.filter { $0.load == load && $0.engine == engine && !$0.isCounted }
        let sorted = records.sorted { ($0[metric] ?? 0) < ($1[metric] ?? 0) }
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }

    var memory: Markup? {
        section(
            "memory", "Memory over time",
            "MiB that the process holds, resident. Every engine sends as many requests as take it about a second.",
            cards(loads(.requests).compactMap { load in timeline(load, load.name) }))
    }

    var soak: Markup? {
        section(
            "soak", "Soak", loads(.soak).first?.summary,
            cards(
                loads(.soak).compactMap {
                    timeline($0, "MiB resident, and allocated (dashed)", withAllocated: true)
                }))
    }

    private func timeline(_ load: LoadDescription, _ title: String, withAllocated: Bool = false) -> Markup? {
        let series = results.engines(on: load.name).flatMap { engine -> [LinePlot.Series] in
            guard let line = median(.peakResident, of: engine, on: load.name)?.memoryTimeline, line.count > 1 else {
                return []
            }
            let resident = LinePlot.Series(engine, line.map { (x: $0.milliseconds / 1_000, y: $0.resident) })
            guard withAllocated else { return [resident] }
            let allocated = line.map { (x: $0.milliseconds / 1_000, y: $0.allocated) }
            return [resident, LinePlot.Series(engine, allocated, isSecondary: true)]
        }
        let points = series.flatMap(\.points)
        guard let end = points.map(\.x).max(), let highest = points.map(\.y).max() else { return nil }
        let plot = LinePlot(
            title: "Memory over time, \(load.name)",
            description: load.summary + " In MiB resident: " + Self.ends(series, .mebibytes),
            x: .linear("seconds", to: end, unit: .count, from: Frame.left, to: Frame.right),
            y: .linear("MiB", to: highest, unit: .mebibytes, from: Frame.bottom, to: Frame.top), series: series)
        return card(title, plot.markup)
    }

    var held: Markup? {
        section(
            "held", "Held streams",
            "What one more stream costs that waits for its next chunk, which comes every 100 ms: growth of the whole "
                + "process, divided by the streams.",
            cards(LoadKind.held.metrics.compactMap(heldPlot)))
    }

    var bodies: Markup? {
        section(
            "bodies", "Large bodies", "1,500 bodies of 150 KB at once: 215 MiB in all.",
            cards([Metric.peakResident, .residentAfter, .seconds].compactMap { bars($0, loads(.bodies)) }))
    }

    private func heldPlot(_ metric: Metric) -> Markup? {
        let steps = [(1_000.0, LoadName.held1000), (5_000, LoadName.held5000)]
        let series = EngineName.allCases.compactMap { engine -> LinePlot.Series? in
            let points = steps.compactMap { count, load in
                results.spread(metric, of: engine, on: load).map { (x: count, y: $0.median) }
            }
            return points.isEmpty ? nil : LinePlot.Series(engine, points, hasMarkers: true)
        }
        guard let highest = series.flatMap(\.points).map(\.y).max() else { return nil }
        let plot = LinePlot(
            title: "\(metric.title) against streams", description: Self.ends(series, metric.unit),
            x: Axis(
                "streams", Scale(.linear, 0...5_500, from: Frame.left, to: Frame.right), ticks: [0, 1_000, 5_000]
            ) { FigureUnit.count.text($0) },
            y: .linear(metric.title, to: highest, unit: metric.unit, from: Frame.bottom, to: Frame.top), series: series)
        return card(Self.heading(metric), plot.markup)
    }
}
