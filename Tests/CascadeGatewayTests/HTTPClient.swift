import Foundation
import Glibc
import Testing

/// A plain blocking client that shows the bytes a gateway sends, framing and all.
final class HTTPClient {
    enum Failure: Error, Equatable {
        case connect(Int32)
        case missing(String)
    }

    enum Ending: Equatable {
        /// The framing says that the response is complete.
        case complete
        case closed
        case reset
        /// More was expected and did not come; the connection is open.
        case silent
    }

    struct Reply {
        var status = 0
        var head = ""
        /// Everything after the head.
        var raw = Data()
        /// The transfer chunks that came whole, without the last, empty one.
        var chunks: [String] = []
        /// The data of each event, and the comments' lines as they are.
        var events: [String] {
            body.components(separatedBy: "\n\n").filter { !$0.isEmpty }
                .map { $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : $0 }
        }
        /// The events that are JSON.
        var objects: [[String: Any]] {
            events.compactMap { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any] }
        }
        var ending = Ending.complete

        var body: String { chunks.isEmpty ? String(decoding: raw, as: UTF8.self) : chunks.joined() }
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
        }

        func header(_ name: String) -> String? {
            let fields = head.components(separatedBy: "\r\n").dropFirst()
            let field = fields.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            return field?.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
    }

    private let socket: Int32
    private var input = Data()

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure.connect(errno) }
        setTimeout(milliseconds: 10_000)
    }

    deinit { Glibc.close(socket) }

    /// How long a read waits. Its end is a failure, but where silence is what the test is about.
    func setTimeout(milliseconds: Int) {
        var time = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Closes with an RST when the client goes away.
    func resetsOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Nothing more is sent; what comes can be read.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    func send(_ text: String) { send(Data(text.utf8)) }

    func send(_ bytes: Data) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest.removeFirst(count)
        }
    }

    static func post(_ path: String, _ body: String, fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(fields)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    func post(_ path: String, _ body: String, fields: String = "") -> Reply {
        send(Self.post(path, body, fields: fields))
        return read()
    }

    func get(_ path: String, fields: String = "") -> Reply {
        send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
        return read()
    }

    /// One response, or as much of it as comes.
    func read() -> Reply {
        while true {
            if let (reply, end) = parsed(), reply.ending == .complete {
                input = Data(input.dropFirst(end))
                return reply
            }
            if let ending = receive() {
                var reply = parsed()?.reply ?? Reply(raw: input)
                reply.ending = ending
                return reply
            }
        }
    }

    /// What comes first, and together.
    func readOnce() -> String {
        _ = receive()
        return String(decoding: input, as: UTF8.self)
    }

    /// What has come and was not read as a response.
    var received: String { String(decoding: input, as: UTF8.self) }

    /// Waits for the end of the connection, and tells how it ended.
    func waitForEnd() -> Ending {
        while true {
            if let ending = receive() { return ending }
        }
    }

    /// Reads until the response holds this text, which must come within its first 64 KiB, and returns those.
    func read(until text: String) throws -> String {
        while true {
            let start = String(decoding: input.prefix(64 << 10), as: UTF8.self)
            if start.contains(text) { return start }
            guard input.count < 64 << 10, receive() == nil else { throw Failure.missing(text) }
        }
    }

    /// Reads until the body, without its framing, has this many whole parts that begin so: the last of them.
    func readBody(part count: Int, beginning marker: String, ending end: String) throws -> String {
        while input.count < 4 << 20 {
            let parts = parsed()?.reply.body.components(separatedBy: marker) ?? []
            if parts.count > count, let whole = parts[count].range(of: end) {
                return String(parts[count][..<whole.lowerBound])
            }
            if receive() != nil { break }
        }
        throw Failure.missing(marker)
    }

    /// A long answer in chunks that ends what is read: its body, without looking at it before it is there.
    func readLongBody() throws -> [UInt8] {
        let end = Data("\r\n0\r\n\r\n".utf8)
        while input.suffix(end.count) != end {
            if let ending = receive() { throw Failure.missing("the last chunk: \(ending)") }
        }
        let bytes = [UInt8](input)
        input = Data()
        var body: [UInt8] = []
        // Behind the head.
        var at = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }) + 4
        while at < bytes.count {
            let line = bytes[at...].prefix { $0 != 0x0D }
            let size = try #require(Int(String(decoding: line, as: UTF8.self), radix: 16))
            let start = line.endIndex + 2
            body += bytes[start..<start + size]
            at = start + size + 2
        }
        return body
    }

    private func receive() -> Ending? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
        if count > 0 {
            input += buffer[..<count]
            return nil
        }
        if count == 0 { return .closed }
        return errno == ECONNRESET ? .reset : .silent
    }

    /// The response at the start of the input, complete or not, once its head is there.
    private func parsed() -> (reply: Reply, end: Int)? {
        guard let blank = input.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        var reply = Reply()
        reply.head = String(decoding: input[..<blank.lowerBound], as: UTF8.self)
        reply.status = reply.head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        reply.raw = Data(input[blank.upperBound...])
        reply.ending = .silent
        if reply.status == 100 {
            reply.ending = .complete
            return (reply, blank.upperBound)
        }
        if let length = reply.header("Content-Length").flatMap({ Int($0) }) {
            if reply.raw.count >= length { reply.ending = .complete }
            reply.raw = reply.raw.prefix(length)
            return (reply, blank.upperBound + length)
        }
        guard reply.header("Transfer-Encoding") == "chunked" else { return (reply, input.count) }
        var offset = blank.upperBound
        while let newline = input.range(of: Data("\r\n".utf8), in: offset..<input.count),
            let size = Int(String(decoding: input[offset..<newline.lowerBound], as: UTF8.self), radix: 16),
            newline.upperBound + size + 2 <= input.count
        {
            offset = newline.upperBound + size + 2
            if size == 0 {
                reply.ending = .complete
                break
            }
            reply.chunks.append(
                String(decoding: input[newline.upperBound..<newline.upperBound + size], as: UTF8.self))
        }
        return (reply, offset)
    }
}
