internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1

/// What a good Swift developer would write today: AsyncHTTPClient's pooled client, streaming, a decoder for each event.
struct AsyncHTTPClientEngine: TaskEngine {
    let name = "ahc"
    private let client: HTTPClient

    init(for load: Load) {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(256, load.concurrency)
        client = HTTPClient(configuration: configuration)
    }

    func sender(for load: Load, expecting expected: ExpectedAnswer) -> @Sendable () async throws -> Exchange {
        let post = Post(load)
        return {
            let response = try await post.response(from: client)
            let check = AnswerCheck(expected)
            return try await load.isStreamed ? Self.text(of: response, check) : Self.whole(response, check)
        }
    }

    func reader(for load: Load) -> @Sendable (StreamMeter) async throws -> Void {
        let post = Post(load)
        return { meter in
            var isFirst = true
            try await Self.read(try await post.response(from: client)) { _ in
                meter.pieceCame(isFirst: isFirst)
                isFirst = false
            }
        }
    }

    private static func whole(_ response: HTTPClientResponse, _ check: AnswerCheck) async throws -> Exchange {
        let body = try await response.body.collect(upTo: 64 << 20)
        let answer = try JSONDecoder().decode(Answer.self, from: body)
        guard let text = answer.choices.first?.message?.content else { throw EngineError.noText }
        var exchange = Exchange(check: check, firstTokenAt: SystemTime.now, text: text)
        exchange.check.take(text)
        return exchange
    }

    private static func text(of response: HTTPClientResponse, _ check: AnswerCheck) async throws -> Exchange {
        var exchange = Exchange(check: check, firstTokenAt: 0)
        try await read(response) { text in
            if exchange.firstTokenAt == 0 { exchange.firstTokenAt = SystemTime.now }
            exchange.check.take(text)
        }
        return exchange
    }

    private static func read(_ response: HTTPClientResponse, _ take: (String) -> Void) async throws {
        let decoder = JSONDecoder()
        var pending = ByteBuffer()
        var isDone = false
        for try await var part in response.body {
            pending.writeBuffer(&part)
            while let line = pending.readLine() {
                guard line.hasPrefix("data: ") else { continue }
                let data = line.dropFirst(6)
                if data == "[DONE]" {
                    isDone = true
                    continue
                }
                let event = try decoder.decode(Answer.self, from: Data(data.utf8))
                if let text = event.choices.first?.delta?.content, !text.isEmpty { take(text) }
            }
            pending.discardReadBytes()
        }
        guard isDone else { throw EngineError.noText }
    }

    func shutdown() async throws {
        try await client.shutdown()
    }

    private struct Answer: Decodable {
        struct Choice: Decodable {
            var message: Text?
            var delta: Text?
        }

        struct Text: Decodable {
            var content: String?
        }

        var choices: [Choice]
    }
}

/// The request of a load.
private struct Post {
    private let url: String
    private let body: ByteBuffer

    init(_ load: Load) {
        url = (load.upstreams.first ?? "") + "/chat/completions"
        body = ByteBuffer(string: load.body)
    }

    func response(from client: HTTPClient) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(body)
        let response = try await client.execute(request, timeout: .seconds(600))
        guard response.status == .ok else { throw EngineError.status(Int(response.status.code)) }
        return response
    }
}

extension ByteBuffer {
    /// The next line without its end; `nil` while its end has not come.
    fileprivate mutating func readLine() -> String? {
        guard let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let length = end - readerIndex
        let line = readString(length: length)
        moveReaderIndex(forwardBy: 1)
        return line
    }
}
