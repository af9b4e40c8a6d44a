internal import ArgumentParser
internal import BenchReport
internal import Foundation

/// Many large answers at once through one engine, in this process.
struct BodiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bodies", abstract: "Asks for many large answers at once and prints what they take of memory.",
        discussion: """
            Whole answers are kept until the last one is there; streamed ones are read and dropped, but what the router \
            itself keeps of a stream read as String is kept; --bytes has it keep nothing. Give the double \
            --body-bytes 150000.
            """)

    @Option(help: "\(EngineName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var engine: EngineName
    @Option(help: "A base URL of OpenAI's format; several are tried in their order.")
    var upstream: [String]
    @Option(help: "Requests, all at once.")
    var requests = 1_500
    @Option(help: "The processor to stay on.")
    var cpu: Int?
    @Flag(help: "Stream the answers.")
    var stream = false
    @Flag(help: "Read streamed text as bytes, without a String for each piece (cascade only).")
    var bytes = false
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !upstream.isEmpty else { throw ValidationError("Name at least one --upstream.") }
        guard requests > 0 else { throw ValidationError("Counts begin at 1.") }
    }

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        try Descriptors.allow(connections: requests)
        let load = Load(upstreams: upstream, requests: requests, concurrency: requests, isStreamed: stream)
        let engine = try engine.make(for: load, usesBytes: bytes)
        let figures = try await BodiesFigures.measure(engine, load)
        try await engine.shutdown()
        print(json ? try JSONLine.text(of: figures) : figures.text)
        // A figure over requests that failed is none.
        if figures.failed > 0 { throw ExitCode(1) }
    }
}

extension BodiesFigures {
    fileprivate var text: String {
        func mebibytes(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 1_048_576) }
        return """
            \(engine): \(requests) answers of \(body_bytes) bytes at once, \(failed) failed, \(answers_checked) checked, \
            in \(String(format: "%.2f", seconds)) s
              peak \(mebibytes(peak_allocated)) allocated, \(mebibytes(peak_resident)) resident
              afterwards \(mebibytes(allocated_after)) allocated, \(mebibytes(resident_after)) resident
            """
    }
}
