internal import Cascade

/// A conversation on a terminal; each question is asked with all that was said before.
struct ChatLoop {
    /// A line typed by hand.
    private static let maxLineBytes = 1 << 20

    let router: CascadeRouter
    let options: ChatCommand

    func run() async throws {
        let input = StandardInput()
        let run = ChatRun(router: router, options: options)
        var messages: [ChatMessage] = []
        Console.note("Type a question. /quit or Ctrl-D ends, /new begins anew.")
        while let question = try await nextQuestion(input) {
            switch question {
            case "": continue
            case "/quit", "/exit": return
            case "/new":
                messages = []
                continue
            default: break
            }
            let first = messages.isEmpty ? try options.request.request(question).messages.last : nil
            messages.append(first ?? .user(question))
            do {
                messages.append(.assistant(try await run.printText(options.request.request(messages))))
            } catch let error as CascadeError {
                guard error.code != .cancelled else { throw CommandFailure(error) }
                Console.report(ErrorText.text(error, areAttemptsTold: options.isTelling))
                // The question may be asked again; the conversation goes on as if it had not been.
                messages.removeLast()
            }
        }
        Console.writeError("\n")
    }

    private func nextQuestion(_ input: StandardInput) async throws -> String? {
        Console.writeError(Style.error.bold("> "))
        switch try await input.nextLine(limit: Self.maxLineBytes) {
        case .text(let line)?: return line.trimmingBlanks()
        case .notUTF8?, .tooLong?:
            Console.report("this line is not UTF-8 text of at most \(Units.text(bytes: Self.maxLineBytes))")
            return ""
        case nil: return nil
        }
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
