internal import ArgumentParser
internal import Cascade
internal import CascadeMemory
internal import CascadeTransport
internal import Foundation

@main
struct CascadeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade",
        abstract: "Ask an ordered cascade of LLM providers; the first that can, answers.",
        discussion: """
            The configuration is the first of: --config, CASCADE_CONFIG, ./cascade.yaml, ./config/providers.yaml, \
            ~/.config/cascade/cascade.yaml. Without a file the environment decides: a local Ollama, and \
            OPENAI_API_KEY, ANTHROPIC_API_KEY, XAI_API_KEY and GEMINI_API_KEY.

            Exit status: 0 answered; 1 no provider answered, or the answer broke off; 2 wrong usage or configuration; \
            130 interrupted. A reader that closes the output early, such as head, ends the command with 0.

            Shell completions: cascade --generate-completion-script bash|zsh|fish

            Examples:
              cascade chat "Why is the sky blue?"
              cascade chat --config providers.yaml --image photo.png "What is this?"
              cascade batch --concurrency 32 < requests.jsonl > results.jsonl
              cascade demo
            """,
        version: version,
        subcommands: [
            ChatCommand.self, BatchCommand.self, DemoCommand.self, ProvidersCommand.self, ExplainCommand.self,
            CheckCommand.self, TuningCommand.self, LoopbackCommand.self, ServeCommand.self, KeysCommand.self,
        ])

    private static var version: String {
        let allocator = Allocator.version.map { " (jemalloc \($0))" } ?? ""
        return "cascade \(CascadeVersion.current)" + allocator
    }

    static func main() async {
        StandardDescriptors.reserve()
        EventLoop.raiseDescriptorLimit()
        // A batch may run for hours, with pauses after its peaks.
        Allocator.returnMemory(within: .seconds(1))
        let interrupt = Interrupt.shared
        let work = Task { await exitStatus(of: Array(CommandLine.arguments.dropFirst())) }
        interrupt.onSignal { work.cancel() }
        let status = await work.value
        Foundation.exit(status == ExitStatus.interrupted ? interrupt.status ?? status : status)
    }

    /// Runs the command line, reports what went wrong, and gives the exit status.
    private static func exitStatus(of arguments: [String]) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.answered
        } catch let failure as CommandFailure {
            if let message = failure.message { Console.report(message) }
            return failure.status
        } catch is OutputClosed {
            return ExitStatus.answered
        } catch is CancellationError {
            return ExitStatus.interrupted
        } catch {
            return report(error)
        }
    }

    /// An error of the argument parser; asking for help or the version is one, too.
    private static func report(_ error: any Error) -> Int32 {
        guard exitCode(for: error) == .success else {
            Console.writeError(fullMessage(for: error) + "\n")
            return ExitStatus.usage
        }
        try? Console.write(fullMessage(for: error) + "\n")
        return ExitStatus.answered
    }
}
