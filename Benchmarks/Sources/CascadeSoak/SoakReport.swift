internal import Foundation

/// What a soak has shown, for people.
struct SoakReport {
    let seconds: Int
    let seed: UInt64
    let begin: SoakSample
    let end: SoakSample
    let findings: SoakLedger.Findings
    let progress: SoakProgress

    /// Beyond these something grows. A connection that a provider has closed is noticed when it is next needed: some may
    /// be open at rest, each with two descriptors, for its provider is in this process.
    private static let allocatedGrowth = 1 << 20
    private static let residentGrowth = 8 << 20
    private static let descriptorGrowth = 32

    /// Why this soak failed; empty if it did not.
    var failures: [String] {
        var failures = findings.complaints + progress.complaints
        func require(_ holds: Bool, _ text: String) {
            if !holds { failures.append(text) }
        }
        require(findings.lost == 0, "\(findings.lost) requests were lost")
        require(findings.doubled == 0, "\(findings.doubled) requests were doubled")
        require(findings.answered > findings.requests / 2, "only \(findings.answered) requests were answered")
        require(findings.cancelled > 0 && findings.cut > 0, "nothing was cancelled, or nothing cut")
        require(progress.opened > 0 && progress.closed > 0, "no circuit opened and closed again")
        require(progress.reloads > 0, "the configuration was never reloaded")
        require(end.allocated <= begin.allocated + Self.allocatedGrowth, "allocated memory grew")
        require(end.resident <= begin.resident + Self.residentGrowth, "resident memory grew")
        require(end.threads <= begin.threads, "threads were left behind")
        require(end.descriptors <= begin.descriptors + Self.descriptorGrowth, "descriptors were left behind")
        return failures
    }

    var text: String {
        let rows = [
            ("Time", "\(seconds) s, seed \(seed)"),
            ("Requests", "\(findings.requests)"),
            ("Answered, text checked", "\(findings.answered)"),
            ("Cut after the first token, what came before checked", "\(findings.cut)"),
            ("Refused by all providers", "\(findings.refused)"),
            ("Cancelled by the caller", "\(findings.cancelled)"),
            ("Attempts", "\(findings.attempts)"),
            ("Lost, doubled", "\(findings.lost), \(findings.doubled)"),
            ("Reloads", "\(progress.reloads)"),
            ("Outages of one provider", "\(progress.outages)"),
            ("Circuits opened, closed", "\(progress.opened), \(progress.closed)"),
        ]
        return """
            | | |
            |---|---|
            \(rows.map { "| \($0.0) | \($0.1) |" }.joined(separator: "\n"))

            | | allocated, MiB | resident, MiB | descriptors | threads |
            |---|---|---|---|---|
            \(row("at rest, warmed up", begin))
            \(shown.map { row("under load, \($0.second) s", $0) }.joined(separator: "\n"))
            \(row("at rest, at the end", end))

            \(failures.isEmpty ? "Nothing lost, nothing doubled, nothing left behind." : failures.joined(separator: "\n"))
            """
    }

    /// At most ten of the samples under load.
    private var shown: [SoakSample] {
        let step = max(1, (progress.samples.count + 9) / 10)
        return stride(from: 0, to: progress.samples.count, by: step).map { progress.samples[$0] }
    }

    private func row(_ name: String, _ sample: SoakSample) -> String {
        func mebibytes(_ bytes: Int) -> String { String(format: "%.2f", Double(bytes) / 1_048_576) }
        return "| \(name) | \(mebibytes(sample.allocated)) | \(mebibytes(sample.resident)) "
            + "| \(sample.descriptors) | \(sample.threads) |"
    }
}
