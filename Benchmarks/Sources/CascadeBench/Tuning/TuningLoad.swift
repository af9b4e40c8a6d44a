internal import BenchReport

/// A load on which a variable can matter, and the figures that tell.
struct TuningLoad {
    var title: String
    /// The subcommand and its options.
    var command: [String]
    var double: [String] = []
    var metrics: [Metric]
    var mostRounds = Int.max
    /// Whether it stays on the clients' processor.
    var isPinned = true

    /// Requests of a run in which allocations are counted, if they are of interest.
    var counted: String? { metrics.contains(where: \.isCounted) ? "1500" : nil }
}

extension TuningLoad {
    private static let requestMetrics: [Metric] = [.cpuPerRequest, .throughput, .mallocsPerRequest, .bytesPerRequest]

    static func plain(_ connections: Int, isPinned: Bool = true) -> TuningLoad {
        TuningLoad(
            title: "plain, \(connections) connections",
            command: ["run", "--concurrency", "\(connections)", "--requests", "8000"],
            metrics: requestMetrics + [.peakResident], isPinned: isPinned)
    }

    static let longPrompt = TuningLoad(
        title: "plain, a prompt of 20 KB", command: ["run", "--requests", "6000", "--prompt-bytes", "20000"],
        metrics: requestMetrics + [.peakAllocated])

    static func streamed(chunks: Int, requests: Int) -> TuningLoad {
        TuningLoad(
            title: "\(chunks) chunks", command: ["run", "--stream", "--bytes", "--requests", "\(requests)"],
            double: ["--chunks", "\(chunks)"], metrics: requestMetrics + [.peakAllocated])
    }

    static let held = TuningLoad(
        title: "1,000 held streams", command: ["hold", "--streams", "1000"],
        double: ["--chunks", "1000", "--delay-ms", "100"], metrics: [.residentPerStream, .allocatedPerStream],
        mostRounds: 2)

    static let bodies = bodies("1,500 bodies of 150 KB", [])
    static let streamedBodies = bodies("1,500 bodies of 150 KB, streamed", ["--stream", "--bytes"])

    private static func bodies(_ title: String, _ options: [String]) -> TuningLoad {
        TuningLoad(
            title: title, command: ["bodies"] + options, double: ["--body-bytes", "150000"],
            metrics: [.seconds, .peakAllocated, .peakResident, .allocatedAfter, .residentAfter, .failed],
            mostRounds: 2)
    }

    static let largeBodies = TuningLoad(
        title: "150 KB, 16 connections", command: ["run", "--requests", "1500"], double: ["--body-bytes", "150000"],
        metrics: [.cpuPerRequest, .throughput])

    /// A request every two seconds.
    static let rare = TuningLoad(
        title: "a request every 2 s", command: ["soak", "--rate", "0.5", "--seconds", "12"],
        metrics: [.cpuPerRequest, .latencyP50, .descriptorsEnd], mostRounds: 1)
}
