/// A way to send a load's requests.
protocol Engine: Sendable {
    var name: String { get }
    /// Sends all of the load's requests. Called several times; what one call warms up serves the next.
    func run(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) async throws
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

    /// - Parameter load: Its upstreams, and how many connections there must be room for.
    func make(for load: Load, usesBytes: Bool = false) throws -> any Engine {
        switch self {
        case .cascade: try CascadeEngine(for: load, usesBytes: usesBytes)
        case .baseline: BaselineEngine(for: load)
        case .ahc: AsyncHTTPClientEngine(for: load)
        case .curl: CurlEngine()
        }
    }
}

enum EngineError: Error {
    case loop(errno: Int32)
    case status(Int)
    case noText
    case wrongText
}
