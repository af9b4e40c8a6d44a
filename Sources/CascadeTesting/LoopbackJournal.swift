import Synchronization

/// The log, the counters and those who wait for them. Written by the loop's thread, read by any.
final class LoopbackJournal: Sendable {
    enum Condition {
        case requests(Int)
        case peerClose(request: Int)
        case outcome(request: Int)
    }

    private struct Waiter {
        var id: Int
        var condition: Condition
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var counters = LoopbackProvider.Counters()
        var records: [LoopbackProvider.RequestRecord] = []
        /// The index of the first record.
        var firstIndex = 0
        var waiters: [Waiter] = []
        var nextWaiterID = 0
        var isFinished = false

        func record(_ index: Int) -> LoopbackProvider.RequestRecord? {
            let offset = index - firstIndex
            return records.indices.contains(offset) ? records[offset] : nil
        }

        func holds(_ condition: Condition) -> Bool {
            switch condition {
            case .requests(let count): counters.requests >= count
            case .peerClose(let index): record(index)?.closedByPeerAt != nil
            case .outcome(let index): record(index).map { $0.outcome != .pending } ?? false
            }
        }

        /// Takes out those whose condition has come to hold.
        mutating func takeSatisfied() -> [Waiter] {
            guard !waiters.isEmpty else { return [] }
            let satisfied = waiters.filter { holds($0.condition) }
            waiters.removeAll { waiter in satisfied.contains { $0.id == waiter.id } }
            return satisfied
        }
    }

    let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = max(0, limit) }

    var records: [LoopbackProvider.RequestRecord] { state.withLock { $0.records } }
    var counters: LoopbackProvider.Counters { state.withLock { $0.counters } }

    func record(_ index: Int) -> LoopbackProvider.RequestRecord? { state.withLock { $0.record(index) } }

    // MARK: Writing

    func connectionOpened() {
        state.withLock {
            $0.counters.connectionsAccepted += 1
            $0.counters.openConnections += 1
        }
    }

    func connectionClosed() {
        state.withLock { $0.counters.openConnections -= 1 }
    }

    /// Counts a request and logs it, unless nothing is logged. Returns its index.
    func begin(_ request: LoopbackRequest, connection: Int, fault: LoopbackProvider.Fault?) -> Int {
        let (index, satisfied) = state.withLock { state in
            let index = state.counters.requests
            state.counters.requests += 1
            if limit > 0 {
                state.records.append(
                    LoopbackProvider.RequestRecord(
                        index: index, connection: connection, method: request.method, path: request.target,
                        fields: request.fields,
                        body: Array(request.body.prefix(LoopbackProvider.RequestRecord.maximumBody)),
                        bodyLength: request.body.count, receivedAt: .now, chunksSent: 0, outcome: .pending,
                        fault: fault))
                // Dropped by halves, so that a request costs no shift of the whole log.
                if state.records.count > 2 * limit {
                    state.records.removeFirst(limit)
                    state.firstIndex += limit
                }
            }
            return (index, state.takeSatisfied())
        }
        for waiter in satisfied { waiter.continuation.resume(returning: true) }
        return index
    }

    func update(_ index: Int, _ change: (inout LoopbackProvider.RequestRecord) -> Void) {
        guard limit > 0 else { return }
        let satisfied = state.withLock { state in
            let offset = index - state.firstIndex
            guard state.records.indices.contains(offset) else { return [Waiter]() }
            change(&state.records[offset])
            return state.takeSatisfied()
        }
        for waiter in satisfied { waiter.continuation.resume(returning: true) }
    }

    // MARK: Waiting

    func makeWaiterID() -> Int {
        state.withLock {
            $0.nextWaiterID += 1
            return $0.nextWaiterID
        }
    }

    func add(_ id: Int, _ condition: Condition, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = state.withLock { state in
            if state.holds(condition) { return true }
            if state.isFinished { return false }
            state.waiters.append(Waiter(id: id, condition: condition, continuation: continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    /// Ends a wait in vain, if it has not ended.
    func abandon(_ id: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    /// Ends all waits, as nothing more is going to happen.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }
}
