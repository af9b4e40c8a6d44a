import BenchReport
import Foundation
import Testing

@Suite struct ResultsTests {
    @Test func medianOfAnEvenNumberLiesBetween() throws {
        let spread = try #require(Spread([4, 1, 3, 2]))
        #expect(spread.median == 2.5)
        #expect(spread.minimum == 1)
        #expect(spread.maximum == 4)
        #expect(Spread([]) == nil)
    }

    @Test func ratiosAreOfRunsOfTheSameRound() {
        var results = Fixture.results(.requests, "plain")
        // The machine is twice as slow in the second round: the ratio does not see it.
        results.add(.cpuPerRequest, [30, 60, 33], of: .cascade, on: "plain")
        results.add(.cpuPerRequest, [20, 40, 22], of: .curl, on: "plain")
        #expect(results.spread(.cpuPerRequest, of: .cascade, with: .curl, on: "plain") { $0 / $1 } == Spread(1.5))
    }

    @Test func roundsThatOneOfBothMissesAreLeftOut() {
        var results = Fixture.results(.requests, "plain")
        results.add(.cpuPerRequest, [30, 60], of: .cascade, on: "plain")
        results.add(.cpuPerRequest, [10], of: .curl, on: "plain")
        #expect(results.spread(.cpuPerRequest, of: .cascade, with: .curl, on: "plain") { $0 / $1 } == Spread(3))
    }

    @Test func timedRunsDoNotCountAllocations() {
        var results = Fixture.results(.requests, "plain")
        results.add(.mallocsPerRequest, [40], of: .cascade, on: "plain")
        results.records.append(
            Record(
                load: "plain", engine: .cascade,
                report: ProcessReport(values: [Metric.mallocsPerRequest.rawValue: 7])))
        #expect(results.spread(.mallocsPerRequest, of: .cascade, on: "plain") == Spread(40))
    }

    @Test func reportsOfProcessesAreReadAsTheyCome() throws {
        let line = """
            {"engine": "curl", "rps": 10.5, "failed": 0, "new": {"a": 1}, "latency_curve_us": [[0.5, 12]],
             "memory_timeline": [[5, 100, 200]]}
            """
        let report = try JSONDecoder().decode(ProcessReport.self, from: Data(line.utf8))
        #expect(report.values == ["rps": 10.5, "failed": 0])
        #expect(report.latencyCurve == [LatencyPoint(share: 0.5, microseconds: 12)])
        #expect(report.memoryTimeline == [MemoryPoint(milliseconds: 5, allocated: 100, resident: 200)])
    }

    @Test(arguments: [
        (FigureUnit.count, 12_345.6, "12,346"), (.count, -0.001, "0.00"), (.ratio, 1.5, "1.50×"),
        (.kilobytes, 24_000, "24 KB"),
        (.mebibytes, 1_572_864, "1.50 MiB"), (.microseconds, 83_200, "83.2 ms"), (.count, -1_234, "-1,234"),
    ])
    func figuresAreWrittenWithThreeDigits(unit: FigureUnit, value: Double, text: String) {
        #expect(unit.text(value) == text)
    }

    @Test func tablesAlignTheirColumns() throws {
        var results = Fixture.results(.held, "held")
        results.add(.residentPerStream, [20_000, 22_000], of: .cascade, on: "held")
        results.add(.residentPerStream, [9_000], of: .curl, on: "held")
        let table = try #require(Table(results.loads[0], results))
        #expect(
            table.text == """
                held       resident, KB
                  cascade        21 ±5%
                  curl                9
                """)
    }

    @Test func failuresAreToldOnce() {
        let failure = Failure(load: "plain", engine: .ahc, message: "no output")
        #expect([failure, failure].texts == ["plain, ahc, 2 times: no output"])
    }
}
