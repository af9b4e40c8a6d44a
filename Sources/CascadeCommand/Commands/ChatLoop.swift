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
        Console.note("Type a question. /quit or Ctrl-D ends, /new begins anew, Ctrl-C stops an answer.")
        while let question = try await nextQuestion(input) {
            switch question {
            case "": continue
            case "/quit", "/exit": return
            case "/new":
                messages = []
                continue
            case let command where Self.isCommand(command):
                Console.report("there is no \(command); there are /new, /quit and /exit")
                continue
            default: break
            }
            let first = messages.isEmpty ? try options.request.request(question).messages.last : nil
            messages.append(first ?? .user(question))
            let request = options.request.request(messages)
            do {
                let answer = try await Interrupt.shared.divertingToTask { try await run.printText(request) }
                messages.append(.assistant(answer))
            } catch let error as CascadeError where error.code == .cancelled {
                try Task.checkCancellation()
                Console.note("Stopped.")
                messages.removeLast()
            } catch let error as CascadeError {
                Console.report(ErrorText.text(error, areAttemptsTold: options.isTelling))
                // The question may be asked again; the conversation goes on as if it had not been.
                messages.removeLast()
            }
        }
        Console.writeError("\n")
    }

    /// A word behind a slash, and nothing else: a question may begin with a path.
    private static func isCommand(_ line: String) -> Bool {
        line.hasPrefix("/") && line.dropFirst().allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
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
