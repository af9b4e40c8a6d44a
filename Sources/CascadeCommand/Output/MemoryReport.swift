internal import CascadeMemory

/// The memory of this process while something ran: jemalloc's figures where it is the allocator, and the kernel's.
///
/// A task samples until ``end()``; without that it ends with the process.
struct MemoryReport {
    private let sampler = MemorySampler()
    private let sampling: Task<Void, Never>

    /// Starts to watch for peaks.
    init() {
        let sampler = sampler
        sampling = Task { await sampler.run(every: .milliseconds(5), clock: .continuous) }
    }

    /// Ends the watch.
    func end() async {
        sampling.cancel()
        await sampling.value
    }

    var json: JSONValue {
        let (now, process) = sampler.sample()
        let peaks = sampler.peaks
        return .members([
            "allocated_bytes": .count(now?.allocated),
            "active_bytes": .count(now?.active),
            "resident_bytes": .count(now?.resident),
            "peak_allocated_bytes": .count(now.map { _ in peaks.allocated }),
            "peak_resident_bytes": .count(now.map { _ in peaks.resident }),
            "process_resident_bytes": .count(process?.resident),
            "process_peak_resident_bytes": .count(process?.peakResident),
        ])
    }

    /// One line.
    var text: String {
        let (now, process) = sampler.sample()
        let peaks = sampler.peaks
        var parts: [String] = []
        if let now {
            parts.append("allocated \(Units.text(bytes: now.allocated)) (peak \(Units.text(bytes: peaks.allocated)))")
            parts.append("resident \(Units.text(bytes: now.resident)) (peak \(Units.text(bytes: peaks.resident)))")
        }
        if let process {
            parts.append(
                "process \(Units.text(bytes: process.resident)) (peak \(Units.text(bytes: process.peakResident)))")
        }
        return parts.isEmpty ? "no figures on this system" : parts.joined(separator: ", ")
    }
}
