internal import Foundation

/// Says on stderr what runs: on a terminal in one line that is written over, else a line for each.
struct ComparisonProgress {
    private let start = SystemTime.now
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ text: String) {
        let seconds = (SystemTime.now - start) / 1_000_000_000
        write("\(isTerminal ? "\r\u{1B}[K" : "")\(seconds) s: \(text)\(isTerminal ? "" : "\n")")
    }

    func end() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
