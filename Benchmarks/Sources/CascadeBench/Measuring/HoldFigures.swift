internal import CascadeMemory
internal import Foundation

/// What streams take of memory while they are held, and of the processor.
struct HoldFigures: Codable, Sendable {
    var engine: String
    var streams: Int
    /// Streams that ended while they were to be held.
    var failed: Int
    /// The growth of the whole process, as the kernel counts it, over the streams.
    var resident_bytes_per_stream: Double
    /// The growth of what was asked of the allocator, over the streams.
    var allocated_bytes_per_stream: Double
    /// The process's, in bytes.
    var resident_before: Int
    var resident_held: Int
    /// As the allocator counts it: without stacks and code.
    var allocator_resident_before: Int
    var allocator_resident_held: Int
    var cpu_us_per_chunk: Double
    /// Pieces of text that came each second, of all streams.
    var chunks_per_second: Double

    /// Streams that are there before the first look: what the first few take is not taken for each.
    private static let warmUpStreams = 16
    private static let limit = Duration.seconds(60)
    /// So long are the streams looked at once all of them have begun.
    private static let stretch = Duration.seconds(2)

    /// Opens a few streams, then so many more, and looks before and while they are held.
    static func measure(_ engine: any Engine, _ load: Load, streams: Int) async throws -> HoldFigures {
        let meter = StreamMeter()
        let first = Task { try await engine.hold(load, streams: warmUpStreams, meter: meter) }
        try await begin(warmUpStreams, meter)
        let before = Look()
        let rest = Task { try await engine.hold(load, streams: streams, meter: meter) }
        try await begin(warmUpStreams + streams, meter)
        let (usage, pieces) = (ResourceUsage(), meter.pieces)
        try await Task.sleep(for: stretch)
        let (used, read) = (usage.untilNow, meter.pieces - pieces)
        let figures = HoldFigures(
            engine: engine.name, streams: streams, meter: meter, before: before, held: Look(), used: used, read: read)
        first.cancel()
        rest.cancel()
        if engine.endsWhenCancelled {
            try await first.value
            try await rest.value
        }
        return figures
    }

    private static func begin(_ count: Int, _ meter: StreamMeter) async throws {
        let deadline = ContinuousClock.now + limit
        while meter.begun < count, meter.ended == 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        guard meter.begun < count else { return try await Task.sleep(for: .milliseconds(500)) }
        throw BenchError(
            "of \(count) streams \(meter.begun) began within \(limit), and \(meter.ended) ended meanwhile. "
                + (meter.error ?? "See whether the double runs, and ask for fewer streams."))
    }

    private struct Look {
        let resident = ProcessMemory.current?.resident ?? 0
        let allocated = MemoryStatistics.current?.allocated ?? 0
        let allocatorResident = MemoryStatistics.current?.resident ?? 0
    }

    private init(
        engine: String, streams: Int, meter: StreamMeter, before: Look, held: Look, used: ResourceUsage.Spent, read: Int
    ) {
        self.engine = engine
        self.streams = streams
        failed = meter.ended
        resident_bytes_per_stream = Double(held.resident - before.resident) / Double(streams)
        allocated_bytes_per_stream = Double(held.allocated - before.allocated) / Double(streams)
        resident_before = before.resident
        resident_held = held.resident
        allocator_resident_before = before.allocatorResident
        allocator_resident_held = held.allocatorResident
        cpu_us_per_chunk = used.cpuMicroseconds / Double(max(read, 1))
        chunks_per_second = Double(read) / used.seconds
    }
}
