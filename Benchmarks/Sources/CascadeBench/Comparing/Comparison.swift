internal import Foundation

/// Runs a scenario's engines in turn, several times over, and takes the medians.
struct Comparison {
    var rounds: Int
    var concurrency: Int

    func figures(of scenario: Scenario) throws -> [EngineName: Figures] {
        let doubles = try scenario.doubles.map { try BenchProcess.Double($0 + ["--cpu", "1"]) }
        let upstreams = doubles.flatMap { ["--upstream", $0.url] }
        var timed: [EngineName: [Figures]] = [:]
        var counted: [EngineName: Figures] = [:]
        for _ in 0..<rounds {
            for engine in scenario.engines {
                timed[engine, default: []].append(try run(engine, scenario, upstreams, isCounting: false))
            }
        }
        for engine in scenario.engines { counted[engine] = try run(engine, scenario, upstreams, isCounting: true) }
        return withExtendedLifetime(doubles) {
            timed.reduce(into: [:]) { $0[$1.key] = Self.median($1.value, counts: counted[$1.key]!) }
        }
    }

    private func run(
        _ engine: EngineName, _ scenario: Scenario, _ upstreams: [String], isCounting: Bool
    ) throws -> Figures {
        let requests = isCounting ? engine.usualRequests / 4 : engine.usualRequests
        let arguments =
            ["run", "--json", "--engine", engine.rawValue, "--requests", "\(requests)"]
            + ["--concurrency", "\(concurrency)", "--cpu", "0"] + (scenario.isStreamed ? ["--stream"] : []) + upstreams
        // Without thread caches jemalloc's counts of requests are exact, and its times are not to be used.
        let environment = isCounting ? ["MALLOC_CONF": "tcache:false"] : [:]
        let line = try BenchProcess.output(of: arguments, environment: environment)
        return try JSONDecoder().decode(Figures.self, from: Data(line.utf8))
    }

    private static func median(_ runs: [Figures], counts: Figures) -> Figures {
        func middle<Value: Comparable>(_ key: KeyPath<Figures, Value>) -> Value {
            runs.map { $0[keyPath: key] }.sorted()[runs.count / 2]
        }
        var figures = counts
        figures.requests = runs[0].requests
        figures.seconds = middle(\.seconds)
        figures.rps = middle(\.rps)
        figures.cpu_us_per_request = middle(\.cpu_us_per_request)
        figures.peak_allocated = middle(\.peak_allocated)
        figures.peak_resident = middle(\.peak_resident)
        figures.p50_us = middle(\.p50_us)
        figures.p99_us = middle(\.p99_us)
        figures.ttft_p50_us = middle(\.ttft_p50_us)
        return figures
    }
}
