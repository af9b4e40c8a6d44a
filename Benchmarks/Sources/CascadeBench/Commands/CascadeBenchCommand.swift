internal import ArgumentParser
internal import Foundation

struct CascadeBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade-bench",
        abstract: "Measures Cascade against what people would use instead.",
        discussion: """
            Every engine has a process of its own. All of them use jemalloc, which gives memory back to the system \
            within a second of its last use; MALLOC_CONF with shorter times, such as dirty_decay_ms:0, is heeded.
            """,
        subcommands: [
            BodiesCommand.self, CheckCommand.self, CompareCommand.self, DoubleCommand.self, HoldCommand.self,
            MicroCommand.self, RunCommand.self, SoakCommand.self, StartCommand.self, TuneCommand.self,
        ])
}

/// The main thread waits while a task does the work: under valgrind an asynchronous `main` does not get that far, and the
/// profiles of the report are taken of this very command.
@main
enum Main {
    static func main() {
        Task.detached {
            await CascadeBenchCommand.main()
            exit(0)
        }
        while true { sleep(1_000) }
    }
}
