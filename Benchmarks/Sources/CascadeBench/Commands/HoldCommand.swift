internal import ArgumentParser
internal import BenchReport
internal import Foundation

/// Many streams at once through one engine, in this process.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Holds many slow streams at once and prints what each of them takes.",
        discussion: "The double should pace its pieces and have enough of them: --delay-ms 100 --chunks 1000.")

    @Option(help: "\(EngineName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var engine: EngineName
    @Option(help: "A base URL of OpenAI's format.")
    var upstream: String
    @Option(help: "Streams at a time.")
    var streams = 1_000
    @Option(help: "The processor to stay on.")
    var cpu: Int?
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard streams > 0 else { throw ValidationError("Counts begin at 1.") }
    }

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        try Descriptors.allow(connections: streams)
        // Room for those that come before the count, too.
        let load = Load(upstreams: [upstream], requests: streams, concurrency: streams + 100, isStreamed: true)
        let engine = try engine.make(for: load)
        let figures = try await HoldFigures.measure(engine, load, streams: streams)
        if engine.endsWhenCancelled { try await engine.shutdown() }
        print(json ? try JSONLine.text(of: figures) : figures.text)
        if figures.failed > 0 { throw ExitCode(1) }
    }
}

extension HoldFigures {
    fileprivate var text: String {
        func number(_ value: Double) -> String { String(format: "%.1f", value) }
        return """
            \(engine): \(streams) streams held, \(failed) failed
              \(number(resident_bytes_per_stream / 1024)) KiB resident and \
            \(number(allocated_bytes_per_stream / 1024)) KiB allocated each
              \(resident_before >> 10) KiB resident before, \(resident_held >> 10) KiB while held
              \(number(cpu_us_per_chunk)) us CPU each chunk, \(number(chunks_per_second)) chunks/s
            """
    }
}
