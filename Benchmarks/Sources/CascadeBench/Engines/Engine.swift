internal import Synchronization

/// A way to send a load's requests.
protocol Engine: Sendable {
    var name: String { get }
    /// Sends all of the load's requests. Called several times; what one call warms up serves the next.
    func run(_ load: Load) async throws -> Samples
    func shutdown() async throws
}

enum EngineName: String, CaseIterable, Sendable {
    /// This project's router.
    case cascade
    /// Its predecessor's way.
    case baseline
    /// AsyncHTTPClient, pooled and streaming, with a JSON decoder for each event.
    case ahc
    /// A bare C loop over libcurl: the floor.
    case curl

    /// - Parameter upstreams: As in ``Load``.
    func make(upstreams: [String], usesBytes: Bool) throws -> any Engine {
        switch self {
        case .cascade: try CascadeEngine(upstreams: upstreams, usesBytes: usesBytes)
        case .baseline: BaselineEngine(upstreams: upstreams)
        case .ahc: AsyncHTTPClientEngine()
        case .curl: CurlEngine()
        }
    }
}

/// What one request gave.
struct Exchange: Sendable {
    var textBytes: Int
    /// The instant of its first text.
    var firstTokenAt: UInt64
}

extension Load {
    /// Has as many tasks as the load's concurrency send its requests one after the other.
    ///
    /// - Parameter executor: What the tasks prefer, where the engine recommends one.
    func drive(
        on executor: (any TaskExecutor)? = nil, _ send: @escaping @Sendable () async throws -> Exchange
    ) async -> Samples {
        let turns = Turns(requests)
        return await withTaskGroup(of: Samples.self) { group in
            for _ in 0..<concurrency {
                group.addTask(executorPreference: executor) {
                    var samples = Samples()
                    while turns.take() {
                        await samples.take(send)
                    }
                    return samples
                }
            }
            return await group.reduce(into: Samples()) { $0.add($1) }
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

extension Samples {
    fileprivate mutating func take(_ send: @Sendable () async throws -> Exchange) async {
        let start = SystemTime.now
        do {
            let exchange = try await send()
            latencies.append(SystemTime.now - start)
            firstTokens.append(exchange.firstTokenAt - start)
            textBytes += exchange.textBytes
        } catch {
            failed += 1
        }
    }
}
