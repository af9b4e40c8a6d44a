internal import Foundation
internal import Synchronization

/// One line on stderr that is drawn again and again. Only on a terminal; elsewhere it does nothing.
///
/// Any thread may draw; the line is drawn at most ten times a second.
final class ProgressBar: Sendable {
    private static let width = 24
    private static let interval: Duration = .milliseconds(100)

    private let isEnabled: Bool
    private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)

    init(isEnabled: Bool = Console.isErrorInteractive) {
        self.isEnabled = isEnabled
    }

    /// - Parameters:
    ///   - fraction: 0 to 1; `nil` where the end is not known, and no bar is drawn then.
    ///   - text: what stands beside it.
    func draw(_ fraction: Double?, _ text: @autoclosure () -> String) {
        guard isEnabled else { return }
        let now = ContinuousClock.now
        lastDrawn.withLock { lastDrawn in
            if let lastDrawn, now - lastDrawn < Self.interval { return }
            lastDrawn = now
            Console.showPassingLine(Self.line(fraction, text()))
        }
    }

    /// Takes the line away. Other text on stderr does that, too.
    func clear() {
        guard isEnabled else { return }
        lastDrawn.withLock { lastDrawn in
            lastDrawn = nil
            Console.clearPassingLine()
        }
    }

    static func line(_ fraction: Double?, _ text: String) -> String {
        guard let fraction else { return text }
        let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "[\(bar)] \(Int(min(max(fraction, 0), 1) * 100)) % \(text)"
    }
}
