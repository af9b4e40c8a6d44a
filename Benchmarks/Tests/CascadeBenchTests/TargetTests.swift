import BenchReport
import Testing

@Suite struct TargetTests {
    private static func verdict(
        _ figure: Double, _ direction: Target.Direction, floor: Double?, aim: Double, decimals: Int = 2
    ) -> Verdict {
        let target = Target(
            "Group", "name", .ratio, decimals: decimals, direction, floor: floor, aim: aim, from: []
        ) { _ in Spread(figure) }
        return Verdict(target, Fixture.results())
    }

    @Test(arguments: [(1.15, Verdict.Outcome.aim), (1.16, .floor), (1.6, .floor), (1.61, .missed)])
    func noMoreThanABound(figure: Double, outcome: Verdict.Outcome) {
        #expect(Self.verdict(figure, .atMost, floor: 1.6, aim: 1.15).outcome == outcome)
    }

    @Test(arguments: [(0.9, Verdict.Outcome.aim), (0.89, .floor), (0.65, .floor), (0.64, .missed)])
    func noLessThanABound(figure: Double, outcome: Verdict.Outcome) {
        #expect(Self.verdict(figure, .atLeast, floor: 0.65, aim: 0.9).outcome == outcome)
    }

    @Test func figuresAreComparedAsTheyAreWritten() {
        #expect(Self.verdict(0.0004, .atMost, floor: 0, aim: 0, decimals: 3).outcome == .aim)
        #expect(Self.verdict(0.0006, .atMost, floor: 0, aim: 0, decimals: 3).outcome == .missed)
    }

    @Test func anAimAloneCannotBeMissed() {
        #expect(Self.verdict(2, .atMost, floor: nil, aim: 1).outcome == .floor)
    }

    @Test func whatALoadDidNotGiveIsMissed() {
        var results = Fixture.results(.requests, LoadName.plain)
        results.add(.cpuPerRequest, [20], of: .curl, on: LoadName.plain)
        let verdicts = Verdict.all(of: results)
        #expect(!verdicts.isEmpty)
        #expect(verdicts.allSatisfy { $0.target.loads == [LoadName.plain] && $0.outcome == .missed })
        #expect(verdicts.missesFloor)
    }

    @Test func verdictsSayFigureFloorAndAim() {
        var results = Fixture.results(.requests, LoadName.plain)
        results.add(.cpuPerRequest, [30, 28, 32], of: .cascade, on: LoadName.plain)
        results.add(.cpuPerRequest, [20, 20, 20], of: .curl, on: LoadName.plain)
        let text = Verdict.all(of: results).filter { $0.figure != nil }.text
        #expect(
            text == """
                kept  floor  Processor: CPU per plain request to curl  1.50× (1.40 to 1.60),  floor ≤ 1.6×,  aim ≤ 1.15×
                1 of 1 floors and 0 of 1 aims are reached.
                """)
    }

    @Test func aChunkCostsTheDifference() throws {
        var results = Fixture.results(.allocations, LoadName.longBytes, LoadName.streamedBytes)
        results.add(.mallocsPerRequest, [100], of: .cascade, on: LoadName.longBytes)
        results.add(.mallocsPerRequest, [52], of: .cascade, on: LoadName.streamedBytes)
        let verdict = try #require(Verdict.all(of: results).first)
        #expect(verdict.medianText == "0.100")
        #expect(verdict.outcome == .missed)
    }

    @Test func everyTargetIsOneOfItsKind() {
        let names = Target.all.map { $0.group + $0.name }
        #expect(Set(names).count == names.count)
        for target in Target.all {
            guard let floor = target.floor else { continue }
            #expect(target.direction == .atMost ? floor >= target.aim : floor <= target.aim)
        }
    }
}
