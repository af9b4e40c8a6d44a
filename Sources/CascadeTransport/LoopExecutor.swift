internal import CCascadeTransport
internal import Synchronization

/// Runs tasks on the loop's own thread, between socket events; a task whose ring is full also from within libcurl's
/// delivery, which sees nothing of what the task asks of the loop.
///
/// A task that prefers this executor starts a transfer and receives its records without ever changing thread, which is
/// most of what a request costs otherwise. The one rule: do not block, and do not compute for long; every transfer of
/// the loop waits meanwhile.
///
/// After the loop has stopped, what is enqueued runs on the global concurrent executor instead.
public final class LoopExecutor: TaskExecutor {
    private struct Queue {
        var pending: [UnownedJob] = []
        /// An empty array that kept its capacity, so that a busy loop allocates nothing here.
        var spare: [UnownedJob] = []
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    /// Whether `pending` may hold something; lets an idle round skip the lock.
    private let hasPending = Atomic(false)
    private let loop: LoopHandle

    init(loop: LoopHandle) {
        self.loop = loop
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isQueued = queue.withLock { queue in
            guard !queue.isClosed else { return false }
            queue.pending.append(job)
            return true
        }
        guard isQueued else {
            globalConcurrentExecutor.enqueue(job)
            return
        }
        hasPending.store(true, ordering: .releasing)
        loop.wake()
    }

    /// Runs what is queued, on the loop's thread. Jobs that these enqueue wait for the next call.
    func runPending() -> Bool {
        guard hasPending.exchange(false, ordering: .acquiringAndReleasing) else { return false }
        var batch = queue.withLock { queue in
            let batch = queue.pending
            queue.pending = queue.spare
            queue.spare = []
            return batch
        }
        for job in batch {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
        let ran = !batch.isEmpty
        batch.removeAll(keepingCapacity: true)
        queue.withLock { $0.spare = batch }
        return ran
    }

    /// From now on jobs go to the global executor; those that were queued are run here.
    func close() {
        queue.withLock { $0.isClosed = true }
        hasPending.store(true, ordering: .releasing)
        _ = runPending()
    }
}
