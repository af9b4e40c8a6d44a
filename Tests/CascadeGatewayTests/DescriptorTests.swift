import CascadeGateway
import CascadeTesting
import Foundation
import Glibc
import Testing

extension GatewayTests {
    @Suite struct Descriptors {
        /// The gateway's own end of a connection.
        private func serverEnd(of gateway: UInt16) -> Int32? {
            (0..<Int32(1_024)).first { descriptor in
                var (own, other) = (sockaddr_in(), sockaddr_in())
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                return withUnsafeMutablePointer(to: &own) { own in
                    own.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
                }
                    && own.sin_port == gateway.bigEndian
                    && withUnsafeMutablePointer(to: &other) { other in
                        other.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            getpeername(descriptor, $0, &length) == 0
                        }
                    }
            }
        }

        /// Whether an epoll set of this process still holds a file of this inode.
        private func isWatched(inode: UInt) throws -> Bool {
            let field = "ino:" + String(inode, radix: 16)
            let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")
            return names.contains { name in
                let text = (try? String(contentsOfFile: "/proc/self/fdinfo/" + name, encoding: .utf8)) ?? ""
                return text.split(separator: "\n").contains { line in
                    line.hasPrefix("tfd:") && line.split(separator: " ").contains { $0 == field }
                }
            }
        }

        @Test("A connection that has ended is watched no more, although a process that was just started holds it, too")
        func copied() async throws {
            let fixture = try await GatewayFixture(Script())
            let client = try fixture.client()
            #expect(client.get("/healthz").status == 200)
            let end = try #require(serverEnd(of: fixture.gateway.port))
            // What a fork does to every descriptor until the new program begins.
            let copy = dup(end)
            defer { close(copy) }
            var status = stat()
            #expect(fstat(copy, &status) == 0)
            #expect(try isWatched(inode: status.st_ino))
            client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(client.read().status == 200)
            #expect(client.waitForEnd() == .closed)
            let inode = status.st_ino
            await eventually { (try? isWatched(inode: inode)) == false }
            await fixture.end()
        }
    }
}
