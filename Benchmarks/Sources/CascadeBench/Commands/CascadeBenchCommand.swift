internal import ArgumentParser

@main
struct CascadeBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade-bench",
        abstract: "Measures Cascade against what people would use instead.",
        subcommands: [CompareCommand.self, RunCommand.self, MicroCommand.self, DoubleCommand.self])
}
