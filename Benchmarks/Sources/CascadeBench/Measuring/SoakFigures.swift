internal import CascadeMemory

/// Whether an engine's memory ends where it began.
struct SoakFigures: Codable, Sendable {
    var engine: String
    var requests: Int
    var failed: Int
    /// Answers whose text was compared with the expected one, and was the same.
    var answers_checked: Int
    var seconds: Double
    /// Requests a second.
    var rate: Double
    /// Once it has warmed up, and again at the end: with nothing in flight, and unused pages given back.
    var allocated_begin: Int
    var allocated_end: Int
    var resident_begin: Int
    var resident_end: Int
    var peak_resident: Int
    var descriptors_begin: Int
    var descriptors_end: Int
    var threads_begin: Int
    var threads_end: Int
    var cpu_us_per_request: Double
    /// From the instant at which a request was due.
    var p50_us: Double
    var p99_us: Double
    var memory_timeline: [[Int]]

    private static let warmUpSeconds = 5.0
    /// Requests at once that come first. They leave the pools as full as they may become when the machine falters for a
    /// moment, which would look like a leak.
    private static let burst = 256
    private static let watchMilliseconds: UInt32 = 50

    static func measure(_ engine: any TaskEngine, _ load: Load, rate: Double) async throws -> SoakFigures {
        let expected = try ExpectedAnswer(of: load)
        let warmUp = load.with(requests: Int(rate * warmUpSeconds))
        let recorder = try Recorder(capacity: max(load.requests, warmUp.requests + burst))
        try await engine.runAtOnce(load.with(requests: burst), into: recorder, expecting: expected)
        try await engine.run(warmUp, rate: rate, into: recorder, expecting: expected)
        recorder.reset()
        let begin = Look()
        let watch = MemoryWatch(keepsTimeline: true, interval: watchMilliseconds)
        let usage = ResourceUsage()
        try await engine.run(load, rate: rate, into: recorder, expecting: expected)
        let used = usage.untilNow
        let memory = watch.stop()
        // Its thread is not the engine's.
        try await Task.sleep(for: .milliseconds(2 * watchMilliseconds))
        let end = Look()
        recorder.complain()
        return SoakFigures(
            engine: engine.name, rate: rate, recorder: recorder, used: used, memory: memory, begin: begin, end: end)
    }

    private struct Look {
        let memory: MemoryStatistics?
        let descriptors = Descriptors.count
        let threads = Descriptors.threads

        init() {
            Allocator.purge()
            memory = MemoryStatistics.current
        }
    }

    private init(
        engine: String, rate: Double, recorder: Recorder, used: ResourceUsage.Spent, memory: MemoryWatch.Figures,
        begin: Look, end: Look
    ) {
        self.engine = engine
        self.rate = rate
        requests = recorder.answered + recorder.failed
        failed = recorder.failed
        answers_checked = recorder.answered
        seconds = used.seconds
        allocated_begin = begin.memory?.allocated ?? 0
        allocated_end = end.memory?.allocated ?? 0
        resident_begin = begin.memory?.resident ?? 0
        resident_end = end.memory?.resident ?? 0
        peak_resident = memory.peakResident
        descriptors_begin = begin.descriptors
        descriptors_end = end.descriptors
        threads_begin = begin.threads
        threads_end = end.threads
        cpu_us_per_request = (used.cpuMicroseconds - memory.ownMicroseconds) / Double(max(requests, 1))
        let latencies = recorder.latencies(atShares: [0.5, 0.99])
        p50_us = latencies[0]
        p99_us = latencies[1]
        memory_timeline = memory.timeline
    }
}
