internal import CascadeMemory

/// What large answers that all come at once take of memory, and what is left of it afterwards.
struct BodiesFigures: Codable, Sendable {
    var engine: String
    var requests: Int
    var failed: Int
    /// The text of one answer.
    var body_bytes: Int
    /// Answers whose text was compared with the expected one, and was the same.
    var answers_checked: Int
    var seconds: Double
    var peak_allocated: Int
    var peak_resident: Int
    /// Some seconds later, with the engine idle.
    var allocated_after: Int
    var resident_after: Int

    private static let warmUpRequests = 16
    private static let rest = Duration.seconds(5)

    static func measure(_ engine: any Engine, _ load: Load) async throws -> BodiesFigures {
        let expected = try ExpectedAnswer(of: load)
        let recorder = try Recorder(capacity: max(load.requests, warmUpRequests))
        try await engine.runAtOnce(load.with(requests: warmUpRequests), into: recorder, expecting: expected)
        recorder.reset()
        Allocator.purge()
        let watch = MemoryWatch()
        let start = SystemTime.now
        try await engine.runAtOnce(load, into: recorder, expecting: expected)
        let seconds = Double(SystemTime.now - start) / 1_000_000_000
        let peaks = watch.stop()
        recorder.complain()
        try await Task.sleep(for: rest)
        let memory = MemoryStatistics.current
        return BodiesFigures(
            engine: engine.name, requests: load.requests, failed: recorder.failed, body_bytes: expected.count,
            answers_checked: recorder.answered, seconds: seconds, peak_allocated: peaks.peakAllocated,
            peak_resident: peaks.peakResident, allocated_after: memory?.allocated ?? 0,
            resident_after: memory?.resident ?? 0)
    }
}
