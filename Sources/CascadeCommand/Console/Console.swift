internal import Cascade
internal import Foundation
internal import Synchronization

/// The reader of our output has gone, as `head` does when it has enough.
struct OutputClosed: Error {}

/// Standard output and standard error.
enum Console {
    /// Whether stdout is a terminal.
    static let isInteractive = isatty(STDOUT_FILENO) != 0
    static let isErrorInteractive = isatty(STDERR_FILENO) != 0
    static let isInputInteractive = isatty(STDIN_FILENO) != 0

    /// Writes all of it at once, without a buffer that would want flushing.
    ///
    /// - Throws: `OutputClosed` if nobody reads any more, else a failure that names the reason.
    static func write(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            let code = posixCode(error)
            if code == EPIPE { throw OutputClosed() }
            throw CommandFailure.unanswered("cannot write to standard output\(reason(code))")
        }
    }

    /// Writes a model's text: as it is to a file or a program, without control characters to a terminal.
    static func writeAnswer(_ text: String) throws {
        try write(isInteractive ? TerminalText.harmless(text) : text)
    }

    /// Whether stderr ends in a line that the next text has to take the place of.
    private static let hasPassingLine = Mutex(false)

    /// Writes to stderr; if that fails there is nowhere to say so.
    static func writeError(_ text: String) {
        replacePassingLine(with: text, isPassing: false)
    }

    /// Shows a line on a terminal until something else is written to stderr, or ``clearPassingLine()``.
    static func showPassingLine(_ line: String) {
        replacePassingLine(with: line, isPassing: true)
    }

    static func clearPassingLine() {
        replacePassingLine(with: "", isPassing: false)
    }

    private static func replacePassingLine(with text: String, isPassing: Bool) {
        hasPassingLine.withLock { hasPassingLine in
            let text = (hasPassingLine ? "\r\u{1B}[K" : "") + text
            hasPassingLine = isPassing
            if !text.isEmpty { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
        }
    }

    /// A message of the command itself, which may have several lines.
    static func report(_ message: String) {
        writeError(Style.error.red("cascade: ") + harmless(message) + "\n")
    }

    /// Errors and warnings of the configuration, one a line.
    static func report(_ diagnostics: [ConfigurationDiagnostic]) {
        for diagnostic in diagnostics {
            let style = Style.error
            let text = "cascade: \(diagnostic)"
            writeError((diagnostic.severity == .error ? style.red(text) : style.yellow(text)) + "\n")
        }
    }

    /// What the caller should know although all went well.
    static func remark(_ message: String) {
        writeError(Style.error.yellow("cascade: note: ") + harmless(message) + "\n")
    }

    /// What helps a person to follow along.
    static func note(_ message: String) {
        writeError(Style.error.dim(harmless(message)) + "\n")
    }

    /// What a provider said may be part of any message.
    private static func harmless(_ message: String) -> String {
        isErrorInteractive ? TerminalText.harmless(message) : message
    }

    private static func reason(_ code: Int32?) -> String {
        switch code {
        case ENOSPC: ": no space left"
        case EBADF: ": it is closed"
        case let code?: ": errno \(code)"
        case nil: ""
        }
    }

    private static func posixCode(_ error: any Error) -> Int32? {
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return Int32(clamping: error.code) }
        return (error.userInfo[NSUnderlyingErrorKey] as? NSError).map { Int32(clamping: $0.code) }
    }
}
