internal import Synchronization

/// The counts of one loop's exchanges. Its lock is taken once a request, and nobody else wants it but who reads the page
/// of metrics.
final class LoopLedger: Sendable {
    struct Key: Hashable, Sendable {
        var route: String
        var method: String
        var status: Int
    }

    struct Figures: Sendable {
        /// By what was asked and answered.
        var requests: [Key: TimeHistogram] = [:]
        /// Of streamed answers, by route.
        var firstPieces: [String: TimeHistogram] = [:]
        var overhead = TimeHistogram(bounds: TimeHistogram.overheadBounds)
        var outcomes: [ExchangeRecord.Outcome: Int] = [:]
        var receivedBytes: UInt64 = 0
        var sentBytes: UInt64 = 0

        mutating func add(_ other: Figures) {
            for (key, histogram) in other.requests {
                requests[key, default: TimeHistogram(bounds: TimeHistogram.requestBounds)].add(histogram)
            }
            for (key, histogram) in other.firstPieces {
                firstPieces[key, default: TimeHistogram(bounds: TimeHistogram.requestBounds)].add(histogram)
            }
            overhead.add(other.overhead)
            outcomes.merge(other.outcomes, uniquingKeysWith: +)
            receivedBytes += other.receivedBytes
            sentBytes += other.sentBytes
        }
    }

    let accessLog: AccessLog?
    /// Whether spans are made of requests, which may be parts of their clients' own.
    let tracesRequests: Bool
    private let state = Mutex(Figures())
    private let isStopping = Atomic(false)

    init(accessLog: AccessLog?, tracesRequests: Bool) {
        self.accessLog = accessLog
        self.tracesRequests = tracesRequests
    }

    var figures: Figures { state.withLock { $0 } }

    /// From now on who goes did not go of its own accord.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    var reasonOfLeaving: ExchangeRecord.Outcome {
        isStopping.load(ordering: .relaxed) ? .stopped : .clientGone
    }

    /// An exchange is over, and nothing more will be noted of it.
    func enter(_ exchange: Exchange) {
        let record = exchange.record
        let route = RouteLabel.route(exchange.path)
        let key = Key(route: route, method: RouteLabel.method(exchange.method), status: record.status)
        let start = exchange.receivedAt
        state.withLock { figures in
            figures.requests[key, default: TimeHistogram(bounds: TimeHistogram.requestBounds)]
                .record(microseconds: (max(record.endedAt, start) - start) / 1_000)
            if record.firstPieceAt > start {
                figures.firstPieces[route, default: TimeHistogram(bounds: TimeHistogram.requestBounds)]
                    .record(microseconds: (record.firstPieceAt - start) / 1_000)
            }
            if let overhead = record.overhead, record.provider != nil {
                figures.overhead.record(microseconds: overhead)
            }
            figures.outcomes[record.outcome, default: 0] += 1
            figures.receivedBytes += UInt64(record.receivedBytes)
            figures.sentBytes += UInt64(record.sentBytes)
        }
        accessLog?.add(AccessLogLine(exchange))
    }
}
