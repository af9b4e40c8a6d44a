internal import ArgumentParser

@main
struct CascadeBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade-bench",
        abstract: "Measures Cascade against what people would use instead.",
        subcommands: [
            BodiesCommand.self, CheckCommand.self, CompareCommand.self, DoubleCommand.self, HoldCommand.self,
            MicroCommand.self, RunCommand.self, SoakCommand.self, StartCommand.self,
        ])
}
