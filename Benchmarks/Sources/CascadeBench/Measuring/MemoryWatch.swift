internal import CascadeMemory
internal import Foundation
internal import Synchronization

/// Looks at the allocator's figures again and again, from a thread of its own that allocates nothing: what is counted is
/// the engine's alone.
///
/// A peak shorter than the interval may be missed.
final class MemoryWatch: Sendable {
    struct Figures: Sendable {
        var peakAllocated = 0
        var peakResident = 0
        /// `[milliseconds since the start, allocated, resident]`, each with the highest figures since the one before.
        var timeline: [[Int]] = []
        /// What looking took of the processor's time.
        var ownMicroseconds = 0.0
    }

    fileprivate struct Point {
        var milliseconds: Int
        var allocated: Int
        var resident: Int

        mutating func add(_ other: Point) {
            milliseconds = other.milliseconds
            allocated = max(allocated, other.allocated)
            resident = max(resident, other.resident)
        }
    }

    fileprivate struct State {
        var peakAllocated = 0
        var peakResident = 0
        var points: [Point] = []
        /// Looks that one point stands for, and how many of the last point's have been.
        var stride = 1
        var count = 0
    }

    private static let maximumPoints = 100

    private let keepsTimeline: Bool
    private let start = SystemTime.now
    private let state: Mutex<State>
    private let isStopped = Atomic<Bool>(false)
    private let ownMicroseconds = Atomic<UInt64>(0)

    /// Begins at once.
    ///
    /// - Parameter interval: In milliseconds. A look takes the processor's time, too, which counts where little else runs.
    init(keepsTimeline: Bool = false, interval: UInt32 = 5) {
        self.keepsTimeline = keepsTimeline
        var state = State()
        if keepsTimeline { state.points.reserveCapacity(Self.maximumPoints) }
        self.state = Mutex(state)
        look()
        Thread.detachNewThread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                usleep(interval * 1_000)
                look()
                ownMicroseconds.store(UInt64(SystemTime.threadMicroseconds), ordering: .relaxed)
            }
        }
    }

    /// Takes a last look. The thread ends within an interval.
    func stop() -> Figures {
        isStopped.store(true, ordering: .relaxed)
        look()
        return state.withLock { state in
            Figures(
                peakAllocated: state.peakAllocated, peakResident: state.peakResident,
                timeline: state.points.map { [$0.milliseconds, $0.allocated, $0.resident] },
                ownMicroseconds: Double(ownMicroseconds.load(ordering: .relaxed)))
        }
    }

    private func look() {
        guard let memory = MemoryStatistics.current else { return }
        let milliseconds = Int((SystemTime.now - start) / 1_000_000)
        state.withLock { state in
            state.peakAllocated = max(state.peakAllocated, memory.allocated)
            state.peakResident = max(state.peakResident, memory.resident)
            let point = Point(milliseconds: milliseconds, allocated: memory.allocated, resident: memory.resident)
            if keepsTimeline { state.add(point, maximum: Self.maximumPoints) }
        }
    }
}

extension MemoryWatch.State {
    /// When all places are taken, pairs of points become one: the array never grows.
    fileprivate mutating func add(_ point: MemoryWatch.Point, maximum: Int) {
        count += 1
        if count > 1 {
            points[points.count - 1].add(point)
        } else {
            if points.count == maximum { halve() }
            points.append(point)
        }
        if count == stride { count = 0 }
    }

    private mutating func halve() {
        for index in 0..<points.count / 2 {
            points[index] = points[2 * index]
            points[index].add(points[2 * index + 1])
        }
        points.removeLast(points.count / 2)
        stride *= 2
    }
}
