internal import AsyncHTTPClient
internal import Cascade
internal import CascadeGateway
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// The router behind HTTP, and a client of it.
final class SoakGateway: Sendable {
    private let server: GatewayServer
    private let client: HTTPClient

    /// - Parameter connections: At a time.
    init(router: CascadeRouter, connections: Int) async throws {
        var options = GatewayOptions()
        options.port = 0
        server = try await GatewayServer(router: router, options: options)
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        // None is open when the process is looked at, at rest: they are this client's, and as many as it happened to need.
        configuration.connectionPool.idleTimeout = .seconds(1)
        client = HTTPClient(configuration: configuration)
    }

    func shutdown() async {
        try? await client.shutdown()
        await server.shutdown()
    }

    /// What a client is told of its question.
    struct Answer {
        var text = ""
        /// `nil`: it is whole. Otherwise the error's own.
        var code: String?
        var provider: String?
        /// `nil` where the head left before it was known.
        var attempts: Int?
    }

    /// - Throws: When the connection ends before the answer does, or the task is cancelled.
    func ask(_ question: String, isStreamed: Bool) async throws -> Answer {
        var request = HTTPClientRequest(url: server.address + "/v1/chat/completions")
        request.method = .POST
        let body = #"{"model":"cascade","messages":[{"role":"user","content":"\#(question)"}],"stream":\#(isStreamed)}"#
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        var answer = Answer()
        answer.provider = response.headers.first(name: "x-cascade-provider")
        answer.attempts = response.headers.first(name: "x-cascade-attempts").flatMap { Int($0) }
        let text = String(buffer: bytes)
        if isStreamed, response.status == .ok {
            Self.read(events: text, into: &answer)
        } else {
            Self.read(object: text, of: "message", into: &answer)
        }
        return answer
    }

    private static func read(events: String, into answer: inout Answer) {
        answer.code = "no_end"
        for event in events.components(separatedBy: "\n\n") where event.hasPrefix("data: ") {
            let data = String(event.dropFirst(6))
            if data == "[DONE]" {
                answer.code = nil
            } else {
                read(object: data, of: "delta", into: &answer)
            }
        }
    }

    private static func read(object: String, of member: String, into answer: inout Answer) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(object.utf8))) as? [String: Any] else {
            answer.code = "no_json"
            return
        }
        if let error = object["error"] as? [String: Any] { answer.code = error["code"] as? String ?? "no_code" }
        let choice = (object["choices"] as? [[String: Any]])?.first
        answer.text += (choice?[member] as? [String: Any])?["content"] as? String ?? ""
    }
}

extension SoakCaller {
    /// More than any request is allowed.
    private static let mostAttempts = 100

    /// Asks as a client of the gateway, and checks what it is told.
    func ask(_ id: Int, over gateway: SoakGateway, isStreamed: Bool) async {
        do {
            check(id, try await gateway.ask("This is question #\(id)#.", isStreamed: isStreamed))
        } catch {
            ledger.end(id, sent: 0...Self.mostAttempts) { findings in
                findings.cancelled += 1
                if !Task.isCancelled { findings.complain("request \(id) got no whole answer over HTTP: \(error)") }
            }
        }
    }

    private func check(_ id: Int, _ answer: SoakGateway.Answer) {
        let said = answer.provider.flatMap(servers.text(of:))
        let attempts = answer.attempts ?? Self.mostAttempts
        let least = answer.code == nil || answer.code == "stream_cut" ? 1 : 0
        ledger.end(id, sent: least...max(least, attempts)) { findings in
            switch answer.code {
            case nil:
                findings.answered += 1
                if answer.text != said { findings.complain("request \(id) over HTTP was answered \(answer)") }
            case "stream_cut":
                findings.cut += 1
                if said?.hasPrefix(answer.text) != true {
                    findings.complain("request \(id) over HTTP was cut \(answer)")
                }
            case "all_providers_failed", "rate_limited", "deadline_exceeded": findings.refused += 1
            default:
                findings.refused += 1
                findings.complain("request \(id) over HTTP is not to be refused so: \(answer)")
            }
        }
    }
}
