internal import ArgumentParser
internal import CascadeTesting
internal import Foundation

/// The provider double that the engines are measured against, in a process of its own.
struct DoubleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "double",
        abstract: "Answers as a provider of OpenAI's format; prints its base URL; ends with its input.")

    @Option(help: "Pieces of a streamed answer.")
    var chunks = 32
    @Option(help: "Milliseconds between pieces.")
    var delayMs = 0
    @Option(help: "Every how many requests one fails with a 500; 0 for never.")
    var failEvery = 0

    @Option(help: "The processor to stay on.")
    var cpu: Int?

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        var script = LoopbackProvider.Script(chunks: chunks)
        script.chunkDelay = .milliseconds(delayMs)
        if failEvery > 0 {
            script.fault = .status(500)
            script.faultEvery = failEvery
        }
        let provider = try LoopbackProvider(script: script)
        print(provider.baseURL(for: .openai))
        fflush(nil)
        // Whoever started it holds the other end of the pipe.
        while readLine() != nil {}
        withExtendedLifetime(provider) {}
    }
}
