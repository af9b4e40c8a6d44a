internal import Foundation

public enum BaselineLogLevel: Int, Sendable {
    case debug
    case info
    case warning
    case error
}

/// Takes finished lines: as in the predecessor, a line is put together whether or not its level is written.
struct BaselineLog: Sendable {
    let level: BaselineLogLevel

    func debug(_ line: String) { write(line, at: .debug) }
    func info(_ line: String) { write(line, at: .info) }
    func warning(_ line: String) { write(line, at: .warning) }
    func error(_ line: String) { write(line, at: .error) }

    private func write(_ line: String, at lineLevel: BaselineLogLevel) {
        guard lineLevel.rawValue >= level.rawValue else { return }
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
