internal import Synchronization

/// Records the peaks of memory while something runs.
///
/// ```swift
/// let sampler = MemorySampler()
/// let sampling = Task { await sampler.run(every: .milliseconds(5), clock: .continuous) }
/// // … the work …
/// sampling.cancel()
/// print(sampler.peaks.allocated)
/// ```
///
/// A peak shorter than the interval may be missed; ``ProcessMemory/peakResident`` misses none, but cannot be reset.
/// All methods may be called from any thread.
public final class MemorySampler: Sendable {
    /// The highest figures seen, in bytes; those of the allocator stay 0 when jemalloc is not it.
    public struct Peaks: Sendable, Hashable {
        public internal(set) var allocated = 0
        public internal(set) var active = 0
        public internal(set) var resident = 0
        /// Of ``ProcessMemory/resident``.
        public internal(set) var processResident = 0
        public internal(set) var samples = 0

        mutating func record(_ statistics: MemoryStatistics?, _ process: ProcessMemory?) {
            samples += 1
            allocated = max(allocated, statistics?.allocated ?? 0)
            active = max(active, statistics?.active ?? 0)
            resident = max(resident, statistics?.resident ?? 0)
            processResident = max(processResident, process?.resident ?? 0)
        }
    }

    private let state = Mutex(Peaks())

    public init() {}

    /// The peaks since the start, or since the last ``reset()``.
    public var peaks: Peaks { state.withLock { $0 } }

    /// Takes one sample now, and gives its figures: no peak is below them.
    @discardableResult
    public func sample() -> (allocator: MemoryStatistics?, process: ProcessMemory?) {
        let statistics = MemoryStatistics.current
        let process = ProcessMemory.current
        state.withLock { $0.record(statistics, process) }
        return (statistics, process)
    }

    /// Forgets the peaks.
    public func reset() {
        state.withLock { $0 = Peaks() }
    }

    /// Takes samples until the task is cancelled, and a last one then.
    public func run<C: Clock>(every interval: Duration, clock: C) async where C.Duration == Duration {
        repeat {
            sample()
            try? await clock.sleep(for: interval)
        } while !Task.isCancelled
        sample()
    }
}
