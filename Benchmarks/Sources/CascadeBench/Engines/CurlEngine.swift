internal import CBareLoop
internal import Foundation
internal import Synchronization

/// The bare C loop. It routes nothing, and finds the text of an answer without decoding it.
struct CurlEngine: Engine {
    let name = "curl"

    func run(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) throws {
        try recorder.recordAnswers(upTo: load.requests) { latencies, firstTokens in
            var result = bare_loop_result(
                answered: 0, failed: 0, latency_ns: latencies, first_text_ns: firstTokens)
            let status = load.withBareLoad(expecting: expected) { bare_loop_run(&$0, &result) }
            guard status == 0 else { throw EngineError.loop(errno: status) }
            return (Int(result.answered), Int(result.failed))
        }
    }

    /// A body stays in its connection's buffer, and the buffers until the end.
    func runAtOnce(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) throws {
        var load = load
        load.concurrency = load.requests
        try run(load, into: recorder, expecting: expected)
    }

    /// The loop has a thread of its own.
    func hold(_ load: Load, streams: Int, meter: StreamMeter) async throws {
        let watch = HoldWatch(meter)
        let status = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let context = Unmanaged.passUnretained(watch).toOpaque()
                    let status = withExtendedLifetime(watch) {
                        load.withBareLoad { bare_loop_hold(&$0, Int32(streams), HoldWatch.keepsGoing, context) }
                    }
                    continuation.resume(returning: status)
                }
            }
        } onCancel: {
            watch.stop()
        }
        guard status == 0 else { throw EngineError.loop(errno: status) }
    }

    func shutdown() {}
}

extension Load {
    /// The load as C sees it, valid within the call.
    fileprivate func withBareLoad(
        expecting expected: ExpectedAnswer? = nil, _ body: (inout bare_loop_load) -> Int32
    ) -> Int32 {
        let text = self.body
        return ((upstreams.first ?? "") + "/chat/completions").withCString { url in
            "Content-Type: application/json".withCString { header in
                text.withCString { json in
                    [header, nil].withUnsafeBufferPointer { headers in
                        var load = bare_loop_load(
                            url: url, headers: headers.baseAddress!, body: json, body_length: text.utf8.count,
                            requests: UInt64(requests), connections: Int32(concurrency),
                            stagger_ns: UInt64(staggerMilliseconds) * 1_000_000,
                            interval_ns: UInt64(intervalMilliseconds) * 1_000_000, reads_text: expected != nil,
                            expected_text: expected?.start, expected_length: expected?.count ?? 0)
                        return withExtendedLifetime(expected) { body(&load) }
                    }
                }
            }
        }
    }
}

/// Carries what the loop tells to the meter.
private final class HoldWatch: Sendable {
    private let meter: StreamMeter
    private let isStopped = Atomic<Bool>(false)
    private let told = Mutex(bare_hold_state())

    init(_ meter: StreamMeter) {
        self.meter = meter
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    /// Called by the loop's thread, which keeps the watch alive.
    static let keepsGoing: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<bare_hold_state>) -> Bool = {
        let watch = Unmanaged<HoldWatch>.fromOpaque($0!).takeUnretainedValue()
        watch.tell($1.pointee)
        return !watch.isStopped.load(ordering: .relaxed)
    }

    private func tell(_ state: bare_hold_state) {
        told.withLock { told in
            meter.add(begun: Int(state.begun - told.begun), pieces: Int(state.pieces - told.pieces))
            for _ in told.ended..<state.ended { meter.streamEnded(EngineError.endedEarly) }
            told = state
        }
    }
}
