internal import Foundation
internal import Synchronization

/// One line on stderr that is drawn again and again. Only on a terminal; elsewhere it does nothing.
///
/// Any thread may draw; the line is drawn at most ten times a second.
final class ProgressBar: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant?
        var isShown = false
    }

    private static let width = 24
    private static let interval: Duration = .milliseconds(100)

    private let isEnabled: Bool
    private let state = Mutex(State())

    init(isEnabled: Bool = Console.isErrorInteractive) {
        self.isEnabled = isEnabled
    }

    /// - Parameters:
    ///   - fraction: 0 to 1; `nil` where the end is not known, and no bar is drawn then.
    ///   - text: what stands beside it.
    func draw(_ fraction: Double?, _ text: @autoclosure () -> String) {
        guard isEnabled else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            if let last = state.lastDrawn, now - last < Self.interval { return }
            state.lastDrawn = now
            state.isShown = true
            Console.writeError("\r\u{1B}[K" + Self.line(fraction, text()))
        }
    }

    /// Takes the line away, so that other text can follow.
    func clear() {
        state.withLock { state in
            guard state.isShown else { return }
            state.isShown = false
            state.lastDrawn = nil
            Console.writeError("\r\u{1B}[K")
        }
    }

    static func line(_ fraction: Double?, _ text: String) -> String {
        guard let fraction else { return text }
        let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "[\(bar)] \(Int(min(max(fraction, 0), 1) * 100)) % \(text)"
    }
}
