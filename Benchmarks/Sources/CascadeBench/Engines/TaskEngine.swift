internal import Synchronization

/// An engine whose requests are tasks.
protocol TaskEngine: Engine {
    /// What the tasks prefer, where the engine recommends one.
    var executor: (any TaskExecutor)? { get }
    /// Sends one request each time it is called, and reads the whole answer.
    func sender(for load: Load, expecting expected: ExpectedAnswer) -> @Sendable () async throws -> Exchange
    /// Reads one stream each time it is called, and tells the meter of each piece.
    func reader(for load: Load) -> @Sendable (StreamMeter) async throws -> Void
}

/// What one request gave.
struct Exchange: Sendable {
    /// Has been given all of the answer.
    var check: AnswerCheck
    /// The instant of its first text.
    var firstTokenAt: UInt64
    /// Requests to upstreams that it took.
    var attempts = 1
    /// All of it, where it came in one piece.
    var text: String?
}

extension TaskEngine {
    var executor: (any TaskExecutor)? { nil }

    /// Has as many tasks as the load's concurrency send its requests one after the other.
    func run(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) async {
        let send = sender(for: load, expecting: expected)
        let turns = Turns(load.requests)
        await withTaskGroup { group in
            for index in 0..<load.concurrency {
                group.addTask(executorPreference: executor) {
                    if load.staggerMilliseconds > 0 {
                        try? await Task.sleep(for: .milliseconds(index * load.staggerMilliseconds))
                    }
                    while turns.take() {
                        await recorder.record(since: SystemTime.now, send)
                    }
                }
            }
        }
    }
}

extension TaskEngine {
    func runAtOnce(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) async {
        let send = sender(for: load, expecting: expected)
        await withTaskGroup(of: String?.self) { group in
            for _ in 0..<load.requests {
                group.addTask(executorPreference: executor) {
                    await recorder.record(since: SystemTime.now, send)
                }
            }
            var texts: [String] = []
            texts.reserveCapacity(load.requests)
            for await text in group {
                if let text { texts.append(text) }
            }
            // Long enough for the memory to be looked at once more while all of them are there.
            try? await Task.sleep(for: .milliseconds(20))
            withExtendedLifetime(texts) {}
        }
    }

    func hold(_ load: Load, streams: Int, meter: StreamMeter) async {
        let read = reader(for: load)
        await withTaskGroup { group in
            for _ in 0..<streams {
                group.addTask(executorPreference: executor) {
                    do {
                        try await read(meter)
                        throw EngineError.endedEarly
                    } catch {
                        if !Task.isCancelled { meter.streamEnded(error) }
                    }
                }
            }
        }
    }
}

/// The requests that remain to be sent.
private final class Turns: Sendable {
    private let taken = Atomic<Int>(0)
    private let all: Int

    init(_ all: Int) {
        self.all = all
    }

    /// Whether there was one left.
    func take() -> Bool {
        taken.wrappingAdd(1, ordering: .relaxed).oldValue < all
    }
}

extension Recorder {
    /// Gives the answer's text, where it came in one piece and is right.
    @discardableResult
    func record(since start: UInt64, _ send: @Sendable () async throws -> Exchange) async -> String? {
        do {
            let exchange = try await send()
            guard exchange.check.isWhole else { throw EngineError.wrongText }
            recordAnswer(
                latency: SystemTime.now - start, firstToken: exchange.firstTokenAt - start,
                attempts: exchange.attempts)
            return exchange.text
        } catch {
            recordFailure(error)
            return nil
        }
    }
}
