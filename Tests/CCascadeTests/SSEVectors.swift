import Testing

/// What a stream of server-sent events must come to: from the WHATWG specification, the web-platform-tests directory
/// `eventsource/` and providers seen in the wild. Only dispatched events are listed.
struct SSEVector: Sendable, CustomTestStringConvertible {
    struct Event: Sendable, Equatable {
        var event: String
        var data: String
        var id = ""
    }

    var name: String
    var input: [UInt8]
    var events: [Event]
    var retry: Int64?

    var testDescription: String { name }
}

private func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

private func message(_ data: String, id: String = "") -> SSEVector.Event {
    SSEVector.Event(event: "message", data: data, id: id)
}

extension SSEVector {
    static let all: [SSEVector] = [
        SSEVector(
            name: "LF",
            input: bytes("data:a\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "CRLF",
            input: bytes("data:a\r\n\r\n"),
            events: [message("a")]),
        SSEVector(
            name: "CR",
            input: bytes("data:a\r\r"),
            events: [message("a")]),
        SSEVector(
            name: "mixed",
            input: bytes("data:a\r\ndata:b\rdata:c\n\r\n"),
            events: [message("a\nb\nc")]),
        SSEVector(
            name: "BOM",
            input: bytes("\u{FEFF}data:a\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "BOM2",
            input: bytes("\u{FEFF}\u{FEFF}data:1\n\ndata:2\n\n"),
            events: [message("2")]),
        SSEVector(
            name: "wpt newlines",
            input: bytes("data:test\r\ndata\ndata:test\r\n\r"),
            events: [message("test\n\ntest")]),
        SSEVector(
            name: "wpt leading space",
            input: bytes("data:\ttest\rdata: \ndata:test\n\n"),
            events: [message("\ttest\n\ntest")]),
        SSEVector(
            name: "wpt field parsing",
            input: bytes(
                "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\nda"
                    + "ta:3\rdata:\r\n data:32\ndata:4\n\n"),
            events: [message("\0\n 2\n1\n3\n\n4")]),
        SSEVector(
            name: "wpt field-data",
            input: bytes("data:\n\ndata\ndata\n\ndata:test\n\n"),
            events: [message(""), message("\n"), message("test")]),
        SSEVector(
            name: "empty data line only",
            input: bytes("data\n\n"),
            events: [message("")]),
        SSEVector(
            name: "event only",
            input: bytes("event:ping\n\n"),
            events: []),
        SSEVector(
            name: "event+empty",
            input: bytes("event: \ndata:x\n\n"),
            events: [message("x")]),
        SSEVector(
            name: "no blank at EOF",
            input: bytes("data:a\n\ndata:b\n"),
            events: [message("a")]),
        SSEVector(
            name: "no EOL at EOF",
            input: bytes("data:a\n\ndata:b"),
            events: [message("a")]),
        SSEVector(
            name: "data then comment",
            input: bytes("data:a\n:c\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "id nul",
            input: bytes("id:1\0\ndata:a\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "id sticky",
            input: bytes("id:7\ndata:a\n\ndata:b\n\n"),
            events: [message("a", id: "7"), message("b", id: "7")]),
        SSEVector(
            name: "retry bogus",
            input: bytes("retry:1000x\ndata:a\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "retry +5",
            input: bytes("retry:+5\ndata:a\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "bad utf8",
            input: bytes("data:") + [0xFF, 0xFE] + bytes("\n\n"),
            events: [message("\u{FFFD}\u{FFFD}")]),
        SSEVector(
            name: "nul only",
            input: bytes("data:\0\n\n"),
            events: [message("\0")]),
        SSEVector(
            name: "two colon",
            input: bytes("data: a: b\n\n"),
            events: [message("a: b")]),
        SSEVector(
            name: "two spaces",
            input: bytes("data:  a\n\n"),
            events: [message(" a")]),
        SSEVector(
            name: "only newlines",
            input: bytes("\n\n\n\r\r\n"),
            events: []),
        SSEVector(
            name: "colon only",
            input: bytes(":\n\ndata:a\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "error field",
            input: bytes("error: {\"code\":400}\n\n"),
            events: [Event(event: "error", data: "{\"code\":400}")]),
        SSEVector(
            name: "OR",
            input: bytes(": OPENROUTER PROCESSING\n\ndata: {\"a\":1}\n\ndata: [DONE]\n\n"),
            events: [message("{\"a\":1}"), message("[DONE]")]),
        SSEVector(
            name: "U+2028",
            input: bytes("data:a\u{2028}b\n\n"),
            events: [message("a\u{2028}b")]),
        SSEVector(
            name: "NEL/VT/FF",
            input: bytes("data:a\u{B}b\u{C}c\u{85}d\n\n"),
            events: [message("a\u{B}b\u{C}c\u{85}d")]),
        SSEVector(
            name: "WPT comments, one long",
            input: bytes(
                "data:1\r:\0\n:\r\ndata:2\n:"
                    + String(repeating: "x", count: 2048) + "\rdata:3\n:data:fail\r:xxxx\ndata:4\n\n"),
            events: [message("1\n2\n3\n4")]),
        SSEVector(
            name: "comment as keep-alive",
            input: bytes("\n: keep-alive\n\ndata:a\n\n: keep-alive\n\n"),
            events: [message("a")]),
        SSEVector(
            name: "event name",
            input: bytes("event: ping\ndata: {}\n\ndata:a\n\n"),
            events: [Event(event: "ping", data: "{}"), message("a")]),
        SSEVector(
            name: "event named twice, then emptied",
            input: bytes("event:x\nevent:y\ndata:1\n\nevent:x\nevent\ndata:2\n\n"),
            events: [Event(event: "y", data: "1"), message("2")]),
        SSEVector(
            name: "event named error",
            input: bytes("event: error\ndata: {}\n\n"),
            events: [Event(event: "error", data: "{}")]),
        SSEVector(
            name: "error field beside a name",
            input: bytes("event:oops\nerror:1\ndata:2\n\ndata:3\n\n"),
            events: [Event(event: "oops", data: "1\n2"), message("3")]),
        SSEVector(
            name: "retry",
            input: bytes("retry:3000\n\ndata:a\n\nretry: 15\nretry:\nretry:1 \n\n"),
            events: [message("a")], retry: 15),
        SSEVector(
            name: "retry beyond the range",
            input: bytes("retry:99999999999999999999999\n\n"),
            events: [], retry: 9223372036854775807),
        SSEVector(
            name: "id changes and empties",
            input: bytes("id:1\ndata:a\n\nid: 2\n\ndata:b\n\nid\ndata:c\n\n"),
            events: [message("a", id: "1"), message("b", id: "2"), message("c")]),
        SSEVector(
            name: "bad id leaves the last",
            input: bytes("id:1\ndata:a\n\nid:\02\ndata:b\n\n"),
            events: [message("a", id: "1"), message("b", id: "1")]),
        SSEVector(
            name: "field names that are nearly known",
            input: bytes("dat:1\ndatas:2\nretryretryretry:3\n\u{A0}data:4\ndata:5\n\n"),
            events: [message("5")]),
        SSEVector(
            name: "only a mark",
            input: bytes("\u{FEFF}"),
            events: []),
        SSEVector(
            name: "part of a mark",
            input: bytes("") + [0xEF, 0xBB] + bytes("data:1\n\ndata:2\n\n"),
            events: [message("2")]),
        SSEVector(
            name: "mark inside",
            input: bytes("data:1\n\n\u{FEFF}data:2\n\n"),
            events: [message("1")]),
        SSEVector(
            name: "lone CRs",
            input: bytes("data:a\r\rdata:b\r\r\rdata:c\r\n\r"),
            events: [message("a"), message("b"), message("c")]),
    ]
}
