import CascadeTesting
import Foundation
import Testing

@Suite("LoopbackProvider's life")
struct LoopbackLifetimeTests {
    private static let request = LoopbackClient.post("/v1/chat/completions", #"{"model":"m","stream":true}"#)

    @Test func stopLeavesNoDescriptor() async {
        // In a process of its own, where no other test opens and closes descriptors.
        await #expect(processExitsWith: .success) {
            // Sockets, event and epoll descriptors. The C library opens files for a moment whenever it likes.
            func descriptors() throws -> [String] {
                let files = FileManager.default
                return try files.contentsOfDirectory(atPath: "/proc/self/fd").sorted().compactMap { name in
                    let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
                    return target.flatMap { $0.hasPrefix("socket:") || $0.hasPrefix("anon_inode:") ? $0 : nil }
                }
            }
            func round() async throws {
                let provider = try LoopbackProvider(script: .init(fault: .stall(afterChunks: 1)))
                let clients = try (0..<10).map { _ in try LoopbackClient(port: provider.port) }
                for client in clients { client.send(LoopbackLifetimeTests.request) }
                #expect(await provider.waitForRequests(10))
                provider.stop()
                for client in clients { #expect(client.waitForEnd() != .silent) }
            }
            // Whatever the runtime opens once is open after the first round.
            try await round()
            let before = try descriptors()
            try await round()
            #expect(try descriptors() == before)
        }
    }

    @Test func stopEndsEverythingAndMayBeRepeated() async throws {
        let provider = try LoopbackProvider(script: .init(fault: .stall(afterChunks: 1)))
        let client = try LoopbackClient(port: provider.port)
        client.send(Self.request)
        _ = try client.read(until: "Light")
        async let outcome = provider.waitForOutcome()
        async let more = provider.waitForRequests(2)
        provider.stop()
        provider.stop()
        #expect(await outcome?.outcome == .stopped)
        #expect(await more == false)
        #expect(client.waitForEnd() == .closed)
        #expect(throws: LoopbackClient.Failure.connect(ECONNREFUSED)) { try LoopbackClient(port: provider.port) }
        provider.setScript(.init())
        #expect(await provider.waitForRequests(2) == false)
    }

    @Test func aPortInUseIsAnError() throws {
        let provider = try LoopbackProvider()
        #expect(throws: LoopbackProvider.StartError.self) { try LoopbackProvider(port: provider.port) }
    }

    @Test func aWaitEndsInTimeOrWhenCancelled() async throws {
        let provider = try LoopbackProvider()
        #expect(await provider.waitForRequests(1, within: .milliseconds(5)) == false)
        let task = Task { await provider.waitForPeerClose(within: .seconds(600)) }
        task.cancel()
        #expect(await task.value == nil)
    }

    @Test func aWaitForWhatHasHappenedEndsAtOnce() async throws {
        let provider = try LoopbackProvider()
        #expect(try LoopbackClient(port: provider.port).get("/health").status == 200)
        #expect(await provider.waitForRequests(1, within: .zero))
        #expect(await provider.waitForRequests(0, within: .zero))
    }
}
