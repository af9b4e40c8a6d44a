/// A frame of RFC 9113.
struct HTTP2Frame: Sendable {
    enum Kind: UInt8, Sendable {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    enum Flag {
        static let endStream: UInt8 = 1
        static let acknowledge: UInt8 = 1
        static let endHeaders: UInt8 = 4
    }

    enum Code: UInt32, Sendable {
        case noError = 0
        case internalError = 2
        case refusedStream = 7
        case cancel = 8
        case enhanceYourCalm = 11
        case http11Required = 13
    }

    var kind: Kind
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        Array(UInt32(payload.count).bigEndianBytes.dropFirst()) + [kind.rawValue, flags] + stream.bigEndianBytes
            + payload
    }
}

/// The server's side of one HTTP/2 connection, frame by frame and by one thread: what no real server can be made to do.
final class HTTP2Peer {
    private let connection: ScriptedConnection
    /// What the client allows to be sent, by stream; 0 is the whole connection.
    private var windows: [UInt32: Int] = [0: 65535]
    private var initialWindow = 65535
    private var requests: [UInt32] = []

    /// `nil` when the client does not begin as HTTP/2 clients do.
    init?(_ connection: ScriptedConnection) {
        self.connection = connection
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        guard connection.read(preface.count) == preface else { return nil }
        send(HTTP2Frame(kind: .settings))
    }

    @discardableResult
    func send(_ frame: HTTP2Frame) -> Bool { connection.send(frame.bytes) }

    /// The stream of the next request that has come whole; `nil` when the client has gone.
    func nextRequest() -> UInt32? {
        while requests.isEmpty { guard readFrame() else { return nil } }
        return requests.removeFirst()
    }

    /// Reads until the client has gone.
    func waitForClose() { while readFrame() {} }

    /// Says that no more will come, and leaves the closing to the client: a close with something unread is a reset.
    func finish() {
        connection.notifyClose()
        connection.closeHalf()
        waitForClose()
    }

    func head(
        _ stream: UInt32, status: Int = 200, fields: [(String, String)] = [("content-type", "text/event-stream")],
        ends: Bool = false
    ) {
        // Literals without indexing: the status by the name of the table's eighth entry, the others by their own.
        var block: [UInt8] = [0x08] + Self.literal(String(status))
        for (name, value) in fields { block += [0x00] + Self.literal(name) + Self.literal(value) }
        let flags = HTTP2Frame.Flag.endHeaders | (ends ? HTTP2Frame.Flag.endStream : 0)
        send(HTTP2Frame(kind: .headers, flags: flags, stream: stream, payload: block))
    }

    /// Sends what the client's windows allow, and waits for them to open for the rest. False when the client has gone.
    @discardableResult
    func data(_ stream: UInt32, _ text: String, ends: Bool = false) -> Bool {
        var rest = Array(text.utf8)[...]
        repeat {
            while !rest.isEmpty, room(stream) <= 0 { guard readFrame() else { return false } }
            let part = rest.prefix(min(16384, max(0, room(stream))))
            rest = rest.dropFirst(part.count)
            windows[0, default: 0] -= part.count
            windows[stream, default: 0] -= part.count
            let flags = ends && rest.isEmpty ? HTTP2Frame.Flag.endStream : 0
            guard send(HTTP2Frame(kind: .data, flags: flags, stream: stream, payload: Array(part))) else {
                return false
            }
        } while !rest.isEmpty
        return true
    }

    /// What may be sent on a stream now.
    func room(_ stream: UInt32) -> Int { min(windows[0] ?? 0, windows[stream] ?? 0) }

    func reset(_ stream: UInt32, _ code: HTTP2Frame.Code) {
        send(HTTP2Frame(kind: .reset, stream: stream, payload: code.rawValue.bigEndianBytes))
    }

    func goAway(last stream: UInt32, _ code: HTTP2Frame.Code = .noError) {
        send(HTTP2Frame(kind: .goAway, payload: stream.bigEndianBytes + code.rawValue.bigEndianBytes))
    }

    private static func literal(_ text: String) -> [UInt8] {
        precondition(text.utf8.count < 127)
        return [UInt8(text.utf8.count)] + Array(text.utf8)
    }

    /// Takes one frame in. False when the client has gone.
    private func readFrame() -> Bool {
        guard let head = connection.read(9), let kind = HTTP2Frame.Kind(rawValue: head[3]),
            let payload = connection.read(Int(UInt32(bigEndianBytes: [0] + head[..<3])))
        else { return false }
        take(HTTP2Frame(kind: kind, flags: head[4], stream: UInt32(bigEndianBytes: head[5...]), payload: payload))
        return true
    }

    private func take(_ frame: HTTP2Frame) {
        switch frame.kind {
        case .headers, .data:
            if frame.kind == .headers { windows[frame.stream] = initialWindow }
            if frame.kind == .data, !frame.payload.isEmpty { allowMore(frame) }
            if frame.flags & HTTP2Frame.Flag.endStream != 0 {
                requests.append(frame.stream)
                connection.countRequest()
            }
        case .settings where frame.flags & HTTP2Frame.Flag.acknowledge == 0:
            takeSettings(frame.payload)
            send(HTTP2Frame(kind: .settings, flags: HTTP2Frame.Flag.acknowledge))
        case .ping where frame.flags & HTTP2Frame.Flag.acknowledge == 0:
            send(HTTP2Frame(kind: .ping, flags: HTTP2Frame.Flag.acknowledge, payload: frame.payload))
        case .windowUpdate: windows[frame.stream, default: 0] += Int(UInt32(bigEndianBytes: frame.payload[...]))
        default: break
        }
    }

    /// A body of a request may be as long as it likes.
    private func allowMore(_ frame: HTTP2Frame) {
        for stream in [0, frame.stream] {
            let more = UInt32(frame.payload.count).bigEndianBytes
            send(HTTP2Frame(kind: .windowUpdate, stream: stream, payload: more))
        }
    }

    private func takeSettings(_ payload: [UInt8]) {
        for start in stride(from: 0, to: payload.count - 5, by: 6) where payload[start + 1] == 4 {
            let window = Int(UInt32(bigEndianBytes: payload[(start + 2)..<(start + 6)]))
            for stream in windows.keys where stream != 0 { windows[stream]! += window - initialWindow }
            initialWindow = window
        }
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }

    fileprivate init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
