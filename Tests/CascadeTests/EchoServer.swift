import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 that answers each request with all of that request, in an error of one kind or another, and
/// then closes the connection: the worst that a provider can do with a key.
///
// Sendable: the descriptors are constant, and the answer is under its lock.
final class EchoServer: @unchecked Sendable {
    enum Answer: Sendable, Hashable, CaseIterable {
        case badRequest, unauthorized, forbidden, notFound, rateLimited, serverError, unavailable
        case htmlPage, plainText, redirect, errorIn200, errorEvent, brokenEvent
    }

    let port: UInt16
    private let listener: Int32
    private let answer: Mutex<Answer>
    private let requests = Mutex<[String]>([])

    var baseURL: String { "http://127.0.0.1:\(port)" }
    /// The requests that came, as they came.
    var log: [String] { requests.withLock { $0 } }

    init(answer: Answer) {
        self.answer = Mutex(answer)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, size) == 0 && listen(listener, 64) == 0, "no port is free")
                getsockname(listener, pointer, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [weak self, listener] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                self?.serve(connection)
                close(connection)
            }
            close(listener)
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    func set(_ answer: Answer) {
        self.answer.withLock { $0 = answer }
    }

    private func serve(_ connection: Int32) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        var text = ""
        while !Self.isWhole(text) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
            text = String(decoding: received, as: UTF8.self)
        }
        guard !text.isEmpty else { return }
        requests.withLock { $0.append(text) }
        let bytes = Array(Self.response(answer.withLock { $0 }, to: text).utf8)
        send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(connection, Int32(SHUT_WR))
        while recv(connection, &buffer, buffer.count, 0) > 0 {}
    }

    private static func isWhole(_ request: String) -> Bool {
        guard let end = request.firstRange(of: "\r\n\r\n") else { return false }
        let head = request[..<end.lowerBound].lowercased()
        let length = head.firstRange(of: "content-length: ")
            .flatMap { Int(head[$0.upperBound...].prefix { $0.isNumber }) }
        return request[end.upperBound...].utf8.count >= length ?? 0
    }

    private static func response(_ answer: Answer, to request: String) -> String {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1)
        let lines = parts[0].split(separator: "\r\n")
        let echo = lines.joined(separator: " ").map { $0 == "\"" ? "'" : String($0) }.joined()
        let object =
            #"{"error":{"message":"you sent \#(echo)","type":"\#(echo)","code":"\#(echo)","status":"\#(echo)"}}"#
        let event = "data: \(object)\n\n"
        return switch answer {
        case .badRequest: http("400 Bad", object, echo)
        case .unauthorized: http("401 \(echo)", object, echo)
        case .forbidden: http("403 No", object, echo)
        case .notFound: http("404 No", object, echo)
        case .rateLimited: http("429 Slow", object, echo, "Retry-After: \(echo)\r\n")
        case .serverError: http("500 Oops", object, echo)
        case .unavailable: http("503 Busy", "{\"error\":\"\(echo)\"}", echo)
        case .htmlPage: http("502 Bad", "<html><title>\(echo)</title><body>\(echo)</body></html>", echo)
        case .plainText: http("500 Oops", echo, echo)
        case .redirect: http("307 There", "", echo, "Location: http://127.0.0.1:1/\(echo.filter { $0 != " " })\r\n")
        case .errorIn200: http("200 OK", object, echo)
        case .errorEvent: http("200 OK", event, echo, type: "text/event-stream")
        case .brokenEvent: http("200 OK", "data: {\"x\": \(echo)}\n\n", echo, type: "text/event-stream")
        }
    }

    private static func http(
        _ status: String, _ body: String, _ echo: String, _ fields: String = "", type: String = "application/json"
    ) -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nX-Request-Id: \(echo)\r\n"
            + "Request-Id: \(echo)\r\nServer: \(echo)\r\n\(fields)Connection: close\r\n\r\n\(body)"
    }
}
