internal import CCascade
internal import CCascadeTransport

/// What a record is; see `casc_record_kind`.
public enum TransferRecordKind: UInt8, Sendable, Hashable {
    case data = 1
    case error = 2
    case tail = 3
    case body = 4
}

/// How a successful response's body is cut into records. Any other response is one record.
public enum TransferFraming: UInt8, Sendable, Hashable {
    case serverSentEvents = 1
    case ndjson = 2
    case body = 3
}

/// One request, as bytes. What the pointers lead to must live as long as `owner` does.
@unsafe public struct TransferRequest {
    public var method: Method = .post
    /// NUL-terminated.
    public var url: UnsafePointer<CChar>
    /// Sent one after the other.
    public var body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer)
    /// NUL-terminated "Name: value" lines besides the endpoint's; no CR or LF.
    public var extraHeaders: (UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (nil, nil)
    public var framing: TransferFraming
    /// Bytes of the response's body; a longer one ends the transfer.
    public var bodyLimit = 0
    public var deadlines = TransferDeadlines()

    public enum Method: Sendable { case get, post }

    public init(
        url: UnsafePointer<CChar>,
        body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer),
        framing: TransferFraming
    ) {
        unsafe self.url = url
        unsafe self.body = body
        unsafe self.framing = framing
    }
}

/// One HTTP request and its response. Dropping it closes it.
///
/// One task at a time uses a transfer; ``Signal/cancel()`` may be called from anywhere.
public struct Transfer: ~Copyable, Sendable {
    private let loop: LoopHandle
    private let id: casc_transfer_id
    private var drains = false

    /// What a transfer can be waited for and cancelled by while it is stored elsewhere.
    public struct Signal: Sendable {
        fileprivate let loop: LoopHandle
        fileprivate let id: casc_transfer_id

        /// Returns when a record came or the transfer ended or was closed; at once when it is gone; sometimes for
        /// nothing. For the transfer's consumer alone. Does not look at the task's cancellation: pair it with ``cancel()``.
        public func wait() async {
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                // A continuation is one pointer. The C side stores it and hands it to the loop's `resume` exactly
                // once, or says that it did not.
                let waiter = unsafe unsafeBitCast(continuation, to: UnsafeMutableRawPointer.self)
                if unsafe !casc_transfer_wait(loop.raw, id, waiter) { unsafe continuation.resume() }
            }
        }

        /// From any thread, also after the transfer is gone: closes the upstream connection; the transfer ends as
        /// cancelled.
        public func cancel() {
            _ = unsafe casc_transfer_cancel(loop.raw, id)
        }
    }

    /// Hands a request to the endpoint's loop.
    ///
    /// - Parameter owner: Kept alive until libcurl has let go of the request's bytes, which may be a moment after the
    ///   transfer is closed.
    /// - Returns: `nil` when memory is refused or the loop has been shut down.
    public static func start(_ request: TransferRequest, on endpoint: Endpoint, owner: AnyObject) -> Transfer? {
        let id = unsafe casc_transfer_open(endpoint.loop.raw, endpoint.raw)
        guard id != 0 else { return nil }
        let head = unsafe casc_segment(bytes: request.body.0.baseAddress, length: request.body.0.count)
        let tail = unsafe casc_segment(bytes: request.body.1.baseAddress, length: request.body.1.count)
        var raw = unsafe casc_request(
            url: request.url,
            get: request.method == .get,
            body: (head, tail, casc_segment(), casc_segment()),
            extra_headers: (request.extraHeaders.0, request.extraHeaders.1, nil, nil),
            framing: request.framing.rawValue,
            body_limit: request.bodyLimit,
            deadlines: casc_deadlines(request.deadlines),
            // Released by the loop's `released` callback, once and only after the last use of the request.
            owner: Unmanaged.passRetained(owner).toOpaque())
        unsafe casc_transfer_start(endpoint.loop.raw, id, &raw)
        return Transfer(loop: endpoint.loop, id: id)
    }

    private init(loop: LoopHandle, id: casc_transfer_id) {
        self.loop = loop
        self.id = id
    }

    deinit {
        unsafe casc_transfer_close(loop.raw, id, drains)
    }

    /// Ends the use of a transfer whose content is complete: the rest of the response is read in the background for a
    /// moment, so that its connection can serve again.
    public consuming func finish() {
        drains = true
    }

    public var signal: Signal { Signal(loop: loop, id: id) }

    /// What ``poll(with:_:)`` found.
    public enum Poll<Value> {
        /// A record was there; it has been given back to the ring.
        case record(Value)
        /// Nothing yet: ``Signal/wait()``.
        case empty
        case ended(TransferOutcome)
    }

    /// Lends the oldest unread record to `body`: its bytes, followed by ``padding`` bytes that belong to the span, the
    /// count of its own bytes, its kind, and the response's head.
    ///
    /// - Parameter context: Passed on to `body`, so that a struct that holds the transfer can lend another of its
    ///   members meanwhile.
    @inlinable
    public func poll<Context: ~Copyable, Value>(
        with context: inout Context,
        _ body: (_ context: inout Context, _ record: RawSpan, _ count: Int, _ kind: TransferRecordKind, _ head: Head)
            -> Value
    ) -> Poll<Value> {
        guard let record = unsafe peek() else {
            return if let outcome { .ended(outcome) } else { .empty }
        }
        // The ring keeps the record, its padding included, until it is released below.
        let value = unsafe body(&context, record.bytes.bytes, record.count, record.kind, head)
        release()
        return .record(value)
    }

    /// The oldest unread record, in the ring.
    @unsafe @usableFromInline struct RingRecord {
        /// Its padding included.
        @usableFromInline let bytes: UnsafeRawBufferPointer
        @usableFromInline let count: Int
        @usableFromInline let kind: TransferRecordKind
    }

    @usableFromInline func peek() -> RingRecord? {
        var record = unsafe casc_record()
        guard unsafe casc_transfer_peek(loop.raw, id, &record) else { return nil }
        return unsafe RingRecord(
            bytes: UnsafeRawBufferPointer(start: record.bytes, count: record.length + Self.padding),
            count: record.length,
            kind: TransferRecordKind(rawValue: UInt8(truncatingIfNeeded: record.kind.rawValue)) ?? .data)
    }

    @usableFromInline func release() {
        unsafe casc_transfer_release(loop.raw, id)
    }

    /// How it ended; `nil` while it has not, or something is unread.
    @usableFromInline var outcome: TransferOutcome? {
        var outcome = casc_outcome()
        guard unsafe casc_transfer_ended(loop.raw, id, &outcome) else { return nil }
        return TransferOutcome(outcome)
    }

    /// A body of one part up to this length leaves along with the head, in one write.
    public static var singleWriteBytes: Int { Int(CASC_SHOWN_BODY_MAX) }

    /// Bytes that may be read after a record's own.
    public static var padding: Int { Int(CASC_RING_PADDING) }

    /// Reports that a token was decoded; feeds the first-token and progress deadlines.
    public func reportProgress() {
        unsafe casc_transfer_progress(loop.raw, id)
    }

    /// Moves the total deadline to another instant of the monotonic clock, or takes it away.
    public func setTotalDeadline(_ instant: UInt64?) {
        unsafe casc_transfer_set_total(loop.raw, id, instant ?? 0)
    }

    public var head: Head { Head(loop: loop, id: id) }

    /// The response's head, for the transfer's consumer while it holds the transfer.
    public struct Head {
        fileprivate let loop: LoopHandle
        fileprivate let id: casc_transfer_id

        /// 0 before the header fields are complete.
        public var status: Int { unsafe casc_transfer_status(loop.raw, id) }

        /// The header fields in order. Built at each call: for failures, not for the usual path.
        public var fields: [(name: String, value: String)] {
            var length = 0
            let start = unsafe casc_transfer_head(loop.raw, id, &length)
            let text = unsafe UnsafeRawBufferPointer(start: start, count: length)
            return unsafe String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                var value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
                while value.last == " " || value.last == "\t" { value.removeLast() }
                return (String(line[..<colon]), String(value))
            }
        }
    }
}

extension casc_deadlines {
    init(_ deadlines: TransferDeadlines) {
        self.init(
            connect: deadlines.connect?.nanosecondsForDeadline ?? 0,
            head: deadlines.responseHead?.nanosecondsForDeadline ?? 0,
            first_token: deadlines.firstToken?.nanosecondsForDeadline ?? 0,
            idle: deadlines.idle?.nanosecondsForDeadline ?? 0,
            progress: deadlines.progress?.nanosecondsForDeadline ?? 0,
            total_at: deadlines.totalAt ?? 0)
    }
}
