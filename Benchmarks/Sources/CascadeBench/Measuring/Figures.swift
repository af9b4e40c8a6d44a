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
    /// Of one answer.
    var text_bytes: Int

    /// Warms the engine up, then measures it: the second of two like stretches shows what lasts.
    static func measure(_ engine: any Engine, _ load: Load) async throws -> Figures {
        _ = try await engine.run(load.with(requests: max(load.requests / 10, 4 * load.concurrency)))
        Allocator.purge()
        let sampler = MemorySampler()
        let sampling = Task { await sampler.run(every: .milliseconds(5), clock: .continuous) }
        let traffic = MemoryTraffic.current
        let cpu = SystemTime.cpuMicroseconds
        let start = SystemTime.now
        let samples = try await engine.run(load)
        let nanoseconds = SystemTime.now - start
        let used = SystemTime.cpuMicroseconds - cpu
        let later = MemoryTraffic.current
        sampling.cancel()
        await sampling.value
        let spent = if let traffic, let later { later - traffic } else { MemoryTraffic.zero }
        return Figures(
            engine: engine.name, samples: samples, load: load, nanoseconds: nanoseconds, cpu: used, traffic: spent,
            peaks: sampler.peaks)
    }

    private init(
        engine: String, samples: Samples, load: Load, nanoseconds: UInt64, cpu: Double, traffic: MemoryTraffic,
        peaks: MemorySampler.Peaks
    ) {
        let count = Double(max(load.requests, 1))
        self.engine = engine
        requests = load.requests
        failed = samples.failed
        seconds = Double(nanoseconds) / 1_000_000_000
        rps = count / seconds
        cpu_us_per_request = cpu / count
        mallocs_per_request = Double(traffic.allocations) / count
        bytes_per_request = Double(traffic.bytes) / count
        peak_allocated = peaks.allocated
        peak_resident = peaks.resident
        p50_us = samples.latencies.quantile(0.5)
        p99_us = samples.latencies.quantile(0.99)
        ttft_p50_us = samples.firstTokens.quantile(0.5)
        text_bytes = samples.textBytes / max(load.requests - samples.failed, 1)
    }
}
