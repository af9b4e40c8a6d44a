internal import BenchReport
internal import Foundation

/// Runs every load's engines in turn, round after round, so that what changes on the machine meets all alike.
struct Comparison {
    var scenarios: [Scenario]
    var rounds: Int
    /// Is told what begins.
    var progress: (String) -> Void

    /// Adds what was measured to the results. What fails is noted there, and ends nothing else.
    func run(into results: inout Results) {
        for round in 0..<rounds {
            for scenario in scenarios where round < scenario.mostRounds {
                progress("round \(round + 1) of \(rounds): \(scenario.name)")
                measure(scenario, round: round, isCounting: false, &results)
            }
        }
        for scenario in scenarios where scenario.counted != nil {
            progress("counting allocations: \(scenario.name)")
            measure(scenario, round: 0, isCounting: true, &results)
        }
    }

    private func measure(_ scenario: Scenario, round: Int, isCounting: Bool, _ results: inout Results) {
        do {
            let doubles = try scenario.doubles.map { try BenchProcess.Double($0 + ["--cpu", "1"]) }
            for engine in scenario.engines {
                do {
                    results.records += try records(scenario, engine, doubles.map(\.url), round, isCounting)
                } catch {
                    results.failures.append(Failure(load: scenario.name, engine: engine, message: "\(error)"))
                }
            }
            withExtendedLifetime(doubles) {}
        } catch {
            results.failures.append(Failure(load: scenario.name, message: "its double did not start: \(error)"))
        }
    }

    private func records(
        _ scenario: Scenario, _ engine: EngineName, _ urls: [String], _ round: Int, _ isCounting: Bool
    ) throws -> [Record] {
        // Without thread caches jemalloc's counts of requests are exact, and its times are not to be used.
        let line = try BenchProcess.output(
            of: scenario.arguments(of: engine, upstreams: urls, isCounting: isCounting),
            environment: isCounting ? ["MALLOC_CONF": "tcache:false"] : [:])
        let data = Data(line.utf8)
        guard scenario.kind == .micro else {
            let report = try JSONDecoder().decode(ProcessReport.self, from: data)
            if let fault = report.fault { throw fault }
            return [Record(load: scenario.name, engine: engine, round: round, isCounted: isCounting, report: report)]
        }
        return try JSONDecoder().decode([ProcessReport].self, from: data).map { report in
            Record(load: LoadName.micro(report.name ?? "?"), engine: engine, round: round, report: report)
        }
    }
}

extension ProcessReport {
    /// A figure over answers of which some failed, or were not compared with what was sent, is none.
    fileprivate var fault: BenchError? {
        let failed = values["failed"] ?? 0
        if failed > 0 { return BenchError("\(Int(failed)) requests failed") }
        guard let checked = values["answers_checked"], let requests = values["requests"], checked < requests else {
            return nil
        }
        return BenchError("of \(Int(requests)) answers only \(Int(checked)) were checked")
    }
}

extension Scenario {
    fileprivate func arguments(of engine: EngineName, upstreams: [String], isCounting: Bool) -> [String] {
        var arguments = command + ["--json"]
        // The command's start and the micro-benchmarks are of one engine, and have no provider.
        guard !upstreams.isEmpty else { return arguments }
        arguments += ["--engine", engine.rawValue, "--cpu", "0"] + upstreams.flatMap { ["--upstream", $0] }
        let numbers = [requests[engine], isCounting ? counted : nil].compactMap { $0 }
        if let number = numbers.min() { arguments += ["--requests", "\(number)"] }
        if kind == .requests, !isCounting { arguments.append("--timeline") }
        return arguments
    }
}
