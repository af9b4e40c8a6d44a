internal import Synchronization

/// Bounds the requests in flight and the memory that they may take. At the limit a request waits its turn for a bounded
/// time, first come first served, and then fails; nothing in flight is touched.
final class Admission: Sendable {
    /// How long a request waits for its turn.
    static let maxWait = Duration.seconds(10)

    private struct Waiter {
        let id: UInt64
        let bytes: Int
        let continuation: CheckedContinuation<Verdict, Never>
    }

    private struct State {
        var active = 0
        var bytes = 0
        var nextID: UInt64 = 0
        var waiters = WaitingLine<Waiter>()
        var isClosed = false
        /// Those who wait until nobody is in.
        var leavers: [UInt64: CheckedContinuation<Void, Never>] = [:]

        mutating func takeLeavers() -> [CheckedContinuation<Void, Never>] {
            if leavers.isEmpty { return [] }
            defer { leavers = [:] }
            return Array(leavers.values)
        }
    }

    enum Verdict: Sendable {
        case admitted
        case overloaded
        case cancelled
        case shutdown
    }

    private let state = Mutex(State())
    private let maxRequests: Int
    private let maxBytes: Int
    private let clock: any RouterClock
    private let held: @Sendable () -> Int

    /// - Parameters:
    ///   - maxBytes: 0 for no limit.
    ///   - held: Bytes that requests hold beside what they were let in with; asked under the lock.
    init(
        maxRequests: Int, maxBytes: Int, clock: any RouterClock, held: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.maxRequests = maxRequests
        self.maxBytes = maxBytes
        self.clock = clock
        self.held = held
    }

    var active: Int { state.withLock { $0.active } }
    /// What the requests that are in were counted as.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Takes a place for a request of about `bytes` if there is one, and nobody waits for it; give it back with `leave`.
    func tryEnter(bytes: Int) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.waiters.isEmpty, fits(bytes, in: state) else { return false }
            take(bytes, in: &state)
            return true
        }
    }

    /// Takes a place for a request of about `bytes`, waiting for it if need be; give it back with `leave`.
    ///
    /// - Parameter deadline: Of the request, which does not wait any longer.
    func enter(bytes: Int, deadline: Instant) async -> Verdict {
        if tryEnter(bytes: bytes) { return .admitted }
        return await wait(bytes: bytes, until: min(deadline, clock.now.advanced(by: Self.maxWait)))
    }

    /// A request that is in takes more than was thought: those that come later wait for it.
    func grow(bytes: Int) {
        state.withLock { $0.bytes += bytes }
    }

    /// - Parameter bytes: All that it took, growth included.
    func leave(bytes: Int) {
        let (admitted, leavers) = state.withLock { state in
            state.active -= 1
            state.bytes -= bytes
            let admitted = admitWaiters(&state)
            return (admitted, state.active == 0 ? state.takeLeavers() : [])
        }
        for waiter in admitted { waiter.continuation.resume(returning: .admitted) }
        for leaver in leavers { leaver.resume() }
    }

    /// Lets nobody in any more.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.waiters.removeAll()
        }
        for waiter in waiters { waiter.continuation.resume(returning: .shutdown) }
    }

    /// Waits until nobody is in, or this much time has passed, or the task is cancelled.
    func waitUntilEmpty(atMost time: Duration) async {
        let id = makeID()
        let (clock, end) = (clock, clock.now.advanced(by: time))
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.active > 0, !Task.isCancelled else { return false }
                    state.leavers[id] = continuation
                    return true
                }
                guard waits else { return continuation.resume() }
                timer = Task {
                    guard (try? await clock.sleep(until: end)) != nil else { return }
                    self.leaveAtOnce(id)
                }
            }
        } onCancel: {
            leaveAtOnce(id)
        }
    }

    private func leaveAtOnce(_ id: UInt64) {
        state.withLock { $0.leavers.removeValue(forKey: id) }?.resume()
    }

    private func makeID() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    // A request larger than the whole limit is let in alone: refusing it for ever would help nobody.
    private func fits(_ bytes: Int, in state: State) -> Bool {
        guard state.active < maxRequests else { return false }
        return maxBytes == 0 || state.active == 0 || state.bytes + bytes + held() <= maxBytes
    }

    private func take(_ bytes: Int, in state: inout State) {
        state.active += 1
        state.bytes += bytes
    }

    private func admitWaiters(_ state: inout State) -> [Waiter] {
        var admitted: [Waiter] = []
        while let first = state.waiters.first, fits(first.bytes, in: state) {
            take(first.bytes, in: &state)
            state.waiters.remove(first.id)
            admitted.append(first)
        }
        return admitted
    }

    private func wait(bytes: Int, until deadline: Instant) async -> Verdict {
        let id = makeID()
        let clock = clock
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(Waiter(id: id, bytes: bytes, continuation: continuation))
                // Only now: a timer that fired before would find nobody to turn away.
                timer = Task {
                    guard (try? await clock.sleep(until: deadline)) != nil else { return }
                    self.remove(id, verdict: .overloaded)
                }
            }
        } onCancel: {
            remove(id, verdict: .cancelled)
        }
    }

    private func enqueue(_ waiter: Waiter) {
        let verdict: Verdict? = state.withLock { state in
            if state.isClosed { return .shutdown }
            // The handler of a task that was cancelled already has run by now, and found nobody to remove.
            if Task.isCancelled { return .cancelled }
            if state.waiters.isEmpty, fits(waiter.bytes, in: state) {
                take(waiter.bytes, in: &state)
                return .admitted
            }
            state.waiters.append(waiter, id: waiter.id)
            return nil
        }
        if let verdict { waiter.continuation.resume(returning: verdict) }
    }

    private func remove(_ id: UInt64, verdict: Verdict) {
        let (waiter, admitted) = state.withLock { state -> (Waiter?, [Waiter]) in
            guard let waiter = state.waiters.remove(id) else { return (nil, []) }
            // A large request at the head may have held back smaller ones.
            return (waiter, admitWaiters(&state))
        }
        waiter?.continuation.resume(returning: verdict)
        for waiter in admitted { waiter.continuation.resume(returning: .admitted) }
    }
}

/// A queue whose members may also leave from the middle: each step takes the same time however many wait.
struct WaitingLine<Member> {
    private var members: [UInt64: Member] = [:]
    /// In the order of their coming; those that left are still in it, until the front has passed them.
    private var order: [UInt64] = []
    private var front = 0

    var isEmpty: Bool { members.isEmpty }

    var first: Member? {
        mutating get {
            while front < order.count {
                if let member = members[order[front]] { return member }
                front += 1
            }
            return nil
        }
    }

    mutating func append(_ member: Member, id: UInt64) {
        if members.isEmpty {
            order.removeAll(keepingCapacity: order.capacity <= 64)
            front = 0
        } else if front > 64, front > order.count / 2 {
            order.removeFirst(front)
            front = 0
        }
        members[id] = member
        order.append(id)
    }

    @discardableResult
    mutating func remove(_ id: UInt64) -> Member? {
        members.removeValue(forKey: id)
    }

    mutating func removeAll() -> [Member] {
        defer { self = WaitingLine() }
        return order[front...].compactMap { members[$0] }
    }
}
