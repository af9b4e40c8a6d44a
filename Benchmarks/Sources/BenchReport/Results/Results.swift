/// All that was measured, and where.
package struct Results: Codable, Sendable {
    /// As ISO 8601 has it.
    package var date: String
    package var machine: Machine
    package var rounds: Int
    /// Fewer requests and rounds than figures to be quoted need.
    package var isQuick: Bool
    package var loads: [LoadDescription]
    package var records: [Record] = []
    /// What went wrong: an engine that a load is too much for has no record of it.
    package var failures: [Failure] = []

    package init(date: String, machine: Machine, rounds: Int, isQuick: Bool, loads: [LoadDescription]) {
        self.date = date
        self.machine = machine
        self.rounds = rounds
        self.isQuick = isQuick
        self.loads = loads
    }

    enum CodingKeys: String, CodingKey {
        case date, machine, rounds, loads, records, failures
        case isQuick = "is_quick"
    }
}

/// A load as the report tells of it.
package struct LoadDescription: Codable, Sendable {
    package var name: String
    package var kind: LoadKind
    package var summary: String

    package init(name: String, kind: LoadKind, summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }
}

/// Which figures a load has.
package enum LoadKind: String, Codable, Sendable {
    case requests
    /// Of which neither side is busy, so that only times are of interest.
    case paced
    /// Of which only allocations are of interest.
    case allocations
    case held
    case bodies
    case soak
    case start
    case micro

    package var metrics: [Metric] {
        switch self {
        case .requests:
            [
                .throughput, .cpuPerRequest, .mallocsPerRequest, .bytesPerRequest, .peakAllocated, .peakResident,
                .latencyP50, .latencyP99, .firstTokenP50, .firstTokenP99,
            ]
        case .paced: [.firstTokenP50, .firstTokenP99, .latencyP50, .latencyP99, .cpuPerRequest]
        case .allocations: [.mallocsPerRequest, .bytesPerRequest]
        case .held: [.residentPerStream, .allocatedPerStream, .cpuPerChunk]
        case .bodies: [.seconds, .peakAllocated, .peakResident, .allocatedAfter, .residentAfter]
        case .soak:
            [
                .allocatedBegin, .allocatedEnd, .residentBegin, .residentEnd, .peakResident, .descriptorsBegin,
                .descriptorsEnd, .threadsBegin, .threadsEnd,
            ]
        case .start: [.startMedian, .startFastest, .startSlowest]
        case .micro: [.nanosecondsPerOperation, .mallocsPerOperation, .bytesPerOperation]
        }
    }
}

extension Results {
    /// A figure by round.
    package func rounds(_ metric: Metric, of engine: EngineName, on load: String) -> [Int: Double] {
        records.reduce(into: [:]) { rounds, record in
            guard record.load == load, record.engine == engine, record.isCounted == metric.isCounted else { return }
            rounds[record.round] = record[metric]
        }
    }

    package func spread(_ metric: Metric, of engine: EngineName, on load: String) -> Spread? {
        Spread(Array(rounds(metric, of: engine, on: load).values))
    }

    /// Both engines' figures of each round, put together: what the machine did in another round is in neither.
    package func spread(
        _ metric: Metric, of engine: EngineName, with other: EngineName, on load: String,
        _ combine: (Double, Double) -> Double
    ) -> Spread? {
        Self.combined(rounds(metric, of: engine, on: load), rounds(metric, of: other, on: load), combine)
    }

    /// An engine's figures on two loads.
    package func spread(
        _ metric: Metric, of engine: EngineName, on load: String, with other: String,
        _ combine: (Double, Double) -> Double
    ) -> Spread? {
        Self.combined(rounds(metric, of: engine, on: load), rounds(metric, of: engine, on: other), combine)
    }

    /// Two figures of an engine on one load.
    package func spread(
        _ metric: Metric, _ other: Metric, of engine: EngineName, on load: String,
        _ combine: (Double, Double) -> Double
    ) -> Spread? {
        Self.combined(rounds(metric, of: engine, on: load), rounds(other, of: engine, on: load), combine)
    }

    private static func combined(
        _ own: [Int: Double], _ others: [Int: Double], _ combine: (Double, Double) -> Double
    ) -> Spread? {
        Spread(own.compactMap { round, figure in others[round].map { combine(figure, $0) } })
    }

    /// Those that have a record of the load, in their usual order.
    package func engines(on load: String) -> [EngineName] {
        let present = Set(records.lazy.filter { $0.load == load }.map(\.engine))
        return EngineName.allCases.filter(present.contains)
    }
}
