internal import Foundation

/// Colour where a person reads: on a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal is dumb.
struct Style {
    static let output = Style(isInteractive: Console.isInteractive)
    static let error = Style(isInteractive: Console.isErrorInteractive)

    let isColoured: Bool

    init(isInteractive: Bool, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColoured = isInteractive && !isRefused && environment["TERM"] != "dumb"
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
