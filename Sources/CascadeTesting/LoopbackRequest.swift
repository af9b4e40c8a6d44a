/// A request as it was read off a connection.
struct LoopbackRequest {
    var method: String
    /// The request target, with its query.
    var target: String
    /// The header lines, without the request line and the blank line.
    var fields: [UInt8]
    var body: [UInt8]
    /// Whether the connection serves another request after this one.
    var keepsAlive: Bool
}

extension LoopbackRequest {
    enum Parsed {
        /// With the head, once that is whole.
        case incomplete(expectsContinue: Bool, head: LoopbackRequest? = nil)
        case malformed
        case request(LoopbackRequest, length: Int)
    }

    /// What the head says about the message.
    private struct Head {
        var bodyStart = 0
        var method = ""
        var target = ""
        var fields = 0..<0
        var contentLength = 0
        var isChunked = false
        var expectsContinue = false
        var keepsAlive = true
    }

    /// Room for the largest request that anyone sends to a model, images included.
    private static let maximumBody = 64 << 20
    private static let maximumHead = 256 << 10

    /// Reads the first request in `bytes`. It starts over each time, as nearly all requests come in one piece.
    ///
    /// - Parameter keepsFields: whether ``fields`` is filled in.
    static func parse(_ bytes: [UInt8], keepsFields: Bool) -> Parsed {
        var head = Head()
        guard let isValid = parseHead(bytes, into: &head) else {
            return bytes.count > maximumHead ? .malformed : .incomplete(expectsContinue: false)
        }
        guard isValid, head.contentLength <= maximumBody else { return .malformed }
        var request = LoopbackRequest(
            method: head.method, target: head.target, fields: keepsFields ? Array(bytes[head.fields]) : [], body: [],
            keepsAlive: head.keepsAlive)
        let end: Int
        if head.isChunked {
            guard let (length, isValid) = parseChunks(bytes, from: head.bodyStart, into: &request.body) else {
                return .incomplete(expectsContinue: head.expectsContinue, head: request)
            }
            guard isValid else { return .malformed }
            end = length
        } else {
            end = head.bodyStart + head.contentLength
            guard end <= bytes.count else { return .incomplete(expectsContinue: head.expectsContinue, head: request) }
            request.body = Array(bytes[head.bodyStart..<end])
        }
        return .request(request, length: end)
    }

    /// Nil if the head is not complete, false if it is no HTTP/1.
    private static func parseHead(_ bytes: [UInt8], into head: inout Head) -> Bool? {
        var lineStart = 0
        var isFirst = true
        while let newline = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            var lineEnd = newline
            if lineEnd > lineStart, bytes[lineEnd - 1] == UInt8(ascii: "\r") { lineEnd -= 1 }
            if isFirst {
                guard parseRequestLine(bytes[lineStart..<lineEnd], into: &head) else { return false }
                head.fields = newline + 1..<newline + 1
                isFirst = false
            } else if lineEnd == lineStart {
                head.fields = head.fields.lowerBound..<lineStart
                head.bodyStart = newline + 1
                return head.contentLength >= 0
            } else {
                parseField(bytes[lineStart..<lineEnd], into: &head)
            }
            lineStart = newline + 1
        }
        return nil
    }

    private static func parseRequestLine(_ line: ArraySlice<UInt8>, into head: inout Head) -> Bool {
        guard let first = line.firstIndex(of: 0x20), let last = line.lastIndex(of: 0x20), first < last,
            line[(last + 1)...].starts(with: Self.version)
        else { return false }
        head.method = String(decoding: line[..<first], as: UTF8.self)
        head.target = String(decoding: line[(first + 1)..<last], as: UTF8.self)
        head.keepsAlive = line.last != UInt8(ascii: "0")
        return true
    }

    private static func parseField(_ line: ArraySlice<UInt8>, into head: inout Head) {
        // Most fields begin with another letter, and need no further look.
        guard let first = line.first, [0x63, 0x65, 0x74].contains(first | 0x20) else { return }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let value = line[(colon + 1)...]
        if matches(line[..<colon], Self.contentLength) {
            let digits = value.filter { $0 != 0x20 && $0 != 0x09 }
            head.contentLength = Int(String(decoding: digits, as: UTF8.self)) ?? -1
        } else if matches(line[..<colon], Self.transferEncoding) {
            head.isChunked = true
        } else if matches(line[..<colon], Self.expect) {
            head.expectsContinue = true
        } else if matches(line[..<colon], Self.connection) {
            head.keepsAlive = !matches(value.drop { $0 == 0x20 }, Self.close)
        }
    }

    /// The end of a body in transfer chunks, and whether it is well formed; nil if it is not complete.
    private static func parseChunks(
        _ bytes: [UInt8], from start: Int, into body: inout [UInt8]
    ) -> (end: Int, isValid: Bool)? {
        var offset = start
        var isLast = false
        while let newline = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[offset..<newline].prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: ";") }
            offset = newline + 1
            if isLast {
                // Trailer fields are skipped up to the blank line.
                if line.isEmpty { return (offset, true) }
                continue
            }
            guard let size = Int(String(decoding: line, as: UTF8.self), radix: 16), size >= 0,
                size <= maximumBody - body.count
            else { return (offset, false) }
            isLast = size == 0
            guard !isLast else { continue }
            guard offset + size + 2 <= bytes.count else { return nil }
            body += bytes[offset..<offset + size]
            offset += size + 2
        }
        return nil
    }

    private static func matches(_ bytes: ArraySlice<UInt8>, _ lowercased: [UInt8]) -> Bool {
        bytes.count == lowercased.count && zip(bytes, lowercased).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
    }

    private static let version = Array("HTTP/1.".utf8)
    private static let contentLength = Array("content-length".utf8)
    private static let transferEncoding = Array("transfer-encoding".utf8)
    private static let expect = Array("expect".utf8)
    private static let connection = Array("connection".utf8)
    private static let close = Array("close".utf8)
}
