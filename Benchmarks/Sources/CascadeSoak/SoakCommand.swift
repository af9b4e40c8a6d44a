internal import ArgumentParser

/// Puts a router through all that may happen to it, for a long time, and counts.
@main
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade-soak",
        abstract: "Puts a router under faults, outages, reloads and cancellations, and shows that nothing is lost.",
        discussion: """
            Three providers on loopback spoil one answer in five; every six seconds one of them is down for two; the \
            configuration is reloaded every ten; one request in twenty is cancelled. What callers were told is held \
            against what the providers saw, and the memory, descriptors and threads at the end against those at the \
            beginning. Status 1: something was lost, doubled or left behind.
            """)

    @Option(help: "Seconds, after a warm-up of a quarter of it, at most a minute.")
    var seconds = 900
    @Option(help: "Requests under way at most.")
    var callers = 48
    @Option(help: "Requests a second, about.")
    var rate = 400.0
    @Flag(help: "Ask over HTTP, as clients of the gateway.")
    var gateway = false
    @Option(help: "What is drawn depends on it alone.")
    var seed: UInt64 = 1

    func validate() throws {
        guard seconds >= 20, seconds <= 604_800 else { throw ValidationError("--seconds takes 20 to 604800.") }
        guard callers > 0, callers <= 10_000, rate > 0, rate <= 100_000 else {
            throw ValidationError("--callers takes 1 to 10000, --rate more than 0 and up to 100000.")
        }
    }

    func run() async throws {
        let soak = try await Soak(callers: callers, rate: rate, seed: seed, isGateway: gateway)
        let begin = await soak.run(for: .seconds(min(seconds / 4, 60)), salt: 0)
        let end = await soak.run(for: .seconds(seconds), salt: 1 << 32)
        let (findings, progress) = await soak.finish()
        let report = SoakReport(
            seconds: seconds, seed: seed, begin: begin, end: end, findings: findings, progress: progress)
        print(report.text)
        if !report.failures.isEmpty { throw ExitCode(1) }
    }
}
