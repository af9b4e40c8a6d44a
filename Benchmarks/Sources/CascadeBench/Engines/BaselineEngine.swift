internal import BaselineRouter

/// The predecessor's way.
struct BaselineEngine: TaskEngine {
    let name = "baseline"
    private let router: BaselineRouter

    /// More requests at a time than Dispatch gives threads.
    private static let manyRequests = 200

    init(for load: Load) {
        router = BaselineRouter(
            providers: load.upstreams.enumerated().map { index, url in
                BaselineProvider(name: "p\(index)", url: url, apiKey: nil, model: load.model, priority: index + 1)
            },
            // As the other router, so that both make the same requests where they meet the same failures: of 16 requests
            // at a time five fail in a row soon enough, and an open circuit would spare the rest their attempts.
            attemptsPerProvider: 1, failureThreshold: .max, retryDelay: .zero,
            threads: load.concurrency > Self.manyRequests ? .ownForEachRequest : .pooled)
    }

    func sender(for load: Load, expecting expected: ExpectedAnswer) -> @Sendable () async throws -> Exchange {
        {
            let start = SystemTime.now
            let reply = try await router.complete(load.prompt, stream: load.isStreamed)
            let (seconds, attoseconds) = reply.firstByte.components
            let first = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
            var check = AnswerCheck(expected)
            check.take(reply.content)
            return Exchange(
                check: check, firstTokenAt: start + first, attempts: reply.attempts,
                text: load.isStreamed ? nil : reply.content)
        }
    }

    /// What a caller sees is the whole answer; what is counted is the bytes that come meanwhile.
    func reader(for load: Load) -> @Sendable (StreamMeter) async throws -> Void {
        { meter in
            _ = try await router.complete(load.prompt, stream: true) { meter.pieceCame(isFirst: $0) }
        }
    }

    /// Its threads wait within libcurl, where nothing reaches them.
    var endsWhenCancelled: Bool { false }

    func shutdown() {}
}
