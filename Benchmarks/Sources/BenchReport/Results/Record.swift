/// What one process reported of one load: a line of JSON, kept as it came.
package struct Record: Codable, Sendable {
    package var load: String
    package var engine: EngineName
    /// From 0. Runs that count allocations are a round of their own.
    package var round: Int
    package var isCounted: Bool
    /// Every number that the process gave, by its name. What it did not give is not here.
    package var values: [String: Double]
    package var latencyCurve: [LatencyPoint]
    package var memoryTimeline: [MemoryPoint]

    package init(load: String, engine: EngineName, round: Int = 0, isCounted: Bool = false, report: ProcessReport) {
        self.load = load
        self.engine = engine
        self.round = round
        self.isCounted = isCounted
        values = report.values
        latencyCurve = report.latencyCurve
        memoryTimeline = report.memoryTimeline
    }

    package subscript(metric: Metric) -> Double? { values[metric.rawValue] }

    enum CodingKeys: String, CodingKey {
        case load, engine, round, values
        case isCounted = "counts_allocations"
        case latencyCurve = "latency_curve_us"
        case memoryTimeline = "memory_timeline"
    }
}

/// Written as `[share, microseconds]`.
package struct LatencyPoint: Codable, Sendable, Equatable {
    /// Of all requests, which took no longer.
    package var share: Double
    package var microseconds: Double

    package init(share: Double, microseconds: Double) {
        self.share = share
        self.microseconds = microseconds
    }

    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        share = try list.decode(Double.self)
        microseconds = try list.decode(Double.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(share)
        try list.encode(microseconds)
    }
}

/// Written as `[milliseconds, allocated, resident]`.
package struct MemoryPoint: Codable, Sendable, Equatable {
    package var milliseconds: Double
    package var allocated: Double
    package var resident: Double

    package init(milliseconds: Double, allocated: Double, resident: Double) {
        self.milliseconds = milliseconds
        self.allocated = allocated
        self.resident = resident
    }

    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        milliseconds = try list.decode(Double.self)
        allocated = try list.decode(Double.self)
        resident = try list.decode(Double.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for value in [milliseconds, allocated, resident] { try list.encode(value) }
    }
}
