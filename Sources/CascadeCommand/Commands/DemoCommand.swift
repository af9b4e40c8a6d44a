internal import ArgumentParser
internal import Cascade
internal import CascadeTesting

/// A cascade at work, with providers of its own.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show a cascade at work, with no key and no network.",
        discussion: """
            Four providers run within this process, one of each wire format. The first does not accept connections, \
            the second is rate limited, the third cuts its answer before the first token, the fourth answers.

            Examples:
              cascade demo
              cascade demo --json
            """)

    @Option(help: "Milliseconds between the pieces of the answer.")
    var delayMs = 40

    @Flag(help: "Print one JSON object instead.")
    var json = false

    func validate() throws {
        guard (0...1000).contains(delayMs) else {
            throw ValidationError("--delay-ms takes 0 to 1000, not \(delayMs).")
        }
    }

    func run() async throws {
        let stage: DemoStage
        do {
            stage = try DemoStage(delay: .milliseconds(delayMs))
        } catch {
            throw CommandFailure.unanswered("the demo's providers could not start: \(error)")
        }
        defer { stage.stop() }
        let memory = MemoryReport()
        let ledger = DemoLedger()
        var options = RouterOptions(tuning: try ConfigurationOptions.tuning(), logger: ConfigurationOptions.silence)
        options.onAttempt = { _ in ledger.record() }
        let router = try ConfigurationOptions.router(stage.configuration, options)
        do {
            if json {
                try await printJSON(router, memory)
            } else {
                try await DemoShow(router: router, memory: memory, ledger: ledger).run()
            }
        } catch let error as CascadeError {
            await router.shutdown()
            throw CommandFailure(error)
        } catch {
            await router.shutdown()
            throw error
        }
        await router.shutdown()
    }

    private func printJSON(_ router: CascadeRouter, _ memory: MemoryReport) async throws {
        let response = try await router.stream(DemoStage.request).collect()
        await memory.end()
        try Console.write("\(JSONValue.object(ResultJSON.answer(response, memory: memory.json)))\n")
    }
}
