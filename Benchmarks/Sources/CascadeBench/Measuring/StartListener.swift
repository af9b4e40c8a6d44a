internal import Glibc

/// A provider for one request at a time, which tells the instant of the request's first byte.
final class StartListener {
    private let listener: Int32
    let port: UInt16

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isReady = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isReady else {
            close(listener)
            throw BenchError("127.0.0.1 lets nobody listen: errno \(errno)")
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    /// Takes the next connection, waits for the first byte on it, answers and closes.
    ///
    /// - Parameter limit: Milliseconds to wait, at most, for the connection and for the byte.
    func firstByte(within limit: Int32) throws -> UInt64 {
        try wait(for: listener, limit, "nothing connected")
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        try wait(for: connection, limit, "nothing was sent")
        let instant = SystemTime.now
        answer(on: connection)
        return instant
    }

    private func wait(for descriptor: Int32, _ limit: Int32, _ problem: String) throws {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, limit) == 1 else {
            throw BenchError("\(problem) within \(limit) ms: see whether the command runs by hand")
        }
    }

    private func answer(on connection: Int32) {
        var request = [UInt8](repeating: 0, count: 64 << 10)
        // A command's small request comes in one piece; if it does not, the command fails, and the measurement with it.
        _ = request.withUnsafeMutableBytes { recv(connection, $0.baseAddress, $0.count, 0) }
        _ = Self.response.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private static let response = [UInt8](
        #"""
        HTTP/1.1 200 OK
        Content-Type: text/event-stream
        Connection: close

        data: {"choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: [DONE]


        """#.replacing("\n", with: "\r\n").utf8)
}
