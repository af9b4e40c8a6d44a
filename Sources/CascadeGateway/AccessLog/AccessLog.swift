/// One JSON object a line for each request that was received whole: when it came, who asked for what, who answered, how
/// long it took and how it ended. No prompt, no answer and no key is in it.
///
/// Lines are written by a thread of the log's own, a few milliseconds later and together. What it cannot write in time
/// waits in memory up to a bound; what comes then is counted and dropped, so that a slow disk slows no request down.
///
/// Give it to ``GatewayOptions/accessLog``, and ``close()`` it after the gateway's end.
public final class AccessLog: Sendable {
    private let writer: LogWriter

    /// Lines that were not written, because too many waited or because the system refused.
    public var dropped: Int { writer.dropped }

    /// Opens the file for appending, and makes it if need be, readable by its owner and group.
    ///
    /// - Parameters:
    ///   - path: Or `-`, for standard output.
    ///   - maxWaitingBytes: Of lines that wait to be written.
    ///   - onProblem: Told when lines begin to be lost, and when the file cannot be opened anew; on the log's thread.
    /// - Throws: ``GatewayError`` when the file cannot be opened.
    public init(
        path: String, maxWaitingBytes: Int = 1 << 20, onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(GatewayError) {
        writer = try LogWriter(path: path, maxWaitingBytes: maxWaitingBytes, onProblem: onProblem)
    }

    deinit {
        writer.finish()
    }

    /// Opens the file of this name anew, after it was renamed: what was logged before goes to the old one.
    public func reopen() {
        writer.reopen()
    }

    /// Writes what waits, and ends. Lines that come later are dropped.
    public func close() async {
        writer.finish()
        await writer.waitUntilClosed()
    }

    func add(_ line: AccessLogLine) {
        writer.add(line.bytes)
    }
}
