internal import CCascadeTransport
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One thread with a libcurl multi handle, and everything that runs on it.
///
/// Cost: a thread, three descriptors, and the connections and handles that its endpoints pool.
public final class EventLoop: Sendable {
    /// Prefer this for tasks whose work is mostly transfers of this loop.
    public let executor: LoopExecutor
    let handle: LoopHandle
    private let stopped: Completion

    /// Starts the thread.
    ///
    /// - Throws: ``EventLoopError`` when the system gives no thread or descriptor.
    public init(configuration: TransportConfiguration = TransportConfiguration()) throws(EventLoopError) {
        let context = LoopContext()
        var options = unsafe casc_loop_options(
            ring_bytes: configuration.ringBytes,
            max_record: configuration.maxRecordBytes,
            max_idle_buffers: UInt32(clamping: configuration.maxIdle),
            connections_per_host: configuration.connectionsPerHost,
            // libcurl takes 0 for its own default.
            idle_seconds: Int(max(1, configuration.connectionMaxIdle.components.seconds)),
            receive_buffer: configuration.receiveBufferBytes,
            // The thread owns a reference to the context until the loop has returned.
            context: Unmanaged.passUnretained(context).toOpaque(),
            resume: { _, waiter in
                // Made by `Transfer.wait` from a continuation, which the C side gives back exactly once.
                unsafe unsafeBitCast(waiter, to: UnsafeContinuation<Void, Never>.self).resume()
            },
            run_jobs: { context in
                unsafe Unmanaged<LoopContext>.fromOpaque(context!).takeUnretainedValue().executor!.runPending()
            },
            released: { _, owner in
                // Balances `passRetained` in `Transfer.start`.
                unsafe Unmanaged<AnyObject>.fromOpaque(owner).release()
            })
        var error: Int32 = 0
        guard let raw = unsafe casc_loop_create(&options, &error) else {
            throw EventLoopError("the event loop could not be created", errno: error)
        }
        handle = unsafe LoopHandle(takingOwnership: raw)
        executor = LoopExecutor(loop: handle)
        stopped = Completion()
        context.executor = executor
        context.handle = handle
        context.stopped = stopped
        try context.runOnThread()
    }

    deinit {
        shutdown()
    }

    /// Ends every transfer as shut down and lets the thread return once their consumers have closed them. Returns at
    /// once; may be called more than once.
    public func shutdown() {
        unsafe casc_loop_stop(handle.raw)
    }

    /// Returns when the thread has ended. Call ``shutdown()`` first.
    public func waitUntilStopped() async {
        await stopped.wait()
    }

    /// The C loop, for what else lives on its thread; there for as long as this object is.
    @unsafe package var rawLoop: OpaquePointer { unsafe handle.raw }

    /// The monotonic clock of every deadline here, in nanoseconds.
    public static var now: UInt64 { casc_now() }

    /// How many descriptors this process may have open at present.
    public static var descriptorLimit: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises ``descriptorLimit`` as far as the system lets this process. For a program; a library leaves it to its host.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Bytes held of events and bodies that are larger than a ring.
    public var spilledBytes: Int {
        Int(clamping: unsafe casc_loop_spilled(handle.raw))
    }

    /// Figures for tests and metrics, a moment old.
    public var counters: TransportCounters {
        var raw = casc_loop_counters()
        unsafe casc_loop_read_counters(handle.raw, &raw)
        return TransportCounters(
            rounds: raw.rounds, wakes: raw.wakes, transfersStarted: raw.started, connectionsOpened: raw.connections,
            pauses: raw.pauses, openTransfers: Int(raw.open_transfers), runningTransfers: Int(raw.running),
            easyHandles: Int(raw.easy_handles), endpoints: Int(raw.endpoints))
    }
}

/// What a loop has done and holds.
public struct TransportCounters: Sendable, Hashable {
    public var rounds: UInt64
    public var wakes: UInt64
    public var transfersStarted: UInt64
    public var connectionsOpened: UInt64
    public var pauses: UInt64
    public var openTransfers: Int
    public var runningTransfers: Int
    public var easyHandles: Int
    public var endpoints: Int
}

/// The system refused what a loop needs.
public struct EventLoopError: Error, Sendable, CustomStringConvertible {
    public var message: String
    public var description: String { message }

    init(message: String) {
        self.message = message
    }

    init(_ what: String, errno code: Int32) {
        let reason =
            switch code {
            case EMFILE: "this process has no descriptors left; raise its limit (ulimit -n)"
            case ENFILE: "the system has no descriptors left"
            case EAGAIN: "the system gives this process no more threads (ulimit -u)"
            case ENOMEM: "out of memory"
            default: "error \(code) of the system"
            }
        message = "\(what): \(reason)"
    }
}

// Sendable: written before the thread starts, read-only after.
private final class LoopContext: @unchecked Sendable {
    var executor: LoopExecutor?
    var handle: LoopHandle?
    var stopped: Completion?

    func runOnThread() throws(EventLoopError) {
        var thread = pthread_t()
        let retained = unsafe Unmanaged.passRetained(self)
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                let context = unsafe Unmanaged<LoopContext>.fromOpaque(argument!).takeRetainedValue()
                context.run()
                return nil
            }, retained.toOpaque())
        guard result == 0 else {
            unsafe retained.release()
            throw EventLoopError("the event loop's thread could not be started", errno: result)
        }
        pthread_detach(thread)
    }

    private func run() {
        guard let handle, let executor, let stopped else { return }
        unsafe casc_loop_run(handle.raw)
        executor.close()
        // Breaks the cycle with the executor; nothing calls back any more.
        self.executor = nil
        stopped.complete()
    }
}

/// Something that happens once and can be waited for.
final class Completion: Sendable {
    private struct State {
        var isComplete = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isComplete = state.withLock { state in
                if !state.isComplete { state.waiters.append(continuation) }
                return state.isComplete
            }
            if isComplete { continuation.resume() }
        }
    }

    func complete() {
        let waiters = state.withLock { state in
            state.isComplete = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
