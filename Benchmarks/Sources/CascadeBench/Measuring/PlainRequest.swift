internal import Glibc

/// One request over a socket of its own, and the text of its answer cut out of the JSON: no code of any engine's.
enum PlainRequest {
    /// An upstream that fails on purpose fails no more often in a row.
    private static let attempts = 4

    /// The text of a completion, as UTF-8.
    ///
    /// - Parameter upstream: A base URL such as `http://127.0.0.1:9000/v1`.
    static func content(from upstream: String, body: String) throws -> [UInt8] {
        for _ in 0..<attempts {
            if let content = content(of: try exchange(upstream, body: body)) { return content }
        }
        throw BenchError(
            "\(upstream) gave no completion in \(attempts) attempts that this command can read: "
                + "start it with `cascade-bench double`, whose text needs no escapes")
    }

    private static func exchange(_ upstream: String, body: String) throws -> [UInt8] {
        let (host, port, path) = try parts(of: upstream)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1, connected(descriptor, to: address) else {
            throw BenchError("\(upstream) cannot be reached: name a running `cascade-bench double`")
        }
        send(
            """
            POST \(path)/chat/completions HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\
            Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
            """, to: descriptor)
        return receiveAll(from: descriptor)
    }

    private static func parts(of upstream: String) throws -> (host: String, port: UInt16, path: String) {
        let words = upstream.split(separator: "/", omittingEmptySubsequences: true)
        let authority = words.dropFirst().first?.split(separator: ":") ?? []
        guard words.first == "http:", authority.count == 2, let port = UInt16(authority[1]) else {
            throw BenchError("the upstream \(upstream) is not of the form http://127.0.0.1:PORT/v1")
        }
        return (String(authority[0]), port, words.dropFirst(2).map { "/" + $0 }.joined())
    }

    private static func connected(_ descriptor: Int32, to address: sockaddr_in) -> Bool {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// A part that is not sent shows in the answer.
    private static func send(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private static func receiveAll(from descriptor: Int32) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    /// `nil` for anything but a 200 whose text stands in the JSON as it is.
    private static func content(of response: [UInt8]) -> [UInt8]? {
        // Some gateways end the body with a line's end.
        let last = response.last { $0 != UInt8(ascii: "\n") }
        guard response.starts(with: "HTTP/1.1 200 ".utf8), last == UInt8(ascii: "}") else { return nil }
        let start = response.firstRange(of: Array(#""content":""#.utf8))?.upperBound
        guard let start, let end = response[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let content = response[start..<end]
        return content.contains(UInt8(ascii: "\\")) ? nil : Array(content)
    }
}
