internal import CascadeMemory
internal import Foundation

/// One engine's figures for one load.
struct Figures: Codable, Sendable {
    var engine: String
    var requests: Int
    var failed: Int
    var seconds: Double
    var rps: Double
    var cpu_us_per_request: Double
    var mallocs_per_request: Double
    var bytes_per_request: Double
    var peak_allocated: Int
    var peak_resident: Int
    var p50_us: Double
    var p99_us: Double
    var ttft_p50_us: Double
    var ttft_p99_us: Double
    /// Pairs of a share and the microseconds that this share of all answers took at most.
    var latency_curve_us: [[Double]]
    /// Triples of milliseconds, bytes allocated and bytes resident; empty unless it was asked for.
    var memory_timeline: [[Int]]
    /// Answers that were compared with the expected text byte for byte, and had it.
    var answers_checked: Int
    /// Requests to upstreams for each answer.
    var attempts_per_answer: Double
    /// Of one answer.
    var text_bytes: Int

    private static let shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]

    /// Warms the engine up, then measures it: the second of two like stretches shows what lasts.
    static func measure(_ engine: any Engine, _ load: Load, keepsTimeline: Bool = false) async throws -> Figures {
        let expected = try ExpectedAnswer(of: load)
        let warmUp = load.with(requests: max(load.requests / 10, 4 * load.concurrency))
        let recorder = try Recorder(capacity: max(load.requests, warmUp.requests))
        try await engine.run(warmUp, into: recorder, expecting: expected)
        recorder.reset()
        Allocator.purge()
        let watch = MemoryWatch(keepsTimeline: keepsTimeline)
        let usage = ResourceUsage()
        try await engine.run(load, into: recorder, expecting: expected)
        let used = usage.untilNow
        var figures = Figures(engine: engine.name, load: load, used: used, memory: watch.stop(), recorder: recorder)
        figures.text_bytes = expected.count
        recorder.complain()
        return figures
    }

    private init(
        engine: String, load: Load, used: ResourceUsage.Spent, memory: MemoryWatch.Figures, recorder: Recorder
    ) {
        let count = Double(max(load.requests, 1))
        self.engine = engine
        requests = load.requests
        failed = recorder.failed
        seconds = used.seconds
        rps = count / seconds
        cpu_us_per_request = (used.cpuMicroseconds - memory.ownMicroseconds) / count
        mallocs_per_request = Double(used.traffic.allocations) / count
        bytes_per_request = Double(used.traffic.bytes) / count
        peak_allocated = memory.peakAllocated
        peak_resident = memory.peakResident
        let latencies = recorder.latencies(atShares: Self.shares)
        latency_curve_us = zip(Self.shares, latencies).map { [$0, $1] }
        p50_us = latencies[4]
        p99_us = latencies[8]
        let firstTokens = recorder.firstTokens(atShares: [0.5, 0.99])
        ttft_p50_us = firstTokens[0]
        ttft_p99_us = firstTokens[1]
        memory_timeline = memory.timeline
        answers_checked = recorder.answered
        attempts_per_answer = Double(recorder.attempts) / Double(max(recorder.answered, 1))
        text_bytes = 0
    }
}
