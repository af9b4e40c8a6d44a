import BenchReport
import Testing

@Suite struct TargetTests {
    @Test func figuresAreComparedAsTheyAreWritten() {
        let target = Target("g", "n", .count, decimals: 3, floor: 1, aim: 0, from: []) { _ in nil }
        #expect(target.reaches(0, 0.0004))
        #expect(!target.reaches(0, 0.0006))
    }
}
