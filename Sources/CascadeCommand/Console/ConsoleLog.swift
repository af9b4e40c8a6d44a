internal import Foundation
internal import Logging

/// The router's log on standard error: `2026-01-31T12:00:00.000Z warning: circuit opened provider=local reason=connect`.
struct ConsoleLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Date.now.formatted(Self.timeStyle)
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        Console.writeError("\(time) \(event.level): \(Self.line("\(event.message)", all.mapValues { "\($0)" }))\n")
    }

    /// The message first, then what belongs to it in the order of its keys; what was not known is left out.
    static func line(_ message: String, _ metadata: [String: String]) -> String {
        let known = metadata.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        return known.reduce(message) { $0 + " \($1.key)=\(quoted($1.value))" }
    }

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// In quotes where it would otherwise not be plain where it ends.
    private static func quoted(_ value: String) -> String {
        value.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" } ? String(reflecting: value) : value
    }
}
