internal import BenchReport
internal import CascadeMemory

/// A way to send a load's requests.
protocol Engine: Sendable {
    var name: String { get }
    /// Sends all of the load's requests. Called several times; what one call warms up serves the next.
    func run(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) async throws
    /// Sends all of the load's requests at once. Answers that are not streamed are kept until the last one is there.
    func runAtOnce(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) async throws
    /// Starts so many streams at once and reads them until the task is cancelled.
    func hold(_ load: Load, streams: Int, meter: StreamMeter) async throws
    /// Whether ``hold(_:streams:meter:)`` returns then.
    var endsWhenCancelled: Bool { get }
    func shutdown() async throws
}

extension Engine {
    var endsWhenCancelled: Bool { true }
}

extension EngineName {
    /// Makes the engine and, as a service would, has its process give unused memory back soon: all of them alike.
    ///
    /// - Parameter load: Its upstreams, and how many connections there must be room for.
    func make(for load: Load, usesBytes: Bool = false) throws -> any Engine {
        Allocator.returnMemory(within: .seconds(1))
        return switch self {
        case .cascade: try CascadeEngine(for: load, usesBytes: usesBytes)
        case .baseline: BaselineEngine(for: load)
        case .ahc: AsyncHTTPClientEngine(for: load)
        case .curl: CurlEngine()
        }
    }
}

enum EngineError: Error, CustomStringConvertible {
    case loop(errno: Int32)
    case status(Int)
    case noText
    case wrongText
    case endedEarly

    var description: String {
        switch self {
        case .loop(let code): "the bare loop ended with errno \(code)"
        case .status(let status): "the upstream answered with status \(status)"
        case .noText: "the answer has no text, or no end"
        case .wrongText: "the answer's text is not the expected one: all upstreams must be doubles with the same text"
        case .endedEarly:
            "a stream ended while it was to be held: give the double more --chunks, or a longer --delay-ms"
        }
    }
}
