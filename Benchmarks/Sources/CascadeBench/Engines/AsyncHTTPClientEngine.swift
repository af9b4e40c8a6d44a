internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1

/// What a good Swift developer would write today: AsyncHTTPClient's pooled client, streaming, a decoder for each event.
struct AsyncHTTPClientEngine: Engine {
    let name = "ahc"
    private let client: HTTPClient

    init() {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        client = HTTPClient(configuration: configuration)
    }

    func run(_ load: Load) async throws -> Samples {
        let url = (load.upstreams.first ?? "") + "/chat/completions"
        let body = ByteBuffer(string: load.body)
        return await load.drive {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
            let response = try await client.execute(request, timeout: .seconds(600))
            guard response.status == .ok else { throw EngineError.status(Int(response.status.code)) }
            return try await load.isStreamed ? Self.events(response) : Self.whole(response)
        }
    }

    private static func whole(_ response: HTTPClientResponse) async throws -> Exchange {
        let body = try await response.body.collect(upTo: 64 << 20)
        let answer = try JSONDecoder().decode(Answer.self, from: body)
        guard let text = answer.choices.first?.message?.content else { throw EngineError.noText }
        return Exchange(textBytes: text.utf8.count, firstTokenAt: SystemTime.now)
    }

    private static func events(_ response: HTTPClientResponse) async throws -> Exchange {
        let decoder = JSONDecoder()
        var exchange = Exchange(textBytes: 0, firstTokenAt: 0)
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
                exchange.textBytes += text.utf8.count
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
