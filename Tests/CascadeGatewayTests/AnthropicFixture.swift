import Foundation

/// What tests of `POST /v1/messages` send and read.
extension GatewayFixture {
    static let messagesPath = "/v1/messages"
    /// What Anthropic's own clients send with every request.
    static let anthropicFields = "x-api-key: none\r\nanthropic-version: 2023-06-01\r\n"

    func message(_ body: String, fields: String = "") throws -> HTTPClient.Reply {
        try client().post(Self.messagesPath, body, fields: Self.anthropicFields + fields)
    }
}

/// A request of one question, in Anthropic's format.
func anthropicQuestion(_ more: String = "", stream: Bool = false, model: String = "cascade") -> String {
    #"{"model":"\#(model)","max_tokens":50,"messages":[{"role":"user","content":"why?"}],"stream":\#(stream)\#(more)}"#
}

extension HTTPClient.Reply {
    /// The name and the data of each event, in order.
    var namedEvents: [(name: String, data: [String: Any])] {
        body.components(separatedBy: "\n\n").compactMap { event in
            let lines = event.components(separatedBy: "\n")
            guard lines.count == 2, lines[0].hasPrefix("event: "), lines[1].hasPrefix("data: ") else { return nil }
            let data = try? JSONSerialization.jsonObject(with: Data(lines[1].dropFirst(6).utf8))
            return (String(lines[0].dropFirst(7)), data as? [String: Any] ?? [:])
        }
    }

    /// The names of the events, those in a row that are equal as one.
    var eventNames: [String] {
        namedEvents.map(\.name).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// What the deltas of one kind say together.
    func deltas(_ member: String) -> String {
        namedEvents.compactMap { ($0.data["delta"] as? [String: Any])?[member] as? String }.joined()
    }

    /// The blocks of a whole answer.
    var blocks: [[String: Any]] { json["content"] as? [[String: Any]] ?? [] }

    func usage(_ member: String) -> Int? { (json["usage"] as? [String: Any])?[member] as? Int }
}
