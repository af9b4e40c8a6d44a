import CascadeTransport
import Synchronization
import Testing

/// The owner of a request's bytes. Counts in `lives` for as long as it exists.
// Sendable: constant after `init`.
@safe final class RequestBytes: @unchecked Sendable {
    final class Lives: Sendable {
        let count = Atomic(0)
        var isZero: Bool { count.load(ordering: .acquiring) == 0 }
    }

    let url: UnsafeMutableBufferPointer<CChar>
    let body: UnsafeMutableRawBufferPointer
    let header: UnsafeMutableBufferPointer<CChar>?
    private let lives: Lives?

    init(url: String, body: [UInt8], header: String? = nil, lives: Lives? = nil) {
        unsafe self.url = Self.copy(url)
        unsafe self.body = .allocate(byteCount: max(body.count, 1), alignment: 1)
        unsafe self.body.copyBytes(from: body)
        if let header { unsafe self.header = Self.copy(header) } else { unsafe self.header = nil }
        self.lives = lives
        lives?.count.add(1, ordering: .relaxed)
    }

    deinit {
        // What libcurl still reads after this shows as nonsense.
        unsafe url.update(repeating: 0x21)
        unsafe url.deallocate()
        unsafe body.deallocate()
        unsafe header?.deallocate()
        lives?.count.subtract(1, ordering: .releasing)
    }

    private static func copy(_ text: String) -> UnsafeMutableBufferPointer<CChar> {
        let bytes = text.utf8CString
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        _ = unsafe buffer.initialize(from: bytes)
        return unsafe buffer
    }
}

/// What a test asks for.
struct Ask {
    var url: String
    var body: [UInt8] = Array(#"{"model":"loopback-model","stream":true,"messages":[]}"#.utf8)
    var method = TransferRequest.Method.post
    var framing = TransferFraming.serverSentEvents
    var header: String?
    var bodyLimit = 0
    var deadlines = TransferDeadlines()
    var lives: RequestBytes.Lives?

    init(_ url: String) { self.url = url }

    func with(_ change: (inout Ask) -> Void) -> Ask {
        var copy = self
        change(&copy)
        return copy
    }
}

/// All that came back.
struct Answer: Sendable {
    struct Record: Sendable, Equatable {
        var kind: TransferRecordKind
        var bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    var records: [Record] = []
    var status = 0
    var fields: [(name: String, value: String)] = []
    var outcome: TransferOutcome?

    var texts: [String] { records.map(\.text) }
    var kinds: [TransferRecordKind] { records.map(\.kind) }
    var failure: TransferFailure.Kind? { outcome?.failure?.kind }
}

/// A loop and an endpoint on it.
struct Wire: Sendable {
    let loop: EventLoop
    let endpoint: Endpoint

    init(
        _ configuration: TransportConfiguration = TransportConfiguration(),
        options: Endpoint.Options = Endpoint.Options()
    ) throws {
        loop = try EventLoop(configuration: configuration)
        endpoint = try Endpoint(loop: loop, options: options)
    }

    struct NotStarted: Error {}

    func start(_ ask: Ask) throws -> Transfer {
        let bytes = RequestBytes(url: ask.url, body: ask.body, header: ask.header, lives: ask.lives)
        let body = unsafe UnsafeRawBufferPointer(rebasing: bytes.body[..<ask.body.count])
        let empty = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        var request = unsafe TransferRequest(
            url: bytes.url.baseAddress!, body: (ask.method == .post ? body : empty, empty), framing: ask.framing)
        unsafe request.method = ask.method
        unsafe request.bodyLimit = ask.bodyLimit
        unsafe request.deadlines = ask.deadlines
        if let header = unsafe bytes.header { unsafe request.extraHeaders.0 = UnsafePointer(header.baseAddress!) }
        guard let transfer = unsafe Transfer.start(request, on: endpoint, owner: bytes) else { throw NotStarted() }
        return transfer
    }

    /// The whole answer. The transfer is finished when it succeeded, closed when it failed.
    func ask(_ ask: Ask) async throws -> Answer {
        await receive(try start(ask))
    }

    func ask(_ url: String) async throws -> Answer { try await ask(Ask(url)) }

    /// Whether, soon, nothing is open or running, and no more handles are left than the endpoint keeps.
    var isAtRest: Bool {
        get async {
            await eventually { loop.counters.openTransfers == 0 && loop.counters.runningTransfers == 0 }
                && loop.counters.easyHandles <= 64
        }
    }
}

/// Reads a transfer to its end.
func receive(_ transfer: consuming Transfer) async -> Answer {
    var answer = Answer()
    let signal = transfer.signal
    while true {
        switch take(from: transfer, into: &answer) {
        case .record: continue
        case .empty: await signal.wait()
        case .ended(let outcome):
            answer.outcome = outcome
            answer.status = transfer.head.status
            answer.fields = transfer.head.fields
            if outcome.failure == nil { transfer.finish() }
            return answer
        }
    }
}

/// Takes one record, if there is one.
func take(from transfer: borrowing Transfer, into answer: inout Answer) -> Transfer.Poll<Void> {
    transfer.poll(with: &answer) { answer, record, count, kind, head in
        let bytes = unsafe record.withUnsafeBytes { unsafe Array($0.prefix(count)) }
        answer.records.append(Answer.Record(kind: kind, bytes: bytes))
        answer.status = head.status
    }
}

/// Takes records until there are `count`. `nil` when the transfer ended before.
func receive(_ count: Int, from transfer: borrowing Transfer) async -> [String]? {
    var answer = Answer()
    let signal = transfer.signal
    while answer.records.count < count {
        switch take(from: transfer, into: &answer) {
        case .record: continue
        case .empty: await signal.wait()
        case .ended: return nil
        }
    }
    return answer.texts
}

/// Whether something that another thread does soon is done within some seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let limit = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < limit else { return false }
        try? await Task.sleep(for: .milliseconds(1))
    }
    return true
}

/// A head of a response with these fields and a chunked body still to come.
func chunkedHead(_ type: String = "text/event-stream", _ status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n"
}

func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

let lastChunk = "0\r\n\r\n"

/// A response of this status with a body of known length.
func response(_ status: String, _ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
