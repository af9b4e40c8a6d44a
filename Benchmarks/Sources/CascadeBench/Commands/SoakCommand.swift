internal import ArgumentParser
internal import BenchReport
internal import Foundation

/// A steady load through one engine, in this process.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "Sends requests at a fixed rate and prints whether memory ends where it began.",
        discussion: "The bare loop takes no part: it sends the next request when one has been answered.")

    @Option(help: "cascade, baseline, ahc.")
    var engine: EngineName
    @Option(help: "A base URL of OpenAI's format; several are tried in their order.")
    var upstream: [String]
    @Option(help: "Requests a second.")
    var rate = 1_000.0
    @Option(help: "Seconds, after a warm-up of five at the same rate.")
    var seconds = 60.0
    @Option(help: "The processor to stay on.")
    var cpu: Int?
    @Flag(help: "Stream the answers.")
    var stream = false
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !upstream.isEmpty else { throw ValidationError("Name at least one --upstream.") }
        guard rate > 0, rate <= 1_000_000, seconds > 0, seconds <= 86_400, rate * seconds >= 1 else {
            throw ValidationError(
                "--rate takes up to 1000000, --seconds up to 86400, and they make one request or more.")
        }
        guard engine != .curl else { throw ValidationError("--engine takes cascade, baseline or ahc here.") }
    }

    func run() async throws {
        if let cpu { Processor.pin(to: cpu) }
        Descriptors.allowMost()
        let load = Load(
            upstreams: upstream, requests: Int(rate * seconds), concurrency: 16, isStreamed: stream)
        guard let engine = try engine.make(for: load) as? any TaskEngine else { return }
        let figures = try await SoakFigures.measure(engine, load, rate: rate)
        try await engine.shutdown()
        print(json ? try JSONLine.text(of: figures) : figures.text)
        // A figure over requests that failed is none.
        if figures.failed > 0 { throw ExitCode(1) }
    }
}

extension SoakFigures {
    fileprivate var text: String {
        func number(_ value: Double) -> String { String(format: "%.1f", value) }
        return """
            \(engine): \(requests) requests at \(number(rate)) a second in \(number(seconds)) s, \(failed) failed, \
            \(answers_checked) checked
              allocated \(allocated_begin >> 10) KiB at the beginning, \(allocated_end >> 10) KiB at the end
              resident \(resident_begin >> 10) KiB, \(resident_end >> 10) KiB, peak \(peak_resident >> 10) KiB
              descriptors \(descriptors_begin), \(descriptors_end); threads \(threads_begin), \(threads_end)
              \(number(cpu_us_per_request)) us CPU each, p50 \(number(p50_us)) us, p99 \(number(p99_us)) us
            """
    }
}
