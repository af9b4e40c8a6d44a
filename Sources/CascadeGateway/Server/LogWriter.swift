internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A thread that appends lines to a file.
final class LogWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        /// Lines in `waiting`.
        var count = 0
        /// An empty array that kept its capacity.
        var spare: [UInt8] = []
        var dropped = 0
        var reopens = false
        var isClosing = false
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// What one turn of the thread takes.
    private struct Batch {
        var lines: [UInt8]
        var count: Int
        var reopens: Bool
        var isLast: Bool
    }

    /// Lines gather for so long, in microseconds, so that a busy gateway wakes the thread twenty times a second.
    private static let gatheringTime: UInt32 = 50_000
    private static let newline = UInt8(ascii: "\n")
    /// What a pipe takes without blocking whenever it takes something.
    private static let mostAtOnce = 4_096
    /// How long a pipe that nobody reads is waited for before the end is looked for, in milliseconds.
    private static let patience: Int32 = 200

    private let path: String
    private let maxWaitingBytes: Int
    private let onProblem: @Sendable (String) -> Void
    private let state = Mutex(State())
    /// A pipe whose bytes say that there is something to do.
    private let bell: (reading: Int32, writing: Int32)

    init(
        path: String, maxWaitingBytes: Int, onProblem: @escaping @Sendable (String) -> Void
    ) throws(GatewayError) {
        self.path = path
        self.maxWaitingBytes = maxWaitingBytes
        self.onProblem = onProblem
        let file = Self.opened(path)
        guard file >= 0 else {
            throw GatewayError("the access log \(path) cannot be opened: \(Self.reason(errno))")
        }
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else {
            let code = errno
            Self.closeFile(file)
            throw GatewayError("the access log \(path) cannot be opened: \(Self.reason(code))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        bell = (ends[0], ends[1])
        do throws(GatewayError) {
            try start(file)
        } catch {
            Self.closeFile(file)
            throw error
        }
    }

    deinit {
        close(bell.reading)
        close(bell.writing)
    }

    // MARK: - For whoever logs

    var dropped: Int { state.withLock { $0.dropped } }

    /// Never blocks for longer than it takes to copy a line.
    func add(_ line: [UInt8]) {
        let isFirst = state.withLock { state in
            guard !state.isClosing, state.waiting.count + line.count <= maxWaitingBytes else {
                state.dropped += 1
                return false
            }
            state.waiting.append(contentsOf: line)
            state.count += 1
            return state.count == 1
        }
        if isFirst { ring() }
    }

    func reopen() {
        state.withLock { $0.reopens = true }
        ring()
    }

    func finish() {
        state.withLock { $0.isClosing = true }
        ring()
    }

    func waitUntilClosed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiters.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    private func ring() {
        // A full pipe has been heard of already.
        var byte: UInt8 = 1
        _ = unsafe Self.put(bell.writing, &byte, 1)
    }

    // MARK: - The thread

    private func start(_ file: Int32) throws(GatewayError) {
        let retained = unsafe Unmanaged.passRetained(ThreadStart(writer: self, file: file))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                // Retained for the thread, which takes it over.
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
                start.writer.run(start.file)
                return nil
            }, retained.toOpaque())
        guard result == 0 else {
            // There is no thread to take it over.
            unsafe retained.release()
            throw GatewayError("the access log's thread could not be started", errno: result)
        }
        pthread_detach(thread)
    }

    private func run(_ file: Int32) {
        var file = file
        var (isLosing, isWithinLine) = (false, false)
        while true {
            waitForBell()
            if !state.withLock({ $0.isClosing || $0.reopens }) { usleep(Self.gatheringTime) }
            let batch = take()
            if batch.count > 0 {
                let problem = write(batch.lines, to: file, isWithinLine: &isWithinLine)
                if let problem, !isLosing { onProblem("lines of the access log are lost: \(problem)") }
                isLosing = problem != nil
            }
            if batch.reopens, reopen(&file) { isWithinLine = false }
            giveBack(batch.lines)
            if batch.isLast { break }
        }
        Self.closeFile(file)
        end()
    }

    private func take() -> Batch {
        state.withLock { state in
            defer {
                state.waiting = state.spare
                state.spare = []
                state.count = 0
                state.reopens = false
            }
            return Batch(
                lines: state.waiting, count: state.count, reopens: state.reopens, isLast: state.isClosing)
        }
    }

    private func giveBack(_ lines: consuming [UInt8]) {
        var lines = lines
        lines.removeAll(keepingCapacity: true)
        state.withLock { $0.spare = lines }
    }

    private func lose(_ count: Int) {
        state.withLock { $0.dropped += count }
    }

    private func end() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func waitForBell() {
        var request = pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&request, 1, -1)
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = unsafe bytes.withUnsafeMutableBytes { unsafe read(bell.reading, $0.baseAddress, $0.count) }
    }

    /// - Returns: Why not all of it was written; what was not is counted.
    private func write(_ lines: [UInt8], to file: Int32, isWithinLine: inout Bool) -> String? {
        // What is left of a line that could not be written is ended before the next one begins.
        let start = isWithinLine ? 1 : 0
        let lines = isWithinLine ? [Self.newline] + lines : lines
        let (written, problem) = append(lines, to: file)
        if written > 0 { isWithinLine = lines[written - 1] != Self.newline }
        if problem != nil { lose(lines.dropFirst(max(written, start)).count { $0 == Self.newline }) }
        return problem
    }

    /// - Returns: How much was written, and why not all of it.
    private func append(_ lines: [UInt8], to file: Int32) -> (count: Int, problem: String?) {
        var start = 0
        while start < lines.count {
            guard waitUntilWritable(file) else { return (start, Self.reason(EAGAIN)) }
            let count = unsafe lines.withUnsafeBytes { bytes in
                unsafe Self.put(file, bytes.baseAddress! + start, min(lines.count - start, Self.mostAtOnce))
            }
            if count >= 0 {
                start += count
            } else if errno != EINTR && errno != EAGAIN {
                return (start, Self.reason(errno))
            }
        }
        return (start, nil)
    }

    /// Waits for a pipe or a terminal, though not for one that nobody reads when the end has come.
    private func waitUntilWritable(_ file: Int32) -> Bool {
        while true {
            let isClosing = state.withLock { $0.isClosing }
            var request = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
            if unsafe poll(&request, 1, Self.patience) != 0 { return true }
            if isClosing { return false }
        }
    }

    /// - Returns: Whether it is another file now.
    private func reopen(_ file: inout Int32) -> Bool {
        guard path != "-" else { return false }
        let new = Self.opened(path)
        guard new >= 0 else {
            onProblem("the access log \(path) cannot be opened anew, the old file is kept: \(Self.reason(errno))")
            return false
        }
        Self.closeFile(file)
        file = new
        return true
    }

    private static func put(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.write(file, bytes, count)
        #else
            unsafe Musl.write(file, bytes, count)
        #endif
    }

    private static func opened(_ path: String) -> Int32 {
        guard path != "-" else { return STDOUT_FILENO }
        // A pipe without a reader is an error then, and not a wait.
        return unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
    }

    private static func closeFile(_ file: Int32) {
        if file != STDOUT_FILENO { close(file) }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "its folder is not there"
        case EACCES, EPERM: "this user may not write there"
        case EISDIR: "that is a folder"
        case ENOSPC: "no space is left"
        case EROFS: "the file system is read-only"
        case ENXIO: "nobody reads this pipe"
        case EBADF: "it is closed"
        case EPIPE: "nobody reads it any more"
        case EAGAIN: "nobody reads it"
        case EMFILE, ENFILE: "no descriptors are left"
        default: "error \(code) of the system"
        }
    }
}

/// What the thread begins with.
private final class ThreadStart: Sendable {
    let writer: LogWriter
    let file: Int32

    init(writer: LogWriter, file: Int32) {
        self.writer = writer
        self.file = file
    }
}
