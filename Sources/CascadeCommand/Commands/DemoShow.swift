internal import Cascade
internal import CascadeMemory
internal import Synchronization

/// The demo on a page.
struct DemoShow {
    let router: CascadeRouter
    let memory: MemoryReport
    let ledger: DemoLedger
    let style = Style.output

    func run() async throws {
        try Console.write(style.bold("A cascade of four providers, all in this process:") + "\n")
        for (index, actor) in DemoStage.actors.enumerated() {
            try Console.write("  \(index + 1). \(actor.name) (\(actor.type.rawValue)) \(actor.trouble)\n")
        }
        try Console.write("\n" + style.bold(DemoStage.question) + "\n")
        let stream = try await router.stream(DemoStage.request)
        for try await piece in stream.text { try Console.write(piece) }
        await memory.end()
        try Console.write("\n\n" + table(stream.attempts))
        let time = Units.text(stream.timeToFirstToken)
        try Console.write("\nThe first token came after \(time), all failures included.\n")
        try Console.write("Memory: \(memory.text)\n")
    }

    private func table(_ attempts: [AttemptReport]) -> String {
        let memory = ledger.allocated
        var table = TextTable(["PROVIDER", "MODEL", "OUTCOME", "CLASS", "TIME", "MEMORY", "REASON"], style: style)
        for (index, attempt) in attempts.enumerated() {
            table.add([
                attempt.provider, attempt.model, attempt.outcome.rawValue, attempt.failureClass?.rawValue ?? "-",
                Units.text(attempt.latency), index < memory.count ? Units.text(bytes: memory[index]) : "-",
                attempt.outcome == .answered ? "-" : Self.reason(attempt),
            ])
        }
        return table.text
    }

    /// What the class does not say, so short that a row fits on a usual terminal.
    private static func reason(_ attempt: AttemptReport) -> String {
        let classPrefix = (attempt.failureClass?.rawValue ?? "") + ": "
        let why = AttemptText.why(attempt)
        let reason = why.hasPrefix(classPrefix) ? String(why.dropFirst(classPrefix.count)) : why
        return reason.count <= 54 ? reason : reason.prefix(53) + "…"
    }
}

/// What was allocated as each attempt ended, in their order.
final class DemoLedger: Sendable {
    private let bytes = Mutex<[Int]>([])

    var allocated: [Int] { bytes.withLock { $0 } }

    /// Called on the router's thread.
    func record() {
        guard let now = MemoryStatistics.current else { return }
        bytes.withLock { $0.append(now.allocated) }
    }
}
