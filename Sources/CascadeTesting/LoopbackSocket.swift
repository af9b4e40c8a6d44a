import CLinux
import Glibc

/// The system calls behind the loopback provider, with `EINTR` handled and every descriptor closed on exec.
///
/// The `unsafe` below is of two kinds: a pointer that the kernel uses only until the call returns, to memory that a
/// `withUnsafe…` closure keeps alive for that long; and a `sockaddr` view of a `sockaddr_in`, whose size goes along.
enum LoopbackSocket {
    enum Transfer {
        case bytes(Int)
        case wouldBlock
        /// The peer has closed (on receive) or the connection is broken.
        case closed
    }

    enum Accepted {
        case connection(Int32)
        case none
        /// No descriptor or memory is left for it.
        case exhausted
    }

    /// A socket bound to 127.0.0.1 that does not listen.
    static func bound(port: UInt16) throws(LoopbackProvider.StartError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_INET, type, 0)
        guard socket >= 0 else { throw .init(operation: "socket", code: errno) }
        set(socket, level: SOL_SOCKET, option: SO_REUSEADDR, to: 1)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(socket, $0, size) }
        }
        guard result == 0 else {
            let code = errno
            close(socket)
            throw .init(operation: "bind", code: code)
        }
        return socket
    }

    /// A socket that listens on 127.0.0.1.
    static func listening(port: UInt16) throws(LoopbackProvider.StartError) -> Int32 {
        let socket = try bound(port: port)
        guard listen(socket, SOMAXCONN) == 0 else {
            let code = errno
            close(socket)
            throw .init(operation: "listen", code: code)
        }
        return socket
    }

    static func port(of socket: Int32) -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &size)
            }
        }
        return result == 0 ? UInt16(bigEndian: address.sin_port) : 0
    }

    static func accept(_ listener: Int32) -> Accepted {
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        while true {
            let socket = accept4(listener, nil, nil, flags)
            if socket >= 0 {
                set(socket, level: Int32(IPPROTO_TCP), option: TCP_NODELAY, to: 1)
                return .connection(socket)
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .none
            }
        }
    }

    static func receive(_ socket: Int32, into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .closed
        }
    }

    static func send(_ socket: Int32, _ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
        precondition(range.upperBound <= bytes.count)
        let flags = Int32(MSG_NOSIGNAL)
        while true {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                // Not empty (an empty plan segment is never sent), so the base address exists.
                unsafe Glibc.send(socket, buffer.baseAddress! + range.lowerBound, range.count, flags)
            }
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .closed
        }
    }

    /// Closes with an RST in place of a FIN.
    static func reset(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(socket)
    }

    /// Sends a FIN and goes on reading.
    static func closeHalf(_ socket: Int32) {
        _ = shutdown(socket, Int32(SHUT_WR))
    }

    static func close(_ descriptor: Int32) {
        // Not repeated on EINTR: Linux has released the descriptor by then.
        _ = Glibc.close(descriptor)
    }

    /// The system's words for an `errno`.
    static func text(ofError code: Int32) -> String {
        // The text is copied before the next call can take its place, and the system has one for every number.
        unsafe String(cString: strerror(code))
    }

    private static func set(_ socket: Int32, level: Int32, option: Int32, to value: Int32) {
        var value = value
        unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
