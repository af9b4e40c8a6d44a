internal import ArgumentParser
internal import CascadeTesting
internal import Foundation

/// A provider double on 127.0.0.1.
struct LoopbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loopback",
        abstract: "Run a provider double on 127.0.0.1, with faults on demand, until Ctrl-C.",
        discussion: """
            Its first line of output is the base URL. It speaks every format at once; --format decides which base URL \
            is printed. At Ctrl-C it prints its counters and ends with 0.

            Faults:
            \(faults)

            Examples:
              cascade loopback --port 9000
              cascade loopback --format anthropic --chunks 200 --delay-ms 50
              cascade loopback --fault rate-limit:30 --fault-every 2
            """)

    @Option(help: "The port; 0 takes a free one.")
    var port: UInt16 = 0

    @Option(
        help: "The format whose base URL is printed: openai, anthropic, ollama or gemini.",
        completion: .list(LoopbackProvider.WireFormatName.allCases.map(\.rawValue)),
        transform: { text in
            guard let format = LoopbackProvider.WireFormatName(rawValue: text) else {
                throw ValidationError("it is one of openai, anthropic, ollama, gemini")
            }
            return format
        })
    var format: LoopbackProvider.WireFormatName = .openai

    @Option(help: "Pieces that a streamed answer comes in.")
    var chunks = 8

    @Option(help: "Milliseconds before each piece.")
    var delayMs = 0

    @Option(help: "Milliseconds before the head of a response.")
    var firstDelayMs = 0

    @Option(help: "The answer's text; otherwise one word for each piece.")
    var text: String?

    @Option(help: "Reasoning that comes before the text.")
    var reasoning: String?

    @Option(name: .customLong("model"), help: "A model to list. Give it again for more.")
    var models: [String] = []

    @Flag(name: .customLong("no-usage"), help: "Report no tokens.")
    var hidesUsage = false

    @Option(
        help: ArgumentHelp("What goes wrong; see above.", valueName: "kind"),
        completion: .list(faultNames),
        transform: { text in
            guard let fault = LoopbackProvider.Fault(text) else {
                throw ValidationError("it is none of the kinds that `cascade loopback --help` lists")
            }
            return fault
        })
    var fault: LoopbackProvider.Fault?

    @Option(help: ArgumentHelp("The fault strikes each n-th request.", valueName: "n"))
    var faultEvery = 1

    @Option(help: ArgumentHelp("The fault strikes with this probability, 0 to 1.", valueName: "p"))
    var faultProbability = 1.0

    @Option(help: "Where the draws of --fault-probability begin.")
    var seed: UInt64 = 1

    @Flag(help: "The fault also strikes lists of models and health checks.")
    var faultsProbes = false

    /// The kinds as far as they can be completed: `status:`.
    private static var faultNames: [String] {
        LoopbackProvider.Fault.allKinds.map { form, _ in
            let name = form.prefix { $0 != ":" && $0 != "[" }
            return name.count < form.count && !form.contains("[") ? name + ":" : String(name)
        }
    }

    private static var faults: String {
        let width = LoopbackProvider.Fault.allKinds.map(\.form.count).max() ?? 0
        return LoopbackProvider.Fault.allKinds.map { form, summary in
            "  " + form.padding(toLength: width + 2, withPad: " ", startingAt: 0) + summary
        }.joined(separator: "\n")
    }

    func validate() throws {
        for (name, value) in [("--chunks", chunks), ("--delay-ms", delayMs), ("--first-delay-ms", firstDelayMs)] {
            guard (0...1_000_000).contains(value) else {
                throw ValidationError("\(name) takes 0 to 1000000, not \(value).")
            }
        }
        guard faultEvery >= 1 else { throw ValidationError("--fault-every takes 1 or more, not \(faultEvery).") }
        guard (0...1).contains(faultProbability) else {
            throw ValidationError("--fault-probability takes 0 to 1, not \(faultProbability).")
        }
    }

    func run() async throws {
        let provider: LoopbackProvider
        do {
            provider = try LoopbackProvider(script: script, port: port, logLimit: 0)
        } catch {
            throw CommandFailure.usage("cannot listen on port \(port): \(error)")
        }
        defer { provider.stop() }
        try Console.write(provider.baseURL + "\n")
        if Console.isErrorInteractive { Console.note("Ctrl-C ends it.") }
        // Only Ctrl-C ends this: the stream has no end of its own.
        for await _ in AsyncStream<Never>.makeStream().stream {}
        let counters = provider.counters
        try Console.write("connections: \(counters.connectionsAccepted)\nrequests: \(counters.requests)\n")
    }

    private var script: LoopbackProvider.Script {
        var script = LoopbackProvider.Script(
            format: format, text: text, chunks: chunks, chunkDelay: .milliseconds(delayMs), fault: fault)
        script.firstDelay = .milliseconds(firstDelayMs)
        script.reasoning = reasoning
        if !models.isEmpty { script.models = models }
        script.usage = !hidesUsage
        script.faultEvery = faultEvery
        script.faultProbability = faultProbability
        script.seed = seed
        script.faultsProbes = faultsProbes
        return script
    }
}
