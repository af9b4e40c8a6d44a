import CascadeTesting

/// Pieces of HTTP/1.1 as they go onto the wire.
enum Wire {
    static func head(
        _ status: String = "200 OK", type: String? = "text/event-stream", fields: String = ""
    ) -> String {
        "HTTP/1.1 \(status)\r\n" + (type.map { "Content-Type: \($0)\r\n" } ?? "") + fields + "\r\n"
    }

    static let chunked = "Transfer-Encoding: chunked\r\n"
    static let lastChunk = "0\r\n\r\n"

    static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    /// A whole response of a known length.
    static func response(
        _ status: String, type: String? = "application/json", fields: String = "", _ body: String
    ) -> Raw {
        Raw(head(status, type: type, fields: fields + "Content-Length: \(body.utf8.count)\r\n") + body)
    }

    static func json(_ body: String) -> Raw { response("200 OK", body) }

    /// A whole stream: each of these texts in a transfer chunk of its own.
    static func stream(type: String? = "text/event-stream", _ chunks: [String]) -> Raw {
        Raw(head(type: type, fields: chunked) + chunks.map(chunk).joined() + lastChunk)
    }

    /// An OpenAI stream of these choices' deltas, with a reason of its end and the marker.
    static func openAI(deltas: [String], finish: String = "stop") -> Raw {
        stream(openAIEvents(deltas: deltas, finish: finish))
    }

    static func openAIEvents(deltas: [String], finish: String = "stop") -> [String] {
        let events = deltas.map { #"data: {"choices":[{"index":0,"delta":\#($0)}]}"# + "\n\n" }
        let last = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"\#(finish)"}]}"# + "\n\n"
        return events + [last, "data: [DONE]\n\n"]
    }
}
