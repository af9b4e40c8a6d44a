internal import CascadeFormats

/// One exchange as a line of the access log. Nothing of a prompt, an answer or a key is in it.
struct AccessLogLine {
    let bytes: [UInt8]

    /// Clients choose paths and names of models.
    private static let longestText = 256

    init(_ exchange: Exchange) {
        self.init(
            exchange.record, id: exchange.requestID, method: exchange.method, path: exchange.path,
            receivedAt: exchange.receivedAt, wall: WallTime.now)
    }

    /// - Parameter wall: When the exchange had ended.
    init(_ record: ExchangeRecord, id: String, method: String, path: String, receivedAt: UInt64, wall: WallTime) {
        var json = JSONBytes()
        let duration = max(record.endedAt, receivedAt) - receivedAt
        json.raw(#"{"time":""#)
        json.raw(wall.earlier(nanoseconds: duration).text())
        json.raw("\"")
        json.field(#","request_id":"#, id)
        json.field(#","client":"#, record.client)
        json.field(#","method":"#, String(method.prefix(32)))
        json.field(#","path":"#, String(path.prefix(Self.longestText)))
        json.field(#","status":"#, record.status)
        json.field(#","outcome":"#, record.outcome.rawValue)
        json.field(#","provider":"#, record.provider)
        json.field(#","model":"#, record.model.map { String($0.prefix(Self.longestText)) })
        // Where no provider was asked for, there is nothing to tell of them.
        let isRouted = record.provider != nil || record.attempts ?? 0 > 0
        json.field(#","attempts":"#, isRouted ? record.attempts : nil)
        if record.firstPieceAt > receivedAt {
            json.milliseconds(#","ttft_ms":"#, nanoseconds: record.firstPieceAt - receivedAt)
        }
        json.milliseconds(#","duration_ms":"#, nanoseconds: duration)
        json.field(#","overhead_us":"#, isRouted ? record.overhead.map { Int(clamping: $0) } : nil)
        json.field(#","input_tokens":"#, record.usage?.promptTokens)
        json.field(#","output_tokens":"#, record.usage?.completionTokens)
        json.field(#","bytes_in":"#, record.receivedBytes)
        json.field(#","bytes_out":"#, record.sentBytes)
        json.field(#","trace_id":"#, record.traceID)
        json.raw("}\n")
        bytes = json.bytes
    }
}

extension JSONBytes {
    fileprivate mutating func field(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        raw(name)
        string(value)
    }

    fileprivate mutating func field(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        raw(name)
        number(value)
    }

    /// With three digits behind the point.
    fileprivate mutating func milliseconds(_ name: StaticString, nanoseconds: UInt64) {
        raw(name)
        number(Int(nanoseconds / 1_000_000))
        raw(".")
        let microseconds = Int(nanoseconds / 1_000 % 1_000)
        if microseconds < 100 { raw("0") }
        if microseconds < 10 { raw("0") }
        number(microseconds)
    }
}
