/// Every target, in one place. Verdicts, the report and its JSON are made from this table.
extension Target {
    package static let all = memory + allocations + processor + held + bodies + latency + growth + soak

    /// What the router saves against the predecessor's way. Continuous integration checks these.
    package static let memory: [Target] = [LoadName.plain, LoadName.streamed, LoadName.failingOver].flatMap { load in
        [
            saving("peak allocated", .peakAllocated, on: load), saving("peak resident", .peakResident, on: load),
            saving("bytes per request", .bytesPerRequest, on: load),
            saving("mallocs per request", .mallocsPerRequest, on: load),
        ]
    }

    private static let allocations = [
        Target(
            "Allocations", "mallocs per plain request above the curl loop", .count, decimals: 1, floor: 16, aim: 6,
            from: [LoadName.plain]
        ) { $0.spread(.mallocsPerRequest, of: .cascade, with: .curl, on: LoadName.plain, -) },
        perChunk("mallocs per additional chunk, text as bytes", LoadName.longBytes, LoadName.streamedBytes, floor: 0),
        perChunk("mallocs per additional chunk, text as String", LoadName.long, LoadName.streamed, floor: 1),
    ]

    private static let processor = [
        ratio("CPU per plain request to curl", .cpuPerRequest, .curl, LoadName.plain, floor: 1.6, aim: 1.15),
        ratio("CPU per request of 32 chunks to curl", .cpuPerRequest, .curl, LoadName.streamed, floor: 2, aim: 1.35),
        ratio("CPU per plain request to ahc", .cpuPerRequest, .ahc, LoadName.plain, floor: 0.5, aim: 0.3),
        ratio(
            "CPU per request of 32 chunks to ahc", .cpuPerRequest, .ahc, LoadName.streamed, floor: 0.5,
            aim: 0.15),
        ratio(
            "throughput to curl, 16 connections", .throughput, .curl, LoadName.plain, .atLeast, floor: 0.65, aim: 0.9),
        ratio(
            "throughput to curl, 128 connections", .throughput, .curl, LoadName.plainMany, .atLeast, floor: 0.65,
            aim: 0.9),
    ]

    private static let held = [
        absolute(
            "Held streams", "resident bytes each, 1,000 streams", .kilobytes, .residentPerStream, LoadName.held1000,
            floor: 40_000, aim: 24_000),
        absolute(
            "Held streams", "resident bytes each, 5,000 streams", .kilobytes, .residentPerStream, LoadName.held5000,
            floor: 40_000, aim: 24_000),
        Target(
            "Held streams", "cost of one at 5,000 to one at 1,000", .ratio, decimals: 1, floor: nil, aim: 1,
            from: [LoadName.held1000, LoadName.held5000]
        ) {
            $0.spread(.residentPerStream, of: .cascade, on: LoadName.held5000, with: LoadName.held1000, /)
        },
    ]

    private static let bodies = [
        absolute(
            "1,500 bodies of 150 KB", "peak resident, collected", .mebibytes, .peakResident, LoadName.bodies,
            floor: 330 * mebibyte, aim: 260 * mebibyte),
        absolute(
            "1,500 bodies of 150 KB", "resident 5 s later, collected", .mebibytes, .residentAfter, LoadName.bodies,
            floor: 50 * mebibyte, aim: 20 * mebibyte),
        absolute(
            "1,500 bodies of 150 KB", "peak resident, streamed", .mebibytes, .peakResident, LoadName.streamedBodies,
            floor: 64 * mebibyte, aim: 32 * mebibyte),
    ]

    private static let latency =
        firstToken("paced", LoadName.paced, floors: (150, 1_000)) + firstToken("saturated", LoadName.streamed) + [
            Target(
                "Latency", "start of the command to its first request", .milliseconds, decimals: 1, floor: 50, aim: 15,
                from: [LoadName.start]
            ) { results in
                [.startFastest, .startMedian, .startSlowest].compactMap {
                    results.spread($0, of: .cascade, on: LoadName.start)?.median
                }.withExtremes
            }
        ]

    private static let growth = [
        Target(
            "Growth", "CPU per request, 128 connections to 16", .ratio, decimals: 1, floor: 1.3, aim: 1,
            from: [LoadName.plainMany, LoadName.plain]
        ) { $0.spread(.cpuPerRequest, of: .cascade, on: LoadName.plainMany, with: LoadName.plain, /) },
        Target(
            "Growth", "routing decision, 1,000 providers to 10", .ratio, decimals: 1, floor: 1.2, aim: 1,
            from: [LoadName.micro]
        ) {
            $0.spread(
                .nanosecondsPerOperation, of: .cascade, on: LoadName.micro("decision/1000 providers"),
                with: LoadName.micro("decision/10 providers"), /)
        },
    ]

    private static let soak = [
        grown("allocated bytes", .percent, from: .allocatedBegin, to: .allocatedEnd, floor: 10, aim: 2) {
            ($0 / $1 - 1) * 100
        },
        grown("resident bytes", .percent, from: .residentBegin, to: .residentEnd, floor: 10, aim: 2) {
            ($0 / $1 - 1) * 100
        },
        grown("open descriptors", .count, from: .descriptorsBegin, to: .descriptorsEnd, floor: 0, aim: 0, by: -),
        grown("threads", .count, from: .threadsBegin, to: .threadsEnd, floor: 0, aim: 0, by: -),
    ]
}

/// The kinds of figures.
extension Target {
    private static let mebibyte = 1_048_576.0

    /// How much less than the predecessor's.
    private static func saving(_ name: String, _ metric: Metric, on load: String) -> Target {
        Target(
            "Saved against the baseline", "\(name), \(load)", .percent, decimals: 0, .atLeast, floor: 20, aim: 70,
            from: [load]
        ) { $0.spread(metric, of: .cascade, with: .baseline, on: load) { (1 - $0 / $1) * 100 } }
    }

    /// What one chunk more costs: of two loads that differ in nothing else.
    private static func perChunk(_ name: String, _ long: String, _ short: String, floor: Double) -> Target {
        Target("Allocations", name, .count, decimals: 3, floor: floor, aim: 0, from: [long, short]) {
            $0.spread(.mallocsPerRequest, of: .cascade, on: long, with: short) { ($0 - $1) / (512 - 32) }
        }
    }

    private static func ratio(
        _ name: String, _ metric: Metric, _ other: EngineName, _ load: String, _ direction: Direction = .atMost,
        floor: Double, aim: Double
    ) -> Target {
        Target("Processor", name, .ratio, decimals: 2, direction, floor: floor, aim: aim, from: [load]) {
            $0.spread(metric, of: .cascade, with: other, on: load, /)
        }
    }

    private static func absolute(
        _ group: String, _ name: String, _ unit: FigureUnit, _ metric: Metric, _ load: String, floor: Double,
        aim: Double
    ) -> Target {
        Target(group, name, unit, decimals: 1, floor: floor, aim: aim, from: [load]) {
            $0.spread(metric, of: .cascade, on: load)
        }
    }

    /// What the router adds to the time that a first token takes: with both sides mostly idle, and with both as busy as
    /// they can be. Then each of 16 callers waits for the work of all, so that the figure is 16 times the difference in
    /// processor time; the floors for that time and for throughput are floors for this one.
    private static func firstToken(
        _ manner: String, _ load: String, floors: (median: Double, p99: Double)? = nil
    ) -> [Target] {
        func added(_ share: String, _ metric: Metric, floor: Double?, aim: Double) -> Target {
            Target(
                "Latency", "time to first token added over curl, \(manner), \(share)", .microseconds, decimals: 0,
                floor: floor, aim: aim, from: [load]
            ) { $0.spread(metric, of: .cascade, with: .curl, on: load, -) }
        }
        return [
            added("median", .firstTokenP50, floor: floors?.median, aim: 60),
            added("99 %", .firstTokenP99, floor: floors?.p99, aim: 300),
        ]
    }

    /// What a minute's load left behind.
    private static func grown(
        _ name: String, _ unit: FigureUnit, from begin: Metric, to end: Metric, floor: Double, aim: Double,
        by grow: @escaping @Sendable (Double, Double) -> Double
    ) -> Target {
        Target("Soak", "growth of \(name)", unit, decimals: 0, floor: floor, aim: aim, from: [LoadName.soak]) {
            $0.spread(end, begin, of: .cascade, on: LoadName.soak, grow)
        }
    }
}

extension [Double] {
    /// Of minimum, median and maximum, in this order.
    fileprivate var withExtremes: Spread? {
        guard count == 3, var spread = Spread(self) else { return nil }
        (spread.minimum, spread.median, spread.maximum) = (self[0], self[1], self[2])
        return spread
    }
}
