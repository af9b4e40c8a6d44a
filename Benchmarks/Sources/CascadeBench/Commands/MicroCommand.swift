internal import ArgumentParser
internal import Foundation
internal import MicroBenchmarks

/// Single operations, timed here and counted in a process of its own.
struct MicroCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro", abstract: "Measures single operations, and checks what they allocate.",
        discussion: """
            Each operation has a number of allocations that it may cost. Allocations are counted in a second process, \
            which runs without jemalloc's thread caches so that the counts are exact; times are taken with them.
            """)

    @Option(help: "Only benchmarks whose names begin so.")
    var only = ""
    @Option(help: "The processor to stay on.")
    var cpu: Int?
    @Flag(help: "Only count, and end with status 1 if an operation allocates more than it may.")
    var check = false
    @Flag(help: "Print one JSON array.")
    var json = false
    @Flag(help: .hidden)
    var count = false

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        let benchmarks = MicroBenchmarks.all.filter { $0.name.hasPrefix(only) }
        guard !benchmarks.isEmpty else { throw ValidationError("No benchmark's name begins with \(only).") }
        if count { return print(try MicroFigures.json(benchmarks.map(MicroCounts.count))) }
        let counts = try countElsewhere()
        let figures = try zip(benchmarks, counts).map { benchmark, counts in
            MicroFigures(benchmark, counts, nanoseconds: check ? 0 : try MicroTime.nanoseconds(of: benchmark))
        }
        let exceeding = figures.filter(\.isExceeding)
        if json {
            print(try MicroFigures.json(figures))
        } else if check {
            print("\(figures.count - exceeding.count) of \(figures.count) operations allocate no more than they may")
        } else {
            print(MicroFigures.table(figures))
        }
        guard check, !exceeding.isEmpty else { return }
        for figure in exceeding { FileHandle.standardError.write(Data((figure.excess + "\n").utf8)) }
        throw ExitCode(1)
    }

    private func countElsewhere() throws -> [MicroCounts] {
        let line = try BenchProcess.output(
            of: ["micro", "--count", "--only", only], environment: ["MALLOC_CONF": "tcache:false"])
        return try JSONDecoder().decode([MicroCounts].self, from: Data(line.utf8))
    }
}
