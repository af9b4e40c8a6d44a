internal import ArgumentParser
internal import Foundation

/// The command, from its spawn to its first byte on the wire.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Starts `cascade chat` again and again and prints when its request is sent.")

    @Option(help: "The path of the `cascade` executable.")
    var command: String
    @Option(help: "Runs, after one that does not count.")
    var runs = 21
    @Option(help: "The processor to stay on, the command too.")
    var cpu: Int?
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard runs > 0 else { throw ValidationError("Counts begin at 1.") }
    }

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        let figures = try StartFigures.measure(command, runs: runs)
        print(json ? try JSONLine.text(of: figures) : figures.text)
    }
}

extension StartFigures {
    fileprivate var text: String {
        func number(_ value: Double) -> String { String(format: "%.1f ms", value) }
        return "\(runs) runs: median \(number(ms_median)), \(number(ms_min)) to \(number(ms_max))"
    }
}
