import CascadeTesting
import CascadeTransport
import Testing

/// More transfers at once than one of libcurl's multi handles is given.
@Suite("Sets of connections", .timeLimit(.minutes(1)))
struct ConnectionSetTests {
    private static let many = 100

    /// Answers only when the last of many may have asked.
    private static func slowToAnswer() throws -> LoopbackProvider {
        var script = LoopbackProvider.Script(chunks: 2)
        script.firstDelay = .milliseconds(200)
        return try LoopbackProvider(script: script)
    }

    private static func ask(_ wire: Wire, times: Int, of url: String) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<times { group.addTask { try await wire.ask(url) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func aSecondWaveFindsTheConnectionsOfTheFirst() async throws {
        var options = Endpoint.Options()
        options.maxIdle = Self.many
        let wire = try Wire(TransportConfiguration(maxIdle: Self.many), options: options)
        let provider = try Self.slowToAnswer()
        let url = provider.baseURL + "/chat/completions"
        let first = try await Self.ask(wire, times: Self.many, of: url)
        let opened = wire.loop.counters.connectionsOpened
        let second = try await Self.ask(wire, times: Int(opened), of: url)
        #expect((first + second).allSatisfy { $0.failure == nil })
        #expect(opened > 32, "so many that one set does not hold them")
        #expect(wire.loop.counters.connectionsOpened == opened)
        #expect(second.allSatisfy { $0.outcome?.isReusedConnection == true })
    }

    @Test func aSetThatIsIdleClosesItsConnectionsWhileAnotherIsBusy() async throws {
        let wire = try Wire(TransportConfiguration(connectionMaxIdle: .seconds(1)))
        let provider = try Self.slowToAnswer()
        let slow = try LoopbackProvider(script: .init(chunks: 10_000, chunkDelay: .milliseconds(20)))
        _ = try await Self.ask(wire, times: Self.many, of: provider.baseURL + "/chat/completions")
        let opened = provider.counters.openConnections
        let busy = try wire.start(Ask(slow.baseURL + "/chat/completions"))
        let signal = busy.signal
        #expect(await eventually { provider.counters.openConnections <= opened - 32 })
        #expect(wire.loop.counters.runningTransfers == 1)
        signal.cancel()
        #expect(await receive(busy).failure == .cancelled)
    }
}
