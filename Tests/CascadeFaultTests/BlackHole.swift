import Glibc

/// A port to which connecting neither succeeds nor fails.
final class BlackHole: Sendable {
    private let sockets: [Int32]
    let port: UInt16

    init() {
        let listener = Self.socket()
        var address = Self.address(port: 0)
        _ = Self.with(&address) { unsafe bind(listener, $0, $1) }
        listen(listener, 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(listener, $0, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        // Nobody accepts: once the queue is full the kernel drops whatever asks for a connection.
        sockets = [listener] + (0..<4).map { _ in Self.socket() }
        for client in sockets.dropFirst() { _ = Self.with(&address) { unsafe connect(client, $0, $1) } }
    }

    deinit { for socket in sockets { close(socket) } }

    private static func socket() -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return Glibc.socket(AF_INET, type, 0)
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func with(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
