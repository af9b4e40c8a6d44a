internal import ArgumentParser
internal import CascadeTesting
internal import Foundation

/// The provider double that the engines are measured against, in a process of its own.
struct DoubleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "double",
        abstract: "Answers as a provider of OpenAI's format; prints its base URL; ends with its input.")

    @Option(help: "Pieces of a streamed answer; 32 unless --body-bytes is given, and then one for each 512 bytes.")
    var chunks: Int?
    @Option(help: "Milliseconds between pieces.")
    var delayMs = 0
    @Option(
        help: "About how many bytes the body of an answer has that is not streamed; otherwise a word for each piece.")
    var bodyBytes: Int?
    @Option(help: "Every how many requests one fails, in a way that passes; 0 for never.")
    var failEvery = 0
    @Flag(help: "The same as --fail-every 2.")
    var failHalf = false
    @Option(help: "The processor to stay on.")
    var cpu: Int?

    /// Failures that every router answers by asking the next provider, and that pause none.
    private static let faults: [LoopbackProvider.Fault] = [
        .status(500), .resetBeforeHead, .status(503), .truncate(afterChunks: 0),
    ]

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        Descriptors.allowMost()
        let provider = try LoopbackProvider(script: script, logLimit: 0)
        print(provider.baseURL(for: .openai))
        fflush(nil)
        // Whoever started it holds the other end of the pipe.
        while readLine() != nil {}
        withExtendedLifetime(provider) {}
    }

    private var script: LoopbackProvider.Script {
        var script = LoopbackProvider.Script(chunks: chunks ?? bodyBytes.map { max(1, $0 / 512) } ?? 32)
        script.text = bodyBytes.map(Self.text)
        script.chunkDelay = .milliseconds(delayMs)
        if failHalf || failEvery > 0 {
            script.faults = Self.faults
            script.faultEvery = failHalf ? 2 : failEvery
        }
        return script
    }

    /// Words enough to make a body of this size, with what the format puts around them.
    private static func text(forBodyOf bytes: Int) -> String {
        let around = 320
        let words = LoopbackProvider.Script(chunks: max(1, (bytes - around) / 4)).expectedText
        return String(words.prefix(max(1, bytes - around)))
    }
}
