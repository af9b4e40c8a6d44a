internal import ArgumentParser
internal import BenchReport
internal import Foundation

extension EngineName: ExpressibleByArgument {}

/// One engine, one load, in this process.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Sends a load through one engine and prints its figures.",
        discussion: """
            Counts of allocations are exact only without thread caches: set MALLOC_CONF=tcache:false for them, and take \
            the times from a run without it.
            """)

    @Option(help: "\(EngineName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var engine: EngineName
    @Option(help: "A base URL of OpenAI's format; several are tried in their order.")
    var upstream: [String]
    @Option(help: "Requests in all, after a warm-up of a tenth of them.")
    var requests = 20_000
    @Option(help: "Requests at a time.")
    var concurrency = 16
    @Option(help: "About how many bytes the question has; a short one otherwise.")
    var promptBytes: Int?
    @Option(help: "Milliseconds between the first requests of two connections, for a double that paces its pieces.")
    var staggerMs = 0
    @Option(help: "Milliseconds between two requests of one connection, however soon it is answered (curl only).")
    var intervalMs = 0
    @Option(help: "The processor to stay on.")
    var cpu: Int?
    @Flag(help: "Stream the answers.")
    var stream = false
    @Flag(help: "Read streamed text as bytes, without a String for each piece (cascade only).")
    var bytes = false
    @Flag(help: "Give the memory's course, too.")
    var timeline = false
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !upstream.isEmpty else { throw ValidationError("Name at least one --upstream.") }
        guard requests > 0, concurrency > 0 else { throw ValidationError("Counts begin at 1.") }
        guard promptBytes ?? 1 > 0 else { throw ValidationError("--prompt-bytes begins at 1.") }
        guard 0...60_000 ~= staggerMs else { throw ValidationError("--stagger-ms takes 0 to 60000.") }
        guard intervalMs == 0 || (engine == .curl && 0...60_000 ~= intervalMs) else {
            throw ValidationError("--interval-ms takes 0 to 60000, and the engine curl.")
        }
    }

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        var load = Load(
            upstreams: upstream, requests: requests, concurrency: concurrency, isStreamed: stream,
            staggerMilliseconds: staggerMs)
        load.intervalMilliseconds = intervalMs
        if let promptBytes { load.prompt = Load.prompt(ofBytes: promptBytes) }
        let engine = try engine.make(for: load, usesBytes: bytes)
        let figures = try await Figures.measure(engine, load, keepsTimeline: timeline)
        try await engine.shutdown()
        print(json ? try JSONLine.text(of: figures) : figures.text)
        // A figure over requests that failed is none.
        if figures.failed > 0 { throw ExitCode(1) }
    }
}

extension Figures {
    var text: String {
        func number(_ value: Double) -> String { String(format: "%.1f", value) }
        return """
            \(engine): \(requests) requests, \(failed) failed, \(text_bytes) bytes of text each
              \(number(rps)) req/s, \(number(cpu_us_per_request)) us CPU each
              \(number(mallocs_per_request)) mallocs and \(number(bytes_per_request)) bytes each
              peak \(peak_allocated >> 10) KiB allocated, \(peak_resident >> 10) KiB resident
              p50 \(number(p50_us)) us, p99 \(number(p99_us)) us, first token \(number(ttft_p50_us)) and \
            \(number(ttft_p99_us)) us
              \(answers_checked) answers checked, \(String(format: "%.2f", attempts_per_answer)) attempts each
            """
    }
}
