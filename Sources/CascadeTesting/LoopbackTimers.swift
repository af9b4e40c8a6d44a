/// Deadlines in a binary heap, earliest first, to pace thousands of streams. There is no removal: who gets a deadline
/// that no longer concerns it ignores it.
struct LoopbackTimers<Target> {
    /// In nanoseconds of the monotonic clock.
    typealias Instant = UInt64

    private var heap: [(deadline: Instant, target: Target)] = []

    var isEmpty: Bool { heap.isEmpty }
    var next: Instant? { heap.first?.deadline }

    mutating func add(_ target: Target, at deadline: Instant) {
        heap.append((deadline, target))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest target if its deadline has come.
    mutating func popDue(at now: Instant) -> Target? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[smallest].deadline {
                smallest = child
            }
            guard smallest != parent else { break }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
        return first.target
    }
}
