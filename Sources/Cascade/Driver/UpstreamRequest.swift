internal import CascadeTransport

/// Starts transfers from a request's arena. The one place of this module that handles memory by address.
enum UpstreamRequest {
    /// Posts `head` and `tail`, one after the other, to `url`. They and `field`, a line of the header, are in `arena`, whose
    /// lease `owner` holds, or otherwise kept by `owner`.
    ///
    /// - Returns: `nil` when this process is out of memory or the loop was shut down.
    static func post(
        url: ArenaBytes, field: ArenaBytes? = nil, head: ArenaBytes, tail: ArenaBytes?, framing: TransferFraming,
        deadlines: TransferDeadlines,
        on endpoint: Endpoint, arena: RequestArena, owner: some AnyObject & Sendable
    ) throws(EncodingError) -> Transfer? {
        // The owner holds the arena's lease: all of this is there until libcurl has let go of it.
        let address = unsafe url.unsafeBytes.baseAddress!.assumingMemoryBound(to: CChar.self)
        var body = unsafe (head.unsafeBytes, UnsafeRawBufferPointer(start: nil, count: 0))
        if let tail, head.count + tail.count <= Transfer.singleWriteBytes {
            unsafe body.0 = try arena.join(head, tail).unsafeBytes
        } else if let tail {
            unsafe body.1 = tail.unsafeBytes
        }
        var request = unsafe TransferRequest(url: address, body: body, framing: framing)
        unsafe request.deadlines = deadlines
        unsafe request.bodyLimit = bodyLimit
        if let field {
            unsafe request.extraHeaders.0 = field.unsafeBytes.baseAddress!.assumingMemoryBound(to: CChar.self)
        }
        return unsafe Transfer.start(request, on: endpoint, owner: owner)
    }

    /// Gets `url`.
    static func get(
        url: ArenaBytes, deadlines: TransferDeadlines, on endpoint: Endpoint, owner: LeasedArena
    ) -> Transfer? {
        let address = unsafe url.unsafeBytes.baseAddress!.assumingMemoryBound(to: CChar.self)
        let empty = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        var request = unsafe TransferRequest(url: address, body: (empty, empty), framing: .body)
        unsafe request.method = .get
        unsafe request.deadlines = deadlines
        unsafe request.bodyLimit = bodyLimit
        return unsafe Transfer.start(request, on: endpoint, owner: owner)
    }

    /// Bytes of a response, decoded: a stream of several hours stays far below it.
    private static let bodyLimit = 1 << 30
}

extension TransferFraming {
    init(_ framing: ResponseFraming) {
        switch framing {
        case .serverSentEvents: self = .serverSentEvents
        case .ndjson: self = .ndjson
        case .body: self = .body
        }
    }
}
