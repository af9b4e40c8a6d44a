internal import Foundation
internal import Synchronization

/// What comes of a load's requests, in memory of a fixed size. Times are nanoseconds.
///
/// Any thread may record; the figures are to be read once all requests have ended.
final class Recorder: Sendable {
    /// One element for each answer. Whoever takes an index from `next` is the only one to write the elements there.
    private let latencies: MappedArray<UInt64>
    private let firstTokens: MappedArray<UInt64>
    private let next = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)
    private let exchanges = Atomic<Int>(0)
    private let firstError = Mutex<String?>(nil)

    /// - Parameter capacity: Requests that may be recorded until the next ``reset()``.
    init(capacity: Int) throws {
        latencies = try MappedArray(count: capacity)
        firstTokens = try MappedArray(count: capacity)
    }

    /// Answers that were compared with what was expected, and had it.
    var answered: Int { next.load(ordering: .acquiring) }
    var failed: Int { failures.load(ordering: .acquiring) }
    /// Requests to upstreams that the answers took, failed ones included.
    var attempts: Int { exchanges.load(ordering: .acquiring) }

    func recordAnswer(latency: UInt64, firstToken: UInt64, attempts: Int) {
        exchanges.wrappingAdd(attempts, ordering: .relaxed)
        let index = next.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
        latencies.elements[index] = latency
        firstTokens.elements[index] = firstToken
    }

    /// For an engine that writes the times itself, while nobody else records.
    ///
    /// - Parameter write: Is given room for so many latencies and first tokens, and tells how many answers came.
    func recordAnswers(
        upTo count: Int, _ write: (_ latencies: Times, _ firstTokens: Times) throws -> (answered: Int, failed: Int)
    ) throws {
        precondition(count > 0 && answered + count <= latencies.elements.count)
        let start = answered
        let came = try write(latencies.elements.baseAddress! + start, firstTokens.elements.baseAddress! + start)
        exchanges.wrappingAdd(came.answered, ordering: .relaxed)
        next.wrappingAdd(came.answered, ordering: .acquiringAndReleasing)
        failures.wrappingAdd(came.failed, ordering: .acquiringAndReleasing)
    }

    typealias Times = UnsafeMutablePointer<UInt64>

    func recordFailure(_ error: any Error) {
        failures.wrappingAdd(1, ordering: .acquiringAndReleasing)
        firstError.withLock { $0 = $0 ?? String(describing: error) }
    }

    /// Tells, on stderr, why requests failed.
    func complain() {
        guard failed > 0 else { return }
        let reason = firstError.withLock { $0 } ?? "the engine does not say why"
        FileHandle.standardError.write(Data("\(failed) requests failed, the first of them: \(reason)\n".utf8))
    }

    /// Forgets everything, for the stretch that counts.
    func reset() {
        next.store(0, ordering: .releasing)
        failures.store(0, ordering: .releasing)
        exchanges.store(0, ordering: .releasing)
        firstError.withLock { $0 = nil }
    }
}

extension Recorder {
    /// Microseconds that the given shares of all answers do not exceed; zeros when there is none.
    func latencies(atShares shares: [Double]) -> [Double] {
        Self.quantiles(of: latencies, answered, shares)
    }

    /// Likewise, until the first piece of text; until the end, for an answer that is not streamed.
    func firstTokens(atShares shares: [Double]) -> [Double] {
        Self.quantiles(of: firstTokens, answered, shares)
    }

    /// Sorts in place: even now nothing is allocated for each request.
    private static func quantiles(of times: MappedArray<UInt64>, _ count: Int, _ shares: [Double]) -> [Double] {
        guard count > 0 else { return shares.map { _ in 0 } }
        var times = times.elements[..<count]
        times.sort()
        return shares.map { share in
            Double(times[Int((Double(count - 1) * share).rounded())]) / 1_000
        }
    }
}
