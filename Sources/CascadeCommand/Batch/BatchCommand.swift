internal import ArgumentParser
internal import Cascade

/// JSON lines of requests in, JSON lines of results out.
struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Answer JSON lines of requests from standard input, many at a time.",
        discussion: """
            A line is an object: {"id": 1, "prompt": "…"} or {"messages": […]} as OpenAI has them, and optionally \
            model, temperature, max_tokens, top_p, stop, seed, stream, system, images, tools, tool_choice, \
            response_format, json, reasoning_effort, deadline_seconds, tier, tags, agent, user and metadata. It has at \
            most 16 MiB; images names files, URLs or data URIs.

            Results come in the order of completion, one line each, with the request's id and line. A line that is no \
            request gets an error as its result, and the batch goes on. Exit status: 0 when every line was answered, \
            1 when one was not, 2 when none could be read.

            Examples:
              cascade batch --concurrency 32 < requests.jsonl > results.jsonl
              echo '{"prompt": "Name a colour."}' | cascade batch
            """)

    @OptionGroup var source: ConfigurationOptions

    @Option(name: [.customShort("n"), .long], help: "Requests at a time.")
    var concurrency = 8

    @Flag(name: .shortAndLong, help: "Tell the totals at the end, on standard error.")
    var verbose = false

    func validate() throws {
        guard (1...10_000).contains(concurrency) else {
            throw ValidationError("--concurrency takes 1 to 10000, not \(concurrency).")
        }
    }

    func run() async throws {
        let pull = PullProgress()
        let router = try await source.makeRouter { options in
            options.onModelPull = { pull.show($0) }
        }
        let batch = BatchRun(router: router, concurrency: concurrency)
        do {
            try await batch.run()
        } catch {
            await router.shutdown()
            throw error
        }
        await router.shutdown()
        let totals = batch.totals
        if verbose || Console.isErrorInteractive { Console.note(totals.text) }
        try totals.check()
    }
}
