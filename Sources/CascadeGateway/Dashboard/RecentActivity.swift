internal import Cascade
internal import CascadeTransport
internal import Synchronization

/// The last requests, and what providers and memory did in the last minutes, in fixed memory.
///
/// Something is added at the end of a request only: no timer runs, and nothing is made into text before somebody looks.
final class RecentActivity: Sendable {
    /// Finished requests that are kept.
    static let capacity = 100
    /// Ten minutes in steps of five seconds.
    static let stepCount = 120
    static let step: UInt64 = 5_000_000_000
    /// Providers come and go with configurations: beyond this the ones that are gone are forgotten.
    private static let maxProviders = 1_024

    /// What was in use at the end of a step, or is now.
    struct MemoryPoint: Sendable {
        var step: UInt64
        /// As the kernel counts it, in bytes.
        var resident: Int
        /// What the program has asked its allocator for and not given back, where the allocator says.
        var allocated: Int?
    }

    /// A look at it.
    struct View: Sendable {
        /// The number of the current step.
        var step: UInt64
        /// Requests that were ever added.
        var total: UInt64
        /// The oldest first.
        var requests: [FinishedRequest]
        var providers: [String: ProviderSteps]
        var memory: [MemoryPoint]
    }

    fileprivate struct State {
        var requests: [FinishedRequest] = []
        var total: UInt64 = 0
        var providers: [String: ProviderSteps] = [:]
        var memory: [MemoryPoint] = []
        var nextMemory: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> UInt64
    /// How much memory is in use; it may take some microseconds.
    private let memory: @Sendable () -> GatewayMemory

    init(memory: @escaping @Sendable () -> GatewayMemory, clock: @escaping @Sendable () -> UInt64) {
        self.memory = memory
        self.clock = clock
    }

    var now: UInt64 { clock() }

    func add(_ request: FinishedRequest) {
        let step = now / Self.step
        let isMemoryDue = state.withLock { state in
            state.add(request, at: step)
            return state.nextMemory <= step
        }
        if isMemoryDue { sampleMemory() }
    }

    /// Asks how much memory is in use, and keeps it as the current step's.
    func sampleMemory() {
        let figures = memory()
        guard let resident = figures.resident else { return }
        let step = now / Self.step
        let point = MemoryPoint(step: step, resident: resident, allocated: figures.allocator?.allocated)
        state.withLock { $0.add(point) }
    }

    /// - Parameter seen: The requests that the caller has seen before, by ``View/total``.
    func view(after seen: UInt64) -> View {
        let step = now / Self.step
        return state.withLock { state in
            View(
                step: step, total: state.total, requests: state.newest(after: seen), providers: state.providers,
                memory: state.memory.filter { $0.step + UInt64(Self.stepCount) > step })
        }
    }
}

extension RecentActivity.State {
    fileprivate mutating func add(_ request: FinishedRequest, at step: UInt64) {
        if requests.count < RecentActivity.capacity {
            requests.append(request)
        } else {
            requests[Int(total % UInt64(RecentActivity.capacity))] = request
        }
        total += 1
        for attempt in request.attempts where attempt.outcome != .cancelled {
            if providers.count >= RecentActivity.maxProviders, providers[attempt.provider] == nil {
                providers = providers.filter { $0.value.isCurrent(at: step) }
            }
            providers[attempt.provider, default: ProviderSteps()]
                .add(attempt, isStreamed: request.timeToFirstToken != nil, at: step)
        }
    }

    fileprivate mutating func add(_ point: RecentActivity.MemoryPoint) {
        nextMemory = point.step + 1
        if memory.last?.step == point.step {
            memory[memory.count - 1] = point
            return
        }
        if memory.count == RecentActivity.stepCount { memory.removeFirst() }
        memory.append(point)
    }

    fileprivate func newest(after seen: UInt64) -> [FinishedRequest] {
        let capacity = UInt64(RecentActivity.capacity)
        let first = max(min(seen, total), total > capacity ? total - capacity : 0)
        return (first..<total).map { requests[Int($0 % capacity)] }
    }
}

/// One provider's attempts, step by step.
struct ProviderSteps: Sendable {
    struct Step: Sendable {
        /// Its number; 0 for none.
        var number: UInt64 = 0
        var attempts: UInt32 = 0
        var failures: UInt32 = 0
        /// Streamed answers, and their microseconds to the first token.
        var streams: UInt32 = 0
        var firstToken: UInt64 = 0
        /// Other answers, and their microseconds to the end.
        var wholes: UInt32 = 0
        var whole: UInt64 = 0
    }

    private var steps = [Step](repeating: Step(), count: RecentActivity.stepCount)

    fileprivate mutating func add(_ attempt: AttemptReport, isStreamed: Bool, at number: UInt64) {
        let index = Int(number % UInt64(RecentActivity.stepCount))
        if steps[index].number != number { steps[index] = Step(number: number) }
        steps[index].attempts &+= 1
        guard attempt.outcome == .answered else {
            steps[index].failures &+= 1
            return
        }
        if isStreamed {
            steps[index].streams &+= 1
            steps[index].firstToken &+= attempt.latency.wholeMicroseconds
        } else {
            steps[index].wholes &+= 1
            steps[index].whole &+= attempt.latency.wholeMicroseconds
        }
    }

    fileprivate func isCurrent(at number: UInt64) -> Bool {
        steps.contains { $0.number + UInt64(RecentActivity.stepCount) > number }
    }

    /// Those in which something happened, none older than `first`; in order.
    func steps(from first: UInt64) -> [Step] {
        steps.filter { $0.number >= first && $0.attempts > 0 }.sorted { $0.number < $1.number }
    }
}

extension Duration {
    var wholeMicroseconds: UInt64 { UInt64(clamping: attoseconds / 1_000_000_000_000) }
}
