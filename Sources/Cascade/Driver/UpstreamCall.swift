internal import CascadeTransport

/// One attempt's exchange with a provider: a transfer and the decoder of what comes back.
///
/// A value that its owner advances; it never waits itself. Dropping it closes the connection.
struct UpstreamCall: ~Copyable {
    enum Progress {
        /// Something was decoded, maybe more is there, and the sink wants no more for now.
        case more
        /// Nothing is there: wait for `signal`.
        case waiting
        /// The answer is whole.
        case complete
        case failed(UpstreamFailure)
    }

    private let transfer: Transfer
    private var decoder: ResponseDecoder
    private let type: ProviderType

    init(transfer: consuming Transfer, type: ProviderType, streaming: Bool) {
        self.transfer = transfer
        self.decoder = ResponseDecoder(type: type, streaming: streaming)
        self.type = type
    }

    var signal: Transfer.Signal { transfer.signal }

    /// The response's status; `nil` before its head came.
    var status: Int? { transfer.head.status == 0 ? nil : transfer.head.status }

    /// Decodes the unread records in their order, for as long as `sink` wants more, and tells it what they say. Tokens
    /// feed the transfer's deadlines of the first token and of progress.
    @inline(never)
    mutating func advance(into sink: inout some TokenSink) -> Progress {
        let tokens = sink.tokenCount
        var progress = decode(into: &sink)
        while case .more = progress, sink.wantsMore { progress = decode(into: &sink) }
        if sink.tokenCount != tokens { transfer.reportProgress() }
        return progress
    }

    private mutating func decode(into sink: inout some TokenSink) -> Progress {
        let type = type
        let poll = transfer.poll(with: &decoder) { decoder, record, count, kind, head in
            Self.read(record, count: count, kind: kind, head: head, type: type, with: &decoder, into: &sink)
        }
        switch poll {
        case .record(let progress): return progress
        case .empty: return .waiting
        case .ended(let outcome): return end(outcome, into: &sink)
        }
    }

    private static func read(
        _ record: RawSpan, count: Int, kind: TransferRecordKind, head: Transfer.Head, type: ProviderType,
        with decoder: inout ResponseDecoder, into sink: inout some TokenSink
    ) -> Progress {
        let status = head.status
        guard (200..<300).contains(status) else {
            let head = ResponseHead(status: status, fields: head.fields)
            return .failed(
                .provider(
                    ErrorClassifier.classify(
                        type: type, head: head, body: record, count: count, now: Int64(WallClock.secondsSince1970))))
        }
        switch decoder.decode(record, count: count, kind: RecordKind(kind), into: &sink) {
        case .open:
            sink.received(record, count: count, as: decoder.lastRecord)
            return .more
        case .complete:
            sink.received(record, count: count, as: decoder.lastRecord)
            return .complete
        case .failed(var error):
            complete(&error, from: head)
            return .failed(.provider(error))
        }
    }

    /// An error inside a 200 lacks what the head says.
    private static func complete(_ error: inout ProviderError, from head: Transfer.Head) {
        let head = ResponseHead(status: head.status, fields: head.fields)
        if error.requestID == nil { error.requestID = RequestID.of(head) }
        if error.retryAfter == nil { error.retryAfter = RetryAfter.parse(head: head) }
    }

    private mutating func end(_ outcome: TransferOutcome, into sink: inout some ChatEventSink) -> Progress {
        if let failure = outcome.failure { return .failed(.transport(failure, outcome)) }
        switch decoder.finish(into: &sink) {
        case .complete: return .complete
        case .open:
            return .failed(.provider(ProviderError(kind: .truncated, message: "the answer ended before its end")))
        case .failed(let error): return .failed(.provider(error))
        }
    }

    /// From here on only the stream's own deadlines hold, not the cascade's.
    func liftTotalDeadline(keeping instant: UInt64?) {
        transfer.setTotalDeadline(instant)
    }

    /// The answer is whole: the connection may serve again.
    consuming func finish() {
        transfer.finish()
    }
}

extension RecordKind {
    init(_ kind: TransferRecordKind) {
        switch kind {
        case .data: self = .data
        case .error: self = .error
        case .tail: self = .tail
        case .body: self = .body
        }
    }
}
