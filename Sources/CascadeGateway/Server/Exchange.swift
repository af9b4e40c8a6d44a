internal import CCascadeServer
internal import Cascade
internal import CascadeTransport

/// One request to the gateway and its answer.
///
/// The request's task runs on the loop's thread, where everything about an answer happens. Once the client is gone, or
/// the loop has stopped, whatever is said here goes nowhere.
// @unchecked Sendable: `raw` is constant and counted, and the C side does nothing on another thread than the loop's.
// What changes is touched on that thread, and not after the loop has stopped.
@safe final class Exchange: @unchecked Sendable {
    enum Problem { case tooLarge, framing, noMemory, unwelcome }

    private let raw: OpaquePointer
    let method: String
    let path: String
    /// `nil` when the request is complete and sound.
    let problem: Problem?
    /// To quote in a complaint: the client's own, or one made here.
    let requestID: String
    /// ``EventLoop/now`` when the request was complete.
    let receivedAt: UInt64
    /// What an Anthropic client asks for besides its body, if that is fit to be passed on.
    let betas: String?
    /// Where the dashboard finds it once it has ended.
    var activity: RecentActivity?
    /// Whether the head of an answer in pieces has been given.
    private(set) var isOpen = false
    /// What is sent while the answer has not begun.
    private var beats: (head: AnswerHead, piece: [UInt8])?
    /// What the client's key lets it do; `nil` where no key is needed.
    var keyPass: KeyPass?
    private var task: Task<Void, Never>?
    /// Whether another task goes on where the first ends, and whether nobody waits for either.
    private var (isCarriedOn, hasLeft) = (false, false)
    private let executor: LoopExecutor
    private let active: ActiveCount
    private let ledger: LoopLedger
    /// What the request is a part of, where spans are made.
    private var trace: TraceContext?
    private(set) var record = ExchangeRecord()
    /// The connection has done with it, or its task has: what comes second enters it into the ledger.
    private var isHalfOver = false

    /// In the server's `begin`.
    init(_ raw: OpaquePointer, ids: RequestIDs, executor: LoopExecutor, active: ActiveCount, ledger: LoopLedger) {
        unsafe self.raw = raw
        self.executor = executor
        self.active = active
        self.ledger = ledger
        method = unsafe String(cString: casc_exchange_method(raw))
        path = unsafe String(cString: casc_exchange_path(raw))
        receivedAt = unsafe casc_exchange_received_at(raw)
        requestID = ids.accepted(unsafe Self.header("x-request-id", of: raw)) ?? ids.next()
        betas = path.hasPrefix(AnthropicMessages.path) ? unsafe Self.betas(raw) : nil
        problem =
            switch unsafe casc_exchange_problem(raw) {
            case CASC_PROBLEM_TOO_LARGE: .tooLarge
            case CASC_PROBLEM_FRAMING: .framing
            case CASC_PROBLEM_NO_MEMORY: .noMemory
            case CASC_PROBLEM_UNWELCOME: .unwelcome
            default: nil
            }
        if ledger.tracesRequests { trace = unsafe TraceContext(raw) }
        if ledger.accessLog != nil { noteClient() }
    }

    private static func betas(_ raw: OpaquePointer) -> String? {
        guard let betas = unsafe header("anthropic-beta", of: raw) else { return nil }
        return betas.utf8.count <= 1_000 && betas.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? betas : nil
    }

    deinit {
        unsafe casc_exchange_release(raw)
    }

    /// For the access log. In the server's `begin`.
    private func noteClient() {
        record.client = clientAddress
        record.traceID = header("traceparent").flatMap(TraceParent.traceID)
    }

    private var clientAddress: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CASC_ADDRESS_BYTES)) { text in
            // The C side writes at most this much, and a zero at its end.
            unsafe casc_exchange_client_address(raw, text.baseAddress!)
            return unsafe String(cString: text.baseAddress!)
        }
    }

    // MARK: - Its life, told by the server

    func run(_ work: @escaping @Sendable (Exchange) async -> Void) {
        active.enter()
        task = Task(executorPreference: executor) {
            if let trace = self.trace { await trace.run { await work(self) } } else { await work(self) }
            if !self.isCarriedOn { self.taskEnded() }
        }
    }

    /// Goes on with an answer that has begun, as the last thing that the request's task does. It takes a task of its own:
    /// a task keeps as much memory as it ever needed, and to find a provider takes ten times as much as to pass on what
    /// that one says.
    func carryOn(_ rest: @escaping @Sendable () async -> Void) {
        isCarriedOn = true
        task = Task(executorPreference: executor) {
            await rest()
            self.taskEnded()
        }
        if hasLeft { task?.cancel() }
    }

    private func taskEnded() {
        // Where memory was refused for an answer, or for more of it, nobody else would end it.
        if unsafe casc_exchange_leave(raw) { record.breakOff(.cut) }
        keyPass?.end()
        active.leave()
        halfEnded()
    }

    func clientLeft() {
        hasLeft = true
        record.breakOff(ledger.reasonOfLeaving)
        task?.cancel()
    }

    func ended() {
        hasLeft = true
        task = nil
        beats = nil
        record.endedAt = EventLoop.now
        halfEnded()
    }

    private func halfEnded() {
        if isHalfOver { ledger.enter(self) }
        isHalfOver = true
    }

    func beat() {
        guard let beats else { return }
        open(beats.head)
        _ = send(beats.piece)
    }

    // MARK: - The request

    /// A header field's value, looked up when it is asked for; `nil` also once the exchange is over.
    func header(_ name: String) -> String? {
        unsafe Self.header(name, of: raw)
    }

    @unsafe static func header(_ name: String, of raw: OpaquePointer) -> String? {
        unsafe casc_exchange_header(raw, name).map { unsafe String(cString: $0) }
    }

    /// Lends the body, which 64 readable bytes follow, and lets go of it.
    func readBody<Value, Failure: Error>(
        _ read: (_ padded: Span<UInt8>, _ count: Int) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var count = 0
        let body = unsafe casc_exchange_body(raw, &count)
        defer { unsafe casc_exchange_free_body(raw) }
        record.receivedBytes = count
        guard let body = unsafe body else {
            return try read(Self.noBody.span, 0)
        }
        // The exchange keeps the body, and its padding, until it is told to free it.
        let padded = unsafe UnsafeBufferPointer(start: body, count: count + Int(CASC_EXCHANGE_PADDING))
        return try unsafe read(padded.span, count)
    }

    private static let noBody = [UInt8](repeating: 0, count: Int(CASC_EXCHANGE_PADDING))

    // MARK: - The answer

    /// The whole answer.
    func answer(_ head: AnswerHead, _ body: [UInt8]) {
        record.note(head)
        record.sentBytes = method == "HEAD" ? 0 : body.count
        _ = unsafe head.withFields { fields, count in
            unsafe body.withUnsafeBytes { bytes in
                unsafe casc_exchange_answer(raw, UInt32(head.status), fields, count, bytes.baseAddress, bytes.count)
            }
        }
    }

    /// Has `piece` sent, after `head`, whenever the answer has not begun for a while.
    func hold(_ head: AnswerHead, piece: [UInt8]) {
        beats = (head, piece)
        _ = unsafe casc_exchange_hold(raw)
    }

    /// Begins an answer in pieces, unless that was done.
    func open(_ head: AnswerHead) {
        record.note(head)
        guard !isOpen else { return }
        isOpen = unsafe head.withFields { fields, count in
            unsafe casc_exchange_open(raw, UInt32(head.status), fields, count)
        }
    }

    /// Ends the heartbeats.
    func unhold() {
        beats = nil
        unsafe casc_exchange_unhold(raw)
    }

    /// - Returns: `false` when nobody is there to read it.
    func write(_ piece: [UInt8]) -> Bool {
        if record.firstPieceAt == 0 { record.firstPieceAt = EventLoop.now }
        return send(piece)
    }

    private func send(_ piece: [UInt8]) -> Bool {
        record.sentBytes += piece.count
        return unsafe piece.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe casc_exchange_write(raw, start, bytes.count)
        }
    }

    /// Tells the client within an answer in pieces that it will not be whole, and ends it.
    func breakOff(_ piece: [UInt8], _ cascade: AnswerFields) {
        record.note(cascade.told(since: receivedAt))
        if record.outcome == .complete { record.outcome = .cut }
        _ = send(piece)
        finish()
    }

    /// For the access log.
    func note(_ usage: Usage?) {
        record.usage = usage
    }

    /// Ends an answer in pieces.
    func finish() {
        _ = unsafe casc_exchange_finish(raw, true)
    }

    /// Whether the client is too slow for what was written.
    var isFull: Bool { unsafe casc_exchange_is_full(raw) }

    /// Waits until it has taken half of that; returns at once when it is gone.
    func waitForRoom() async {
        guard isFull else { return }
        unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            // A continuation is one pointer. The C side stores it and hands it to the server's `resume` exactly once,
            // or says that it did not.
            let waiter = unsafe unsafeBitCast(continuation, to: UnsafeMutableRawPointer.self)
            if unsafe !casc_exchange_wait(raw, waiter) { unsafe continuation.resume() }
        }
    }
}
