internal import ArgumentParser
internal import Cascade
internal import Foundation

/// One request, or a conversation on a terminal.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Ask one question, or talk on a terminal.",
        discussion: """
            The answer's text goes to standard output as it comes. Without a prompt it is read from standard input; \
            on a terminal a conversation begins, which /quit or Ctrl-D ends; Ctrl-C stops an \
            answer, and at the prompt ends the conversation. A prompt has at most 16 MiB. To name a file \
            in it does not attach the file: give an image with --image, and a text on standard input.

            Examples:
              cascade chat "Why is the sky blue?"
              cascade chat --image photo.png "What is this?"
              git diff | cascade chat --system "Review this change."
              cascade chat --json --memory "Name a colour."
            """)

    @Argument(help: "The question.")
    var prompt: String?

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var request: RequestOptions

    @Flag(name: .customLong("no-stream"), help: "Ask for the whole answer at once.")
    var isWhole = false

    @Flag(help: "Print one JSON object with the answer, its provider and all attempts.")
    var json = false

    @Flag(help: "Tell the memory used.")
    var memory = false

    @Flag(name: .shortAndLong, help: "Tell failed attempts and who answered, on standard error.")
    var verbose = false

    func validate() throws {
        if let prompt, prompt.allSatisfy(\.isWhitespace) { throw ValidationError("The prompt is empty.") }
    }

    func run() async throws {
        if prompt == nil, Console.isInputInteractive, !json {
            try await withRouter { try await ChatLoop(router: $0, options: self).run() }
            return
        }
        do {
            let question = try request.request(try await promptText())
            try await withRouter { try await ChatRun(router: $0, options: self).run(question) }
        } catch let failure as CommandFailure {
            if json, let message = failure.message {
                try Console.write("\(JSONValue.object(ResultJSON.failure(code: "usage", message: message)))\n")
            }
            throw failure
        }
    }

    /// Notes go to stderr where a person follows along, and never beside JSON.
    var isTelling: Bool { verbose || (Console.isErrorInteractive && !json) }

    private func withRouter(_ body: (CascadeRouter) async throws -> Void) async throws {
        let pull = PullProgress()
        let isTelling = isTelling
        let router = try await source.makeRouter { options in
            options.onModelPull = { pull.show($0) }
            if isTelling { options.onAttempt = { AttemptText.note($0) } }
        }
        do {
            try await body(router)
        } catch {
            await router.shutdown()
            throw error
        }
        await router.shutdown()
    }

    private func promptText() async throws -> String {
        if let prompt { return prompt }
        let limit = RequestOptions.maxInputBytes
        let text: String
        do {
            switch try await StandardInput().all(limit: limit) {
            case .text(let whole): text = whole
            case .notUTF8: throw CommandFailure.usage("standard input is not UTF-8 text")
            case .tooLong:
                throw CommandFailure.usage("the prompt is larger than \(Units.text(bytes: limit)); no model reads that")
            }
        } catch is StandardInput.Unreadable {
            throw CommandFailure.usage("standard input cannot be read; give the prompt as an argument")
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw CommandFailure.usage("the prompt is empty; give it as an argument or on standard input")
        }
        return text
    }
}
