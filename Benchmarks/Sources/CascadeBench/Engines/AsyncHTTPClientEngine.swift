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
        let url = (load.upstreams.first ?? "") + "/chat/completions"
        let body = ByteBuffer(string: load.body)
        return {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
            let response = try await client.execute(request, timeout: .seconds(600))
            guard response.status == .ok else { throw EngineError.status(Int(response.status.code)) }
            let check = AnswerCheck(expected)
            return try await load.isStreamed ? Self.events(response, check) : Self.whole(response, check)
        }
    }

    private static func whole(_ response: HTTPClientResponse, _ check: AnswerCheck) async throws -> Exchange {
        let body = try await response.body.collect(upTo: 64 << 20)
        let answer = try JSONDecoder().decode(Answer.self, from: body)
        guard let text = answer.choices.first?.message?.content else { throw EngineError.noText }
        var exchange = Exchange(check: check, firstTokenAt: SystemTime.now)
        exchange.check.take(text)
        return exchange
    }

    private static func events(_ response: HTTPClientResponse, _ check: AnswerCheck) async throws -> Exchange {
        let decoder = JSONDecoder()
        var exchange = Exchange(check: check, firstTokenAt: 0)
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
                guard let text = event.choices.first?.delta?.content, !text.isEmpty else { continue }
                if exchange.firstTokenAt == 0 { exchange.firstTokenAt = SystemTime.now }
                exchange.check.take(text)
            }
            pending.discardReadBytes()
        }
        guard isDone else { throw EngineError.noText }
        return exchange
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
