internal import Cascade
internal import CascadeGateway
internal import CascadeTesting
internal import Foundation

/// A gateway over a socket. The first byte chooses whether the rest is all that a client sends, or the body of a request
/// and to which address; the second how it is cut. Whatever it is, the connection ends, what is answered is HTTP, a body
/// is answered in JSON or in events, and the gateway answers the next one.
func fuzzGateway(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    var input = Input(bytes, length)
    let (kind, cut) = (Int(input.byte()), Int(input.byte()))
    let paths = FuzzedGateway.paths
    let rest = input.bytes
    if kind % (paths.count + 1) == 0 {
        let answer = FuzzedGateway.shared.answer(to: rest, cutAt: cut, isWhole: false)
        require(answer.isEmpty || answer.starts(with: "HTTP/1.".utf8), "what is answered is HTTP")
    } else {
        let head = """
            POST \(paths[kind % (paths.count + 1) - 1]) HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\
            Content-Length: \(rest.count)\r\n\r\n
            """
        checkAnswer(
            FuzzedGateway.shared.answer(to: Array(head.utf8) + rest, cutAt: head.utf8.count + cut, isWhole: true))
    }
    let next = FuzzedGateway.shared.answer(to: FuzzedGateway.question, cutAt: 0, isWhole: true)
    require(next.starts(with: "HTTP/1.1 200 ".utf8), "the next request is answered")
    return 0
}

private func checkAnswer(_ answer: [UInt8]) {
    let separator = Array("\r\n\r\n".utf8)
    guard let end = answer.firstRange(of: separator) else { return require(false, "an answer has a head") }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
    require(head.hasPrefix("HTTP/1.1 ") && head.split(separator: " ").count > 1, "an answer has a status")
    guard head.contains("application/json") else {
        return require(head.contains("text/event-stream"), "an answer is JSON or events")
    }
    require(
        (try? JSONSerialization.jsonObject(with: Data(answer[end.upperBound...]))) is [String: Any],
        "an answer's body is a JSON object")
}

/// Made once: what one input leaves behind is there for the next to stumble over.
private final class FuzzedGateway: Sendable {
    static let paths = ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"]
    static let question = Array("GET /v1/models HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n".utf8)
    static let shared = FuzzedGateway()

    private let provider: LoopbackProvider
    private let gateway: GatewayServer

    private init() {
        guard let provider = try? LoopbackProvider(script: LoopbackProvider.Script(chunks: 3), logLimit: 0),
            let gateway = Self.serve(provider)
        else { preconditionFailure("a gateway can be started") }
        self.provider = provider
        self.gateway = gateway
    }

    private static func serve(_ provider: LoopbackProvider) -> GatewayServer? {
        let (url, done) = (provider.baseURL(for: .openai), DispatchSemaphore(value: 0))
        // Written before the signal, read after it.
        nonisolated(unsafe) var served: GatewayServer?
        Task.detached {
            let configuration = CascadeConfiguration(providers: [
                ProviderConfiguration(
                    name: "double", type: .openai, priority: 1, baseURL: url, apiKey: Secret("none"),
                    models: [ModelConfiguration(name: "m")])
            ])
            var options = GatewayOptions()
            options.port = 0
            if let router = try? CascadeRouter(configuration: configuration) {
                served = try? await GatewayServer(router: router, options: options)
            }
            done.signal()
        }
        done.wait()
        return served
    }

    /// All that comes until the connection ends.
    func answer(to bytes: [UInt8], cutAt cut: Int, isWhole: Bool) -> [UInt8] {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = gateway.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, size) }
        }
        require(connected == 0, "a connection is accepted")
        // Closed with a reset: ports of closed connections would be used up.
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        var noDelay: Int32 = 1
        setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout.size(ofValue: noDelay)))
        let first = min(cut, bytes.count)
        for part in [bytes[..<first], bytes[first...]] where !part.isEmpty {
            _ = part.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        // A client that is only partly heard says that this was all; one that is answered would be taken for gone.
        if !isWhole { shutdown(client, Int32(SHUT_WR)) }
        return receiveAll(client)
    }

    private func receiveAll(_ client: Int32) -> [UInt8] {
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(client, $0.baseAddress, $0.count, 0) }
            // libFuzzer's own alarm, which a read with a time limit is never resumed after.
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                require(count == 0 || errno == ECONNRESET, "the connection ends")
                return all
            }
            all += buffer[..<count]
        }
    }
}
