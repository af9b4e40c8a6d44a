import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Glibc
import Testing

extension GatewayTests {
    /// How soon a client's leaving reaches the provider.
    @Suite struct PromptCancels {
        /// The middle one of several: a busy machine delays one now and then, and something that looks only at times
        /// would be late in most.
        private func middle(_ measure: () async throws -> Duration) async rethrows -> Duration {
            var times: [Duration] = []
            for _ in 0..<5 { times.append(try await measure()) }
            return times.sorted()[2]
        }

        private static let most = Duration.milliseconds(100)

        @Test(
            "While an answer is waited for, and while it streams",
            arguments: [Fault.noAnswer, .stall(afterChunks: 0), .stall(afterChunks: 2)], [true, false])
        func answers(_ fault: Fault, isStreamed: Bool) async throws {
            let fixture = try await GatewayFixture(Script(fault: fault))
            let provider = fixture.providers[0]
            let time = try await middle {
                let index = provider.counters.requests
                var client: HTTPClient? = try fixture.client()
                client?.send(HTTPClient.post(GatewayFixture.path, question(stream: isStreamed)))
                #expect(await provider.waitForRequests(index + 1))
                if isStreamed, fault == .stall(afterChunks: 2) { _ = try client?.read(until: "from ") }
                let left = ContinuousClock.now
                client = nil
                let record = await provider.waitForPeerClose(ofRequest: index)
                return left.duration(to: try #require(record?.closedByPeerAt))
            }
            #expect(time < Self.most)
            await fixture.end()
        }

        @Test("While a connection to the provider is being made")
        func connecting() async throws {
            let peer = SilentPeer()
            let fixture = try await GatewayFixture(Script()) {
                $0.providers[0].baseURL = "https://127.0.0.1:\(peer.port)/v1"
            }
            let time = try await middle {
                var client: HTTPClient? = try fixture.client()
                client?.send(HTTPClient.post(GatewayFixture.path, question()))
                let connection = peer.accept()
                #expect(connection.receive() > 0)
                let left = ContinuousClock.now
                client = nil
                while connection.receive() > 0 {}
                return left.duration(to: .now)
            }
            #expect(time < Self.most)
            await fixture.end()
        }

        @Test("While a request waits for its turn")
        func queueing() async throws {
            var tuning = Tuning()
            tuning.maxConcurrentRequests = 1
            let fixture = try await GatewayFixture(Script(fault: .noAnswer), tuning: tuning)
            let router = fixture.router
            var first: HTTPClient? = try fixture.client()
            first?.send(HTTPClient.post(GatewayFixture.path, question()))
            #expect(await fixture.providers[0].waitForRequests(1))
            let time = try await middle {
                let (asked, gone) = (router.metrics.requests, router.metrics.cancelled)
                var client: HTTPClient? = try fixture.client()
                client?.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
                await eventually { router.metrics.requests == asked + 1 }
                let left = ContinuousClock.now
                client = nil
                await eventually { router.metrics.cancelled == gone + 1 }
                return left.duration(to: .now)
            }
            #expect(time < Self.most)
            first = nil
            await fixture.end()
            #expect(fixture.providers[0].counters.requests == 1)
        }

        @Test("While a client does not read what has come")
        func unread() async throws {
            let text = String(repeating: "0123456789abcdef", count: 2 << 20)
            let fixture = try await GatewayFixture(Script(text: text, chunks: 4_000))
            let provider = fixture.providers[0]
            let time = try await middle {
                let index = provider.counters.requests
                var client: HTTPClient? = try fixture.client()
                client?.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
                _ = try client?.read(until: "0123456789abcdef")
                // Until nothing moves any more.
                var sent = -1
                while sent != provider.log[index].chunksSent {
                    sent = provider.log[index].chunksSent
                    try await Task.sleep(for: .milliseconds(50))
                }
                let left = ContinuousClock.now
                client = nil
                let record = await provider.waitForPeerClose(ofRequest: index)
                return left.duration(to: try #require(record?.closedByPeerAt))
            }
            #expect(time < Self.most)
            await fixture.end()
        }
    }
}

/// Accepts connections, and says nothing.
private final class SilentPeer {
    struct Connection: ~Copyable {
        fileprivate let socket: Int32

        deinit { close(socket) }

        /// Bytes that came; none, or less, at the end.
        func receive() -> Int {
            withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) {
                unsafe recv(socket, $0.baseAddress, 4_096, 0)
            }
        }
    }

    private let socket: Int32
    let port: UInt16

    init() {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        socket = Glibc.socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = socket
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe bind(listener, $0, size)
                _ = unsafe getsockname(listener, $0, &size)
            }
        }
        listen(socket, 16)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socket) }

    func accept() -> Connection {
        Connection(socket: Glibc.accept(socket, nil, nil))
    }
}
